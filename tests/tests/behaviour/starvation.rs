//! A leg that hears nothing for the configured time ends with a notification, not with a leak.

use std::time::Duration;

use antiphon_tests::simulator::{Setup, Simulator};
use mscp_proto::Notification;
use mscp_proto::extension::ExtensionNotification;

const LIMIT: Duration = Duration::from_secs(10);

fn impatient() -> Simulator {
    let mut setup = Setup::default();
    setup.settings.starvation = Some(LIMIT);
    Simulator::with(setup)
}

#[test]
fn a_silent_leg_ends_its_call() {
    let mut sim = impatient();
    sim.call("ab");
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    sim.check("a:b b:a");
    sim.caller_mut('a').sends = false;
    sim.run_for(LIMIT - Duration::from_millis(100));
    assert_eq!(sim.caller('a').bye, None);
    sim.run_ms(200);
    let reason = sim.caller('a').bye.clone().expect("the server ends the call");
    assert!(!reason.is_empty());
    assert_eq!(sim.bound_ports(), 1);
    let Some(Notification::Extension(ExtensionNotification::ConnectionEnded(ended))) =
        sim.servers[0].notifications().pop()
    else {
        panic!("the application server is not told");
    };
    assert_eq!(ended.connectionid.as_str(), sim.id('a'));
    assert_eq!(ended.reason, "media-timeout");
    // b goes on.
    sim.run_for(LIMIT);
    assert_eq!(sim.caller('b').bye, None);
}

#[test]
fn one_who_never_sends_is_not_waited_for_for_ever() {
    let mut sim = impatient();
    sim.invite('a', antiphon_tests::simulator::Phone::default());
    sim.run_for(LIMIT + Duration::from_millis(200));
    assert!(sim.caller('a').bye.is_some());
    assert_eq!(sim.bound_ports(), 0);
    assert_eq!(sim.control.counts(), (0, 0, 0));
}

#[test]
fn one_on_hold_may_be_silent() {
    for direction in ["inactive", "recvonly"] {
        let mut sim = impatient();
        sim.call("a");
        sim.reinvite('a', direction);
        sim.run_for(3 * LIMIT);
        assert_eq!(sim.caller('a').bye, None, "{direction}");
        sim.reinvite('a', "sendrecv");
        sim.caller_mut('a').sends = false;
        sim.run_for(LIMIT + Duration::from_millis(200));
        assert!(sim.caller('a').bye.is_some(), "{direction}");
    }
}

#[test]
fn a_short_silence_is_forgiven() {
    let mut sim = impatient();
    sim.call("ab");
    sim.join('a', 'b', "both");
    for _ in 0..3 {
        sim.caller_mut('a').sends = false;
        sim.run_for(LIMIT - Duration::from_secs(1));
        sim.caller_mut('a').sends = true;
        sim.run_ms(500);
    }
    sim.check("a:b b:a");
}
