//! Retransmissions and time-outs, RFC 3261 table 4.

use super::*;
use crate::command::{NewCall, Outgoing};
use crate::{EndReason, Rejection};

/// The 2xx, and every non-INVITE request, at 0 s and then doubling up to T2.
const DOUBLING: [u128; 11] =
    [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];

fn accepted(world: &mut World) -> CallKey {
    world.hear(peer(), &request("INVITE", "a", 1, "", "1"));
    let call = world.invited();
    world.command(Command::Accept(call.clone(), b"v=0\r\n".to_vec()));
    call
}

#[test]
fn without_ack_the_200_is_repeated_and_then_bye_is_said() {
    let mut world = World::new();
    let call = accepted(&mut world);
    world.advance(LONG);
    assert_eq!(world.times("SIP/2.0 200"), DOUBLING);
    let bye = DOUBLING.map(|at| at + 32_000);
    assert_eq!(world.times("BYE sip:ann@192.0.2.9 "), bye);
    assert_eq!(world.events[1..], [Event::Ended { call, reason: EndReason::NoAck }]);
    assert!(world.is_empty());
}

#[test]
fn the_ack_ends_the_repetitions() {
    let mut world = World::new();
    let call = accepted(&mut world);
    world.advance(Duration::from_millis(600));
    let tag = world.last_tag();
    world.hear(peer(), &request("ACK", "a", 1, &tag, "2"));
    world.advance(Duration::from_secs(100));
    assert_eq!(world.times("SIP/2.0 200"), DOUBLING[..2]);
    assert_eq!(world.agent.calls(), 1);
    world.command(Command::Bye(call, None));
    world.advance(LONG);
    assert!(world.is_empty());
}

#[test]
fn a_bye_that_waits_for_the_ack_is_said_without_it_in_the_end() {
    let mut world = World::new();
    let call = accepted(&mut world);
    world.command(Command::Bye(call.clone(), Some("Q.850;cause=16".into())));
    world.advance(Duration::from_secs(31));
    assert_eq!(world.times("BYE"), []);
    world.advance(LONG);
    assert_eq!(world.times("BYE").first(), Some(&32_000));
    assert!(world.sent.last().unwrap().2.contains("Reason: Q.850;cause=16\r\n"));
    assert_eq!(world.events[1..], [Event::Ended { call, reason: EndReason::LocalBye }]);
    assert!(world.is_empty());
}

#[test]
fn a_refusal_is_repeated_until_its_ack() {
    let mut world = World::new();
    world.hear(peer(), &request("INVITE", "a", 1, "", "1"));
    let call = world.invited();
    world.command(Command::Reject(call, Rejection::busy()));
    world.advance(Duration::from_secs(4));
    assert_eq!(world.times("SIP/2.0 486"), DOUBLING[..4]);
    let tag = world.last_tag();
    world.hear(peer(), &request("ACK", "a", 1, &tag, "1"));
    world.advance(LONG);
    assert_eq!(world.times("SIP/2.0 486"), DOUBLING[..4]);
    assert!(world.is_empty());
}

#[test]
fn a_refusal_without_ack_is_given_up() {
    let mut world = World::new();
    world.hear(peer(), &request("INVITE", "a", 1, "", "1"));
    let call = world.invited();
    world.command(Command::Reject(call, Rejection::busy()));
    world.advance(LONG);
    assert_eq!(world.times("SIP/2.0 486"), DOUBLING);
    assert!(world.is_empty());
}

fn calling(world: &mut World) -> CallKey {
    let target = peer().address();
    let outgoing = Outgoing {
        target,
        to: "sip:x@192.0.2.9".into(),
        from: "sip:ms@192.0.2.1".into(),
        offer: None,
        call_id: None,
        from_tag: None,
    };
    let key = CallKey::outgoing("o", "t");
    let new = NewCall { call_id: "o".into(), from_tag: "t".into(), outgoing };
    world.command(Command::Call(key.clone(), Box::new(new)));
    key
}

#[test]
fn an_invite_of_ours_is_repeated_and_fails() {
    let mut world = World::new();
    let key = calling(&mut world);
    world.advance(LONG);
    assert_eq!(world.times("INVITE"), [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!(world.events, [Event::Failed { call: key, status: 408 }]);
    assert!(world.is_empty());
}

fn established(world: &mut World) -> (CallKey, String) {
    let call = accepted(world);
    let tag = world.last_tag();
    world.hear(peer(), &request("ACK", "a", 1, &tag, "2"));
    (call, tag)
}

#[test]
fn a_peer_that_vanished_is_found_out() {
    let mut world = World::new();
    let (call, tag) = established(&mut world);
    world.advance(Duration::from_secs(100));
    // A sign of life puts the question off.
    world.hear(peer(), &request("INFO", "a", 2, &tag, "3"));
    world.advance(Duration::from_millis(331_900));
    assert_eq!(world.times("OPTIONS"), DOUBLING.map(|at| at + 400_000));
    assert_eq!(world.agent.calls(), 1);
    world.advance(LONG);
    assert_eq!(world.times("BYE").first(), Some(&432_000));
    assert_eq!(world.events[2..], [Event::Ended { call, reason: EndReason::PeerLost }]);
    assert!(world.is_empty());
}

#[test]
fn a_peer_that_is_there_is_asked_again() {
    let mut world = World::new();
    let (call, _) = established(&mut world);
    for (status, calls) in [(200, 1), (405, 1), (481, 0)] {
        world.advance(Duration::from_secs(300));
        let (.., question) = world.sent.last().unwrap().clone();
        assert!(question.starts_with("OPTIONS sip:ann@192.0.2.9 "), "{question}");
        let (_, headers) = question.split_once("\r\n").unwrap();
        world.hear(peer(), &format!("SIP/2.0 {status} X\r\n{headers}"));
        assert_eq!(world.agent.calls(), calls);
    }
    assert_eq!(world.events[2..], [Event::Ended { call, reason: EndReason::PeerLost }]);
    world.advance(LONG);
    assert!(world.is_empty());
}

#[test]
fn a_cancelled_call_that_rings_on_is_given_up() {
    let mut world = World::new();
    let key = calling(&mut world);
    let (.., invite) = world.sent[0].clone();
    let (_, headers) = invite.split_once("\r\n").unwrap();
    let ringing = format!("SIP/2.0 180 Ringing\r\n{headers}");
    world.hear(peer(), &ringing);
    world.advance(Duration::from_secs(100));
    assert_eq!(world.agent.calls(), 1);
    world.command(Command::Bye(key.clone(), None));
    world.hear(peer(), &ringing);
    world.advance(Duration::from_secs(33));
    assert_eq!(world.times("CANCEL"), DOUBLING.map(|at| at + 100_000));
    assert_eq!(world.events[1..], [Event::Failed { call: key, status: 487 }]);
    world.advance(LONG);
    assert!(world.is_empty());
}
