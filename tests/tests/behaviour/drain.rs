//! SIGTERM: no new calls, those in progress may end by themselves; then the rest is ended.

use antiphon_tests::simulator::{Phone, Simulator};
use mediaserver::control::Event;
use sip::Availability;

#[test]
fn calls_in_progress_go_on_and_new_ones_are_refused() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.feed(Event::Drain);
    assert_eq!(sim.availability, Availability::Draining);
    sim.invite('c', Phone::default());
    let rejection = sim.caller('c').rejection.clone().expect("no new calls");
    assert_eq!(rejection.status, 503);
    // Application servers go on as before.
    sim.join('R', 'b', "both");
    sim.run_ms(200);
    assert!(!sim.control.is_idle());
    sim.hang_up('a');
    sim.hang_up('b');
    sim.run_ms(100);
    assert!(sim.control.is_idle());
    assert_eq!(sim.availability, Availability::Draining);
    assert_eq!(sim.bound_ports(), 0);
}

#[test]
fn a_shutdown_ends_every_call() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.feed(Event::Drain);
    sim.run_ms(200);
    sim.feed(Event::Shutdown);
    for name in "abc".chars() {
        assert!(sim.caller(name).bye.is_some(), "{name} is not told");
    }
    sim.run_ms(100);
    assert!(sim.control.is_idle());
    assert_eq!(sim.bound_ports(), 0);
}
