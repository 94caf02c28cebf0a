//! Packets of somebody who is not the peer: neither heard, nor obeyed.

use antiphon_tests::simulator::Simulator;

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
