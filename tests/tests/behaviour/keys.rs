//! Keys that callers press (RFC 4733): told to the application server by a dialog that listens,
//! relayed over a bridge.

use std::time::Duration;

use antiphon_tests::simulator::{Impairment, Phone, Simulator};
use mscp_proto::Notification;

const DTMF_SINGLE: &str = "<subscribe><item name='dtmf' value='single'/></subscribe>";
const DTMF_ALL: &str = "<subscribe><item name='dtmf' value='all'/></subscribe>";

/// Event codes of `1`, `2`, `#`.
const KEYS: [u8; 3] = [1, 2, 11];

/// Starts a dialog as `1` that plays ten seconds to `a` and listens to it.
fn listening_dialog(sim: &mut Simulator, subscribe: &str) {
    sim.documents.put("http://media/long", vec![0; 80_000]);
    sim.start_dialog_with(
        '1',
        &format!(
            "<dialogstart src='http://media/long' type='audio/wav' connectionid='$a'>\
             {subscribe}<stream type='audio' direction='both'/></dialogstart>"
        ),
    );
}

/// What `dialoguser` said, in order: its name and its first item.
fn told(sim: &Simulator) -> Vec<(String, String, String)> {
    let told = |notification| match notification {
        Notification::DialogUser(user) => {
            let item = user.namelist.0.into_iter().next().expect("an item");
            Some((user.name.to_string(), item.name, item.value))
        }
        _ => None,
    };
    sim.servers[0].notifications().into_iter().filter_map(told).collect()
}

#[test]
fn a_dialog_that_listens_reports_each_key_once() {
    let mut sim = Simulator::new();
    sim.call("a");
    listening_dialog(&mut sim, DTMF_SINGLE);
    sim.caller_mut('a').press(&KEYS);
    sim.run_ms(1_000);
    let expected =
        ["1", "2", "#"].map(|key| ("dtmf".to_owned(), "digit".to_owned(), key.to_owned()));
    assert_eq!(told(&sim), expected);
}

#[test]
fn keys_are_reported_together_before_the_exit() {
    let mut sim = Simulator::new();
    sim.call("a");
    listening_dialog(&mut sim, DTMF_ALL);
    sim.caller_mut('a').press(&KEYS);
    sim.run_ms(1_000);
    assert!(told(&sim).is_empty());
    sim.tell("<dialogterminate dialogid='$1'/>");
    sim.run_ms(100);
    assert_eq!(told(&sim), [("dtmf".to_owned(), "digits".to_owned(), "12#".to_owned())]);
    let notifications = sim.servers[0].notifications();
    assert!(matches!(notifications.last(), Some(Notification::DialogExit(_))), "{notifications:?}");
}

#[test]
fn who_does_not_subscribe_is_not_told() {
    let mut sim = Simulator::new();
    sim.call("a");
    listening_dialog(&mut sim, "");
    sim.caller_mut('a').press(&KEYS);
    sim.run_ms(1_000);
    assert!(told(&sim).is_empty());
}

#[test]
fn a_dialog_that_only_plays_hears_no_keys() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put("http://media/long", vec![0; 80_000]);
    sim.start_dialog_with(
        '1',
        &format!(
            "<dialogstart src='http://media/long' type='audio/wav' connectionid='$a'>\
             {DTMF_SINGLE}<stream type='audio' direction='transmit'/></dialogstart>"
        ),
    );
    sim.caller_mut('a').press(&KEYS);
    sim.run_ms(1_000);
    assert!(told(&sim).is_empty());
}

#[test]
fn keys_go_over_a_bridge() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.join('a', 'b', "both");
    sim.caller_mut('a').press(&KEYS);
    sim.run_ms(2_000);
    assert_eq!(sim.caller('b').keys, KEYS);
    assert!(sim.caller('a').keys.is_empty());
    assert!(sim.caller('c').keys.is_empty());
    sim.check("a:b b:a c:");
}

/// In a conference keys are meant for the server, not for the others.
#[test]
fn keys_do_not_go_through_a_conference() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('a', 'R', "both");
    sim.join('b', 'R', "both");
    sim.caller_mut('a').press(&KEYS);
    sim.run_ms(2_000);
    assert!(sim.caller('b').keys.is_empty());
}

/// The end of a key is sent three times, and every packet names the key: what a bad line leaves is
/// enough to tell each key once.
#[test]
fn keys_survive_a_bad_line() {
    let line = Impairment {
        delay: Duration::from_millis(30),
        jitter: Duration::from_millis(40),
        loss: 0.3,
        duplication: 0.2,
    };
    let mut sim = Simulator::new();
    sim.call_with('a', Phone { line, ..Phone::default() });
    sim.call("b");
    listening_dialog(&mut sim, DTMF_SINGLE);
    sim.join('a', 'b', "receive");
    let keys: Vec<u8> = (0..16).chain(0..16).collect();
    sim.caller_mut('a').press(&keys);
    sim.run_ms(8_000);
    let pressed: Vec<char> = "0123456789*#ABCD".chars().cycle().take(32).collect();
    let reported: Vec<char> = told(&sim).iter().filter_map(|told| told.2.chars().next()).collect();
    assert_eq!(reported, pressed);
    assert_eq!(sim.caller('b').keys, keys);
}

/// A key that is held or repeated is two keys only when it was pressed twice.
#[test]
fn the_same_key_twice_is_two_keys() {
    let mut sim = Simulator::new();
    sim.call("a");
    listening_dialog(&mut sim, DTMF_SINGLE);
    sim.caller_mut('a').press(&[7, 7, 7]);
    sim.run_ms(2_000);
    assert_eq!(told(&sim).len(), 3);
}
