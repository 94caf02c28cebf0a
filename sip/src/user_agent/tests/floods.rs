//! Floods: calls that stand can go on and end, others can begin, and nothing is kept for long.

use super::*;
use crate::{Limits, Rejection};

/// More requests than anything here has room for.
const FLOOD: usize = 5_000;
/// Transactions in a small world.
const TRANSACTIONS: usize = 80;

/// As [`request`], from another source.
fn stranger(method: &str, name: &str) -> String {
    request(method, name, 1, "", name).replace("192.0.2.9", "198.51.100.7")
}

fn elsewhere() -> Hop {
    Hop::Udp("198.51.100.7:5060".parse().unwrap())
}

fn small_world() -> World {
    let mut world = World::new();
    world.agent.config.limits.transactions = TRANSACTIONS;
    world
}

/// A call of the peer up to its ACK; the tag is ours.
fn call(world: &mut World, call_id: &str) -> (CallKey, String) {
    world.hear(peer(), &request("INVITE", call_id, 1, "", call_id));
    let call = world.invited();
    world.command(Command::Accept(call.clone(), b"v=0\r\n".to_vec()));
    let tag = world.last_tag();
    world.hear(peer(), &request("ACK", call_id, 1, &tag, &format!("{call_id}ack")));
    (call, tag)
}

/// A stranger begins a call and never acknowledges its answer.
fn half_a_call(world: &mut World, name: &str) {
    let before = world.events.len();
    world.hear(elsewhere(), &stranger("INVITE", name));
    if let Some(Event::Invited(invitation)) = world.events.get(before..).and_then(<[_]>::last) {
        let command = Command::Accept(invitation.call.clone(), b"v=0\r\n".to_vec());
        world.command(command);
    }
}

fn last_status(world: &World) -> &str {
    &world.sent.last().unwrap().2[8..11]
}

#[test]
fn what_is_refused_and_every_options_is_answered_without_state() {
    let mut world = World::new();
    for number in 0..FLOOD {
        world.hear(elsewhere(), &stranger("OPTIONS", &format!("o{number}")));
        world.hear(elsewhere(), &stranger("CANCEL", &format!("c{number}")));
        world.hear(elsewhere(), &stranger("BYE", &format!("b{number}")));
        let required =
            stranger("INVITE", &format!("r{number}")).replace("Contact", "Require: x\r\nm");
        world.hear(elsewhere(), &required);
    }
    assert_eq!(world.sent.len(), 4 * FLOOD);
    assert!(world.is_empty());
}

#[test]
fn the_same_request_gets_the_same_answer_without_state() {
    let mut world = World::new();
    world.command(Command::Available(crate::Availability::Full));
    for method in ["OPTIONS", "INVITE"] {
        world.hear(elsewhere(), &stranger(method, "same"));
        world.hear(elsewhere(), &stranger(method, "same"));
        let last = world.sent.len() - 1;
        assert_eq!(world.sent[last].2, world.sent[last - 1].2);
        assert_eq!(last_status(&world), "486");
    }
    // The ACK to such a refusal is taken in silence.
    world.hear(elsewhere(), &stranger("ACK", "same"));
    assert_eq!(world.sent.len(), 4);
    assert!(world.is_empty());
}

#[test]
fn a_flood_of_invites_is_a_bounded_number_of_calls() {
    let mut world = World::new();
    for number in 0..FLOOD {
        half_a_call(&mut world, &format!("f{number}"));
    }
    assert_eq!(world.agent.calls(), 256);
    assert_eq!(last_status(&world), "503");
    let (call, _) = call(&mut world, "honest");
    assert_eq!(world.events.last().map(Event::call), Some(&call));
}

#[test]
fn who_may_have_more_calls_may_begin_more_at_once() {
    assert_eq!(Limits::for_calls(1).unacked, Limits::default().unacked);
    let mut world = World::new();
    world.agent.config.limits = Limits::for_calls(20_000);
    for number in 0..FLOOD {
        half_a_call(&mut world, &format!("f{number}"));
    }
    assert_eq!(world.agent.calls(), 512);
    let limits = world.agent.config.limits;
    assert_eq!((limits.calls, limits.transactions), (20_000, 2 * 65_536));
}

#[test]
fn what_was_not_acknowledged_in_time_gives_way() {
    let mut world = World::new();
    (0..256).for_each(|number| half_a_call(&mut world, &format!("f{number}")));
    world.advance(Duration::from_secs(3));
    half_a_call(&mut world, "late");
    assert_eq!(world.agent.calls(), 256);
    let ended = world.events.iter().filter(|event| event.is_final()).count();
    assert_eq!((ended, world.times("BYE").len()), (1, 1));
    world.advance(LONG);
    assert!(world.is_empty());
}

#[test]
fn what_was_refused_and_not_acknowledged_gives_way_too() {
    let mut world = World::new();
    for number in 0..FLOOD {
        let before = world.events.len();
        world.hear(elsewhere(), &stranger("INVITE", &format!("f{number}")));
        if world.events.len() > before {
            let call = world.invited();
            world.command(Command::Reject(call, Rejection::new(488)));
        }
    }
    assert_eq!((world.agent.calls(), world.agent.servers.len()), (0, 256));
    world.advance(Duration::from_secs(3));
    half_a_call(&mut world, "late");
    assert_eq!((world.agent.calls(), world.agent.servers.len()), (1, 256));
    world.advance(LONG);
    assert!(world.is_empty());
}

#[test]
fn one_source_leaves_transactions_to_others() {
    let mut world = small_world();
    for number in 0..FLOOD {
        half_a_call(&mut world, &format!("f{number}"));
    }
    // Three quarters of the half that a source may have.
    assert_eq!(world.agent.servers.len(), TRANSACTIONS / 2 * 3 / 4);
    call(&mut world, "honest");
}

#[test]
fn calls_that_stand_go_on_in_a_flood_and_can_end() {
    let mut world = small_world();
    let (key, tag) = call(&mut world, "honest");
    for number in 0..TRANSACTIONS {
        let hop = Hop::Udp(([198, 51, 100, number as u8], 5060).into());
        world.hear(hop, &stranger("INVITE", &format!("f{number}")));
    }
    assert_eq!(last_status(&world), "503");
    world.hear(peer(), &request("INVITE", "honest", 2, &tag, "again"));
    world.command(Command::Accept(key, b"v=0\r\n".to_vec()));
    assert_eq!(last_status(&world), "200");
    world.hear(peer(), &request("ACK", "honest", 2, &tag, "again2"));
    // Its own share is used up, too.
    let info = |number: u32| request("INFO", "honest", number, &tag, &format!("i{number}"));
    (3..TRANSACTIONS as u32).for_each(|number| world.hear(peer(), &info(number)));
    assert_eq!(last_status(&world), "503");
    world.hear(peer(), &request("BYE", "honest", 100, &tag, "bye"));
    assert_eq!(last_status(&world), "200");
    assert!(world.events.last().unwrap().is_final());
}
