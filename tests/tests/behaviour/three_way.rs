//! Three callers in a conference: each hears the two others and not itself (draft 6.2).

use antiphon_tests::simulator::Simulator;

#[test]
fn each_hears_the_two_others_and_not_itself() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    sim.check("a: b: c:");
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn callers_come_and_go_one_by_one() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('a', 'R', "both");
    sim.check("a: b:");
    sim.join('b', 'R', "both");
    sim.check("a:b b:a");
    sim.call("c");
    sim.join('R', 'c', "both");
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn two_conferences_do_not_hear_each_other() {
    let mut sim = Simulator::new();
    sim.call("abcd");
    sim.create('R');
    sim.create('S');
    for (room, name) in [('R', 'a'), ('R', 'b'), ('S', 'c'), ('S', 'd')] {
        sim.join(room, name, "both");
    }
    sim.check("a:b b:a c:d d:c");
}

/// What one says is taken out of what it hears to the last bit: it hears the same samples whether
/// it speaks or not.
#[test]
fn ones_own_voice_leaves_no_trace() {
    let heard = |speaks| {
        let mut sim = Simulator::new();
        sim.call("abc");
        sim.create('R');
        for name in "abc".chars() {
            sim.join('R', name, "both");
        }
        sim.caller_mut('c').speaks = speaks;
        sim.run_ms(500);
        sim.record_ms(2_000).remove(2)
    };
    assert_eq!(heard(true), heard(false));
}
