//! An INVITE without an offer: ours is in the 200, the answer comes with the ACK (third-party call
//! control, RFC 3725).

use antiphon_tests::simulator::{Phone, Simulator};
use media_io::codec::PCMA;
use mediaserver::control::Event;

fn without_offer() -> Phone {
    Phone { offers: false, ..Phone::default() }
}

#[test]
fn the_offer_is_in_the_answer_to_the_invite() {
    let mut sim = Simulator::new();
    sim.invite('a', without_offer());
    let offer = String::from_utf8(sim.caller('a').answer.clone().unwrap()).unwrap();
    for line in ["a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=sendrecv"] {
        assert!(offer.lines().any(|found| found == line), "no {line} in {offer}");
    }
    assert!(offer.contains("telephone-event/8000"), "{offer}");
}

#[test]
fn the_answer_in_the_ack_connects() {
    let mut sim = Simulator::new();
    sim.call_with('a', without_offer());
    sim.call_with('b', Phone { codec: &PCMA, packet_ms: 30, ..without_offer() });
    sim.call("c");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn joins_made_before_the_ack_are_heard_after_it() {
    let mut sim = Simulator::new();
    sim.call("b");
    sim.invite('a', without_offer());
    sim.join('a', 'b', "both");
    sim.run_ms(200);
    assert!(sim.caller('a').packets.is_empty(), "nobody said where to send");
    sim.acknowledge('a');
    sim.check("a:b b:a");
}

#[test]
fn an_ack_without_an_answer_ends_the_call() {
    let mut sim = Simulator::new();
    sim.invite('a', without_offer());
    let call = sim.caller('a').call.clone();
    sim.feed(Event::Sip(sip::Event::Acked { call, answer: None }));
    let reason = sim.caller('a').bye.clone().expect("the server ends the call");
    assert!(reason.contains("cause=88"), "{reason}");
    sim.run_ms(100);
    assert_eq!(sim.bound_ports(), 0);
}

#[test]
fn an_answer_that_fits_no_offer_ends_the_call() {
    let mut sim = Simulator::new();
    sim.invite('a', without_offer());
    let call = sim.caller('a').call.clone();
    let answer = Some(b"this is no session description".to_vec());
    sim.feed(Event::Sip(sip::Event::Acked { call, answer }));
    assert!(sim.caller('a').bye.is_some());
    sim.run_ms(100);
    assert_eq!(sim.bound_ports(), 0);
}
