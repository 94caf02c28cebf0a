//! A call ends: the one who is gone is heard no more, the rest goes on, nothing is left behind.

use antiphon_tests::simulator::Simulator;
use mscp_proto::extension::{ExtensionNotification, ExtensionResponse};
use mscp_proto::{Notification, Response};

fn conference_of_three() -> Simulator {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.check("a:bc b:ac c:ab");
    sim
}

/// The ends of connections that the first application server was told of, with their reasons.
fn ended(sim: &Simulator) -> Vec<(String, String)> {
    let ended = |notification: Notification| match notification {
        Notification::Extension(ExtensionNotification::ConnectionEnded(ended)) => {
            Some((ended.connectionid.to_string(), ended.reason))
        }
        _ => None,
    };
    sim.servers[0].notifications().into_iter().filter_map(ended).collect()
}

#[test]
fn a_caller_hangs_up() {
    let mut sim = conference_of_three();
    assert_eq!(sim.bound_ports(), 3);
    let gone = sim.hang_up('b');
    sim.check("a:c c:a");
    assert_eq!(sim.bound_ports(), 2);
    assert_eq!(ended(&sim), [(sim.id('b'), "bye".to_owned())]);
    // The last thing the phone was sent is BYE of RTCP (RFC 3550, 6.6).
    let last = gone.reports.last().expect("a report");
    assert!(last.windows(2).any(|at| at[0] & 0xc0 == 0x80 && at[1] == 203), "{last:?}");
    assert_eq!(gone.bye, None);
    let refused = sim.ask("<join id1='$R' id2='$b'/>");
    let reason = refused.error_reason().unwrap();
    assert!(reason.contains("no such connection"), "{reason}");
}

#[test]
fn the_application_server_hangs_up() {
    let mut sim = conference_of_three();
    let hangup = "<a:hangup xmlns:a='urn:antiphon:mscp:1' connectionid='$b'/>";
    let response = sim.ask(hangup);
    let Response::Extension(ExtensionResponse::HungUp(hung_up)) = response else {
        panic!("{response:?}");
    };
    assert_eq!(hung_up.connectionid.as_str(), sim.id('b'));
    assert!(sim.caller('b').bye.is_some());
    sim.run_ms(100);
    assert_eq!(sim.bound_ports(), 2);
    assert_eq!(ended(&sim), [(sim.id('b'), "hangup".to_owned())]);
    // To b nothing is sent any more.
    let packets = sim.caller('b').packets.len();
    sim.check("a:c b: c:a");
    assert_eq!(sim.caller('b').packets.len(), packets);
    let again = sim.ask(hangup);
    assert!(matches!(again, Response::Extension(ExtensionResponse::ErrorHangup(_))), "{again:?}");
}

#[test]
fn the_last_one_hangs_up() {
    let mut sim = conference_of_three();
    for name in "abc".chars() {
        sim.hang_up(name);
    }
    sim.run_ms(100);
    assert_eq!(sim.bound_ports(), 0);
    assert_eq!(sim.control.counts(), (0, 1, 0));
    assert!(sim.control.is_idle());
    // The conference stays until it is destroyed (draft 5.2).
    sim.call("d");
    sim.join('R', 'd', "both");
    sim.check("d:");
}

#[test]
fn a_caller_gives_up_while_the_ports_are_bound() {
    let mut sim = Simulator::new();
    sim.invite_and_cancel('a');
    sim.run_ms(100);
    assert_eq!(sim.bound_ports(), 0);
    assert_eq!(sim.control.counts(), (0, 0, 0));
}

#[test]
fn the_same_place_serves_many_calls() {
    let mut sim = Simulator::new();
    sim.call("a");
    // More than the engine has ports: each must be given back.
    for _ in 0..100 {
        sim.call("b");
        sim.join('a', 'b', "both");
        sim.hang_up('b');
        sim.run_ms(40);
    }
    assert_eq!(sim.bound_ports(), 1);
    sim.call("b");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a");
}

/// A call that declined audio cannot be joined, and can be ended like any other.
#[test]
fn a_call_without_audio_can_be_hung_up() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.reoffer(
        'a',
        "v=0\r\no=phone 1 2 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n\
         m=audio 0 RTP/AVP 0\r\n"
            .to_owned(),
    );
    let response = sim.ask("<a:hangup xmlns:a='urn:antiphon:mscp:1' connectionid='$a'/>");
    assert!(response.error_reason().is_none(), "{response:?}");
    sim.run_ms(100);
    assert_eq!(sim.control.counts().0, 0);
}
