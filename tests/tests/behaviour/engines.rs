//! Several engines: callers at different ones share conferences and bridges as if there were one.

use antiphon_tests::simulator::{Setup, Simulator};

/// Event codes of `4`, `*`.
const KEYS: [u8; 2] = [4, 10];

/// Callers named from `a` on, each at an engine of its own.
fn apart(names: &str) -> Simulator {
    let mut sim = Simulator::with(Setup::with_engines(names.len(), 1));
    sim.call(names);
    sim
}

/// Ticks of voices that went from one engine to another.
fn relayed(sim: &Simulator) -> u64 {
    sim.control.engine_stats().relays_sent
}

#[test]
fn callers_at_different_engines_hear_each_other_in_a_conference() {
    let mut sim = apart("abc");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.check("a:bc b:ac c:ab");
    assert!(relayed(&sim) > 0, "they are at one engine; seed {:#x}", sim.seed);
    sim.join('R', 'a', "receive");
    sim.check("a:bc b:c c:b");
    sim.hang_up('c');
    sim.check("a:b b:");
}

#[test]
fn a_bridge_across_engines_carries_voices_and_keys_both_ways() {
    let mut sim = apart("ab");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a");
    sim.caller_mut('a').press(&KEYS);
    sim.run_ms(2_000);
    assert_eq!(sim.caller('b').keys, KEYS);
    assert!(sim.caller('a').keys.is_empty());
    sim.caller_mut('b').press(&KEYS);
    sim.run_ms(2_000);
    assert_eq!(sim.caller('a').keys, KEYS);
    sim.unjoin('a', 'b');
    sim.check("a: b:");
}

#[test]
fn sidebars_reach_across_engines() {
    let mut sim = apart("abc");
    sim.create('R');
    sim.create('S');
    sim.join('R', 'a', "both");
    sim.join('S', 'b', "both");
    sim.join('S', 'c', "both");
    sim.join('R', 'S', "receive");
    sim.check("a: b:ac c:ab");
}

/// The caller is at the second engine, which has room for the dialog; so has the first.
#[test]
fn a_dialog_is_at_the_engine_of_the_caller_it_speaks_to() {
    let mut sim = Simulator::with(Setup::with_engines(2, 2));
    sim.call("abc");
    sim.hang_up('b');
    sim.run_ms(100);
    sim.documents.put_tone("http://media/tone", '1', 10);
    sim.start_dialog_with(
        '1',
        "<dialogstart src='http://media/tone' type='audio/wav' connectionid='$c'>\
         <stream type='audio' direction='transmit'/></dialogstart>",
    );
    sim.check("a: c:1");
    assert_eq!(relayed(&sim), 0, "the dialog is at another engine; seed {:#x}", sim.seed);
}
