//! Changes of a call other than hold: from our side, to another address, out of turn.

use std::net::SocketAddr;

use antiphon_tests::simulator::{Phone, Simulator};
use mediaserver::control::Event;

fn bridge() -> Simulator {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a");
    sim
}

fn version_of(sdp: &str) -> u64 {
    let origin = sdp.lines().find(|line| line.starts_with("o=")).unwrap();
    origin.split(' ').nth(2).unwrap().parse().unwrap()
}

#[test]
fn a_phone_moves_to_another_address() {
    let mut sim = bridge();
    sim.relocate('a');
    sim.check("a:b b:a");
}

#[test]
fn the_server_offers_again_when_it_is_asked_to() {
    let mut sim = bridge();
    let offer = sim.reinvite_without_offer('a');
    assert!(offer.lines().any(|line| line == "a=sendrecv"), "{offer}");
    // Until the answer comes, nothing changes.
    sim.check("a:b b:a");
    sim.acknowledge('a');
    sim.check("a:b b:a");
}

#[test]
fn an_offer_while_ours_is_unanswered_is_refused() {
    let mut sim = bridge();
    sim.reinvite_without_offer('a');
    let call = sim.caller('a').call.clone();
    let offer = sim.caller('b').answer.clone();
    sim.feed(Event::Sip(sip::Event::Reinvited { call, offer }));
    assert_eq!(sim.caller_mut('a').rejection.take().map(|r| r.status), Some(491));
    sim.acknowledge('a');
    sim.check("a:b b:a");
}

#[test]
fn a_withdrawn_offer_leaves_everything_as_it_was() {
    let mut sim = bridge();
    sim.reinvite_without_offer('a');
    let call = sim.caller('a').call.clone();
    sim.feed(Event::Sip(sip::Event::Withdrawn { call }));
    sim.check("a:b b:a");
    // And another can be made.
    sim.reinvite('a', "inactive");
    sim.check("a: b:");
}

/// The offer has been answered by then, but the answer was not sent.
#[test]
fn a_cancelled_change_leaves_everything_as_it_was() {
    let mut sim = bridge();
    let address = sim.caller('a').address;
    let elsewhere = SocketAddr::from(([203, 0, 113, 9], 5_000));
    for (address, direction) in
        [(address, "inactive"), (address, "sendonly"), (elsewhere, "sendrecv")]
    {
        sim.reinvite_and_cancel('a', address, direction);
        sim.check("a:b b:a");
    }
    // On hold it stays on hold.
    sim.reinvite('a', "inactive");
    sim.reinvite_and_cancel('a', address, "sendrecv");
    sim.check("a: b:");
}

/// What is withdrawn is the last change only, and only if it was not refused.
#[test]
fn a_refused_change_that_is_cancelled_takes_nothing_back() {
    let mut sim = bridge();
    sim.reinvite('a', "inactive");
    let call = sim.caller('a').call.clone();
    let offer = Some(b"garbage".to_vec());
    sim.feed(Event::Sip(sip::Event::Reinvited { call: call.clone(), offer }));
    sim.feed(Event::Sip(sip::Event::Withdrawn { call }));
    sim.check("a: b:");
}

#[test]
fn an_offer_that_cannot_be_taken_leaves_everything_as_it_was() {
    let mut sim = bridge();
    let call = sim.caller('a').call.clone();
    for offer in [
        "",
        "garbage",
        "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n\
                               m=audio 4000 RTP/AVP 18\r\nc=IN IP4 192.0.2.1\r\n",
    ] {
        let offer = Some(offer.as_bytes().to_vec());
        sim.feed(Event::Sip(sip::Event::Reinvited { call: call.clone(), offer }));
        let rejection = sim.caller_mut('a').rejection.take().expect("no session in it");
        assert!((400..500).contains(&rejection.status), "{rejection:?}");
    }
    sim.check("a:b b:a");
}

#[test]
fn a_change_of_a_call_that_is_gone_is_refused() {
    let mut sim = bridge();
    let offer = sim.caller('b').answer.clone();
    sim.invite('c', Phone::default());
    sim.acknowledge('c');
    let call = sim.caller('c').call.clone();
    sim.feed(Event::Sip(sip::Event::Ended { call: call.clone(), reason: sip::EndReason::Bye }));
    sim.feed(Event::Sip(sip::Event::Reinvited { call, offer }));
    assert_eq!(sim.caller('c').rejection.as_ref().map(|r| r.status), Some(481));
}

/// The version in `o=` grows when the description says something new, and only then
/// (RFC 3264, 8).
#[test]
fn the_version_tells_what_is_new() {
    let mut sim = bridge();
    let first = sim.reinvite('a', "sendrecv");
    let same = sim.reinvite('a', "sendrecv");
    assert_eq!(version_of(&same), version_of(&first));
    let held = sim.reinvite('a', "sendonly");
    assert_eq!(version_of(&held), version_of(&same) + 1);
}

/// Audio that is declined in a later offer stops, and can be taken up again.
#[test]
fn audio_is_declined_and_taken_up_again() {
    let mut sim = bridge();
    sim.caller_mut('a').sends = false;
    sim.reoffer(
        'a',
        "v=0\r\no=phone 1 2 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n\
         m=audio 0 RTP/AVP 0\r\n"
            .to_owned(),
    );
    sim.check("a: b:");
    sim.reinvite('a', "sendrecv");
    sim.check("a:b b:a");
}
