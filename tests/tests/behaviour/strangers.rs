//! Packets of somebody who is not the peer: neither heard, nor obeyed.

use std::net::SocketAddr;

use antiphon_tests::simulator::{Phone, Simulator};

/// The offer of the first caller's phone, which wants to hear and not to be heard.
const LISTENER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n\
                        m=audio 4000 RTP/AVP 0\r\na=recvonly\r\n";

/// k knows the port that the server gave to a, and sends there.
fn attacked() -> Simulator {
    let mut sim = Simulator::new();
    sim.call("abk");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a k:");
    sim.caller_mut('k').server_port = sim.caller('a').server_port;
    sim
}

#[test]
fn a_stranger_is_not_heard() {
    let mut sim = attacked();
    sim.check("a:b b:a k:");
}

#[test]
fn a_stranger_cannot_draw_the_media_away() {
    let mut sim = attacked();
    let before = sim.caller('k').heard.len();
    sim.caller_mut('a').sends = false;
    sim.run_ms(1_000);
    // What k gets is the silence of its own call.
    assert!(sim.caller('k').heard[before..].iter().all(|sample| *sample == 0));
    sim.caller_mut('a').sends = true;
    sim.check("a:b b:a k:");
}

#[test]
fn a_stranger_cannot_press_keys() {
    let mut sim = attacked();
    sim.caller_mut('k').press(&[1, 2, 3]);
    sim.run_ms(1_000);
    assert!(sim.caller('b').keys.is_empty());
}

/// A stranger keeps nobody's call alive.
#[test]
fn a_stranger_is_no_sign_of_life() {
    let mut setup = antiphon_tests::simulator::Setup::default();
    setup.settings.starvation = Some(std::time::Duration::from_secs(2));
    let mut sim = Simulator::with(setup);
    sim.call("ak");
    sim.run_ms(500);
    sim.caller_mut('k').server_port = sim.caller('a').server_port;
    sim.caller_mut('a').sends = false;
    sim.run_ms(2_500);
    assert!(sim.caller('a').bye.is_some());
}

/// Who only listens never speaks from where it is; the session description alone says that.
#[test]
fn a_stranger_cannot_take_the_media_of_one_who_only_listens() {
    let mut sim = Simulator::new();
    sim.offer('a', LISTENER);
    sim.acknowledge('a');
    sim.caller_mut('a').sends = false;
    sim.call("bk");
    sim.join('a', 'b', "both");
    sim.caller_mut('k').server_port = sim.caller('a').server_port;
    sim.check("a:b b: k:");
}

/// Behind a NAT a phone is not where it says.
#[test]
fn a_caller_behind_a_nat_hears_and_is_heard() {
    let mut sim = Simulator::new();
    sim.call("b");
    sim.invite('a', Phone::default());
    sim.caller_mut('a').address = SocketAddr::from(([198, 51, 100, 7], 9_000));
    sim.acknowledge('a');
    sim.join('a', 'b', "both");
    sim.check("a:b b:a");
}
