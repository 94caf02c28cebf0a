//! An application that is behind with its events: what may still come is bounded by the calls.

use super::*;
use crate::command::{NewCall, Outgoing};
use crate::config::LAST_EVENTS;

/// Rounds of everything a peer can say.
const ROUNDS: u32 = 50;

fn call_out(world: &mut World) -> String {
    let outgoing = Outgoing {
        target: peer().address(),
        to: "sip:x@192.0.2.9".into(),
        from: "sip:ms@192.0.2.1".into(),
        offer: None,
        call_id: None,
        from_tag: None,
    };
    let new = NewCall { call_id: "o".into(), from_tag: "t".into(), outgoing };
    world.command(Command::Call(CallKey::outgoing("o", "t"), Box::new(new)));
    let (.., invite) = world.sent.last().unwrap();
    invite.split_once("\r\n").unwrap().1.to_owned()
}

#[test]
fn a_call_has_few_events_left_whatever_its_peer_says() {
    let mut world = World::new();
    world.hear(peer(), &request("INVITE", "in", 1, "", "in"));
    let call = world.invited();
    world.command(Command::Accept(call.clone(), b"v=0\r\n".to_vec()));
    let tag = world.last_tag();
    let headers = call_out(&mut world);
    let before = world.events.len();
    world.agent.handle_congestion(true);
    world.hear(peer(), &request("ACK", "in", 1, &tag, "ack"));
    for round in 0..ROUNDS {
        for (method, cseq) in ["INVITE", "UPDATE", "INFO", "OPTIONS"].into_iter().zip(2..) {
            let branch = format!("{method}{round}");
            world.hear(peer(), &request(method, "in", 4 * round + cseq, &tag, &branch));
            world.hear(peer(), &request("ACK", "in", 4 * round + cseq, &tag, &branch));
        }
        world.hear(peer(), &request("INVITE", &format!("new{round}"), 1, "", "new"));
        world.hear(peer(), &format!("SIP/2.0 180 Ringing\r\n{headers}"));
    }
    world.hear(peer(), &format!("SIP/2.0 486 Busy Here\r\n{headers}"));
    world.hear(peer(), &request("BYE", "in", 9_999, &tag, "bye"));
    let calls = 2;
    let told = world.events.len() - before;
    assert!(told <= LAST_EVENTS * calls, "{:?}", &world.events[before..]);
    assert_eq!(world.events.iter().filter(|event| event.is_final()).count(), calls);
}
