//! What the network does to one call must not be heard in another.

use std::time::Duration;

use antiphon_tests::simulator::{Impairment, Phone, Setup, Simulator};
use antiphon_tests::tone::TOLERANCE_DB;

const BAD: Impairment = Impairment {
    delay: Duration::from_millis(20),
    jitter: Duration::from_millis(100),
    loss: 0.3,
    duplication: 0.05,
};

/// a and b talk in a conference that c listens to and, when it is joined so, speaks into.
fn recordings(line: Impairment, c: &str) -> Vec<(char, Vec<i16>)> {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.call_with('c', Phone { line, ..Phone::default() });
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    sim.join('R', 'c', c);
    sim.record_ms(5_000)
}

#[test]
fn a_bad_line_of_one_changes_no_sample_that_two_others_hear_of_each_other() {
    let good = recordings(Impairment::default(), "receive");
    let bad = recordings(BAD, "receive");
    assert_eq!(good, bad);
    assert!(good[0].1.iter().any(|sample| *sample != 0));
}

/// The same with a bridge beside, which shares nothing but the engine.
#[test]
fn a_bad_line_changes_no_sample_of_a_bridge_beside() {
    let recordings = |line| {
        let mut sim = Simulator::new();
        sim.call("abd");
        sim.call_with('c', Phone { line, ..Phone::default() });
        sim.join('a', 'b', "both");
        sim.join('c', 'd', "both");
        sim.record_ms(5_000)
    };
    let (good, bad) = (recordings(Impairment::default()), recordings(BAD));
    assert_eq!(good[0], bad[0]);
    assert_eq!(good[1], bad[1]);
    assert_ne!(good[3], bad[3], "d hears what happened to c");
}

#[test]
fn who_speaks_over_a_bad_line_does_not_change_how_loud_the_others_are() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.call_with('c', Phone { line: BAD, ..Phone::default() });
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.run_ms(2_000);
    for (listener, speaker) in [('a', 'b'), ('b', 'a'), ('c', 'a'), ('c', 'b')] {
        let off = sim.loudness(listener, speaker);
        assert!(off.abs() < TOLERANCE_DB, "{listener} hears {speaker} at {off:.2} dB");
    }
}

/// Delay and jitter that a jitter buffer is made for cost nothing.
#[test]
fn jitter_is_bridged() {
    let line = Impairment {
        delay: Duration::from_millis(80),
        jitter: Duration::from_millis(18),
        ..Impairment::default()
    };
    let mut sim = Simulator::new();
    sim.call_with('a', Phone { line, ..Phone::default() });
    sim.call("b");
    sim.join('a', 'b', "both");
    sim.run_ms(2_000);
    sim.check("a:b b:a");
}

/// Reordering within the jitter buffer and doubled packets are not heard at all.
#[test]
fn doubled_packets_are_not_heard() {
    let line = Impairment { duplication: 0.5, ..Impairment::default() };
    let heard = |line| {
        let mut sim = Simulator::new();
        sim.call_with('a', Phone { line, ..Phone::default() });
        sim.call("b");
        sim.join('a', 'b', "both");
        sim.record_ms(2_000).remove(1).1
    };
    assert_eq!(heard(line), heard(Impairment::default()));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let mut sim = Simulator::with(Setup { seed, ..Setup::default() });
        sim.call_with('a', Phone { line: BAD, ..Phone::default() });
        sim.call("b");
        sim.join('a', 'b', "both");
        sim.record_ms(3_000)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}
