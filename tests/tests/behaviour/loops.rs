//! Calls that aim their media at the server itself: refused, whoever asks and however.

use antiphon_tests::simulator::{Phone, Simulator};
use mediaserver::control::Event;

/// Where the server's media is, and its first ports for RTP.
const SERVER: &str = "198.51.100.1";
const OWN: u16 = 20_000;
const NEXT: u16 = 20_002;

/// An offer or answer of one who listens there, with more lines.
fn description(ip: &str, port: u16, more: &str) -> String {
    format!(
        "v=0\r\no=loop 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0\r\n{more}"
    )
}

/// Where media or RTCP would go to the pair of this port.
fn aimed_at(port: u16) -> [String; 4] {
    let rtcp = port + 1;
    [
        description(SERVER, port, ""),
        description(SERVER, rtcp, ""),
        description(SERVER, 9_000, &format!("a=rtcp:{rtcp}\r\n")),
        description("192.0.2.9", 9_000, &format!("a=rtcp:{port} IN IP4 {SERVER}\r\n")),
    ]
}

#[test]
fn a_new_call_is_refused() {
    for offer in aimed_at(OWN) {
        let mut sim = Simulator::new();
        sim.offer('c', &offer);
        let rejection = sim.caller('c').rejection.clone().expect("its own port");
        assert_eq!(rejection.status, 488, "{offer}");
        assert_eq!(sim.bound_ports(), 0);
    }
    let mut sim = Simulator::new();
    sim.call("a");
    for offer in aimed_at(OWN) {
        sim.offer('c', &offer);
        let rejection = sim.caller('c').rejection.clone().expect("the port of another call");
        assert_eq!(rejection.status, 488, "{offer}");
    }
}

#[test]
fn a_change_is_refused_and_the_session_stays() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.join('a', 'b', "both");
    let call = sim.caller('a').call.clone();
    for offer in [aimed_at(OWN), aimed_at(NEXT)].concat() {
        let bytes = Some(offer.clone().into_bytes());
        sim.feed(Event::Sip(sip::Event::Reinvited { call: call.clone(), offer: bytes }));
        let rejection = sim.caller_mut('a').rejection.take();
        assert_eq!(rejection.map(|rejection| rejection.status), Some(488), "{offer}");
    }
    sim.check("a:b b:a");
}

#[test]
fn an_answer_ends_the_call() {
    let mut sim = Simulator::new();
    sim.invite('a', Phone { offers: false, ..Phone::default() });
    let call = sim.caller('a').call.clone();
    let answer = Some(description(SERVER, OWN, "").into_bytes());
    sim.feed(Event::Sip(sip::Event::Acked { call, answer }));
    assert!(sim.caller('a').bye.is_some());
}

/// A phone on the server's host has a port that the server has not.
#[test]
fn a_port_that_no_leg_has_is_another_programs() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.offer('c', &description(SERVER, 20_100, ""));
    assert!(sim.caller('c').answer.is_some());
}
