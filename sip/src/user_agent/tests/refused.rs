//! Every new call that the agent refuses by itself is counted, by what it was told.

use super::*;
use crate::{Availability, Refused, Rejection};

#[test]
fn new_calls_that_are_refused_are_counted_and_nothing_else_is() {
    let mut world = World::new();
    world.hear(peer(), &request("INVITE", "a", 1, "", "a"));
    let call = world.invited();
    // Over another way, and refused by the application: it has heard of both.
    world.hear(peer(), &request("INVITE", "a", 1, "", "a2"));
    world.command(Command::Reject(call, Rejection::busy()));
    for availability in [Availability::Full, Availability::Draining] {
        world.command(Command::Available(availability));
        world.hear(peer(), &request("INVITE", "b", 1, "", "b"));
        for method in ["OPTIONS", "BYE", "CANCEL", "ACK"] {
            world.hear(peer(), &request(method, "b", 1, "", method));
        }
        world.hear(peer(), &request("INVITE", "b", 1, "unknown", "c"));
    }
    assert_eq!(world.agent.refused(), Refused { busy: 2, ..Refused::default() });
}

#[test]
fn congestion_and_a_lack_of_room_are_counted_as_busy() {
    let mut world = World::new();
    world.agent.handle_congestion(true);
    world.hear(peer(), &request("INVITE", "a", 1, "", "a"));
    world.agent.handle_congestion(false);
    world.agent.config.limits.transactions = 0;
    world.hear(peer(), &request("INVITE", "b", 1, "", "b"));
    assert_eq!(world.agent.refused(), Refused { busy: 2, ..Refused::default() });
}

#[test]
fn what_is_not_spoken_is_counted_apart() {
    let mut world = World::new();
    let good = request("INVITE", "a", 1, "", "a");
    for (from, to) in [
        ("application/sdp", "text/html"),
        ("Contact", "Require: 100rel\r\nContact"),
        ("Contact", "X-Contact"),
        ("sip:ms@192.0.2.1 SIP", "mailto:ms SIP"),
        ("CSeq: 1", "CSeq: x"),
        (" SIP/2.0\r\n", " SIP/3.0\r\n"),
    ] {
        world.hear(peer(), &good.replacen(from, to, 1));
    }
    world.agent.handle_unframed(peer(), good.as_bytes(), 413);
    assert_eq!(world.agent.refused(), Refused { busy: 0, unfit: 6, failed: 1 });
}
