//! Who is heard when not everyone is: the loudest, and those who are preferred (draft 5.1, 5.3).

use antiphon_tests::simulator::{Phone, Simulator};

/// Until then a steady tone counts as speech, from then on as a noise on the line. These tests are
/// about loudness among equals.
const STEADY_MS: u64 = 2_500;

/// Callers a to d, each 3 dB louder than the one after, in a conference of this policy.
fn conference(request: &str) -> Simulator {
    let mut sim = Simulator::new();
    sim.create_with('R', request);
    for (name, dbfs) in "abcd".chars().zip([-10.0, -13.0, -16.0, -19.0]) {
        sim.call_with(name, Phone { dbfs, ..Phone::default() });
        sim.join('R', name, "both");
    }
    sim.run_ms(STEADY_MS);
    sim
}

#[test]
fn everyone_is_heard_by_default_and_with_0() {
    let everyone = "a:bcd b:acd c:abd d:abc";
    conference("<createconference/>").check(everyone);
    conference("<createconference audiomixingpolicy='nbest' audiomixingnbest='0'/>")
        .check(everyone);
}

#[test]
fn the_three_loudest_are_heard() {
    let mut sim = conference("<createconference audiomixingnbest='3'/>");
    sim.check("a:bc b:ac c:ab d:abc");
    sim.caller_mut('a').speaks = false;
    sim.run_ms(2_000);
    sim.check("a:bcd b:cd c:bd d:bc");
}

#[test]
fn the_loudest_is_heard() {
    let mut sim = conference("<createconference audiomixingnbest='1'/>");
    sim.check("a: b:a c:a d:a");
    sim.hang_up('a');
    sim.run_ms(500);
    sim.check("b: c:b d:b");
}

#[test]
fn who_is_preferred_is_heard_and_not_counted() {
    let mut sim = conference("<createconference audiomixingnbest='1'/>");
    sim.ask("<join id1='$R' id2='$d' mediapreferred='true'/>");
    sim.run_ms(500);
    sim.check("a:d b:ad c:ad d:a");
    sim.join('R', 'd', "both");
    sim.run_ms(500);
    sim.check("a: b:a c:a d:a");
}

#[test]
fn a_dialog_competes_like_everyone() {
    let mut sim = conference("<createconference audiomixingnbest='1'/>");
    // At -18 dBFS it is between c and d.
    sim.documents.put_tone("http://media/1", '1', 10);
    sim.start_dialog('1', "http://media/1", "conferenceid='$R'");
    sim.run_ms(STEADY_MS);
    sim.check("a: b:a c:a d:a");
    for name in "abc".chars() {
        sim.hang_up(name);
    }
    sim.run_ms(500);
    sim.check("d:1");
}
