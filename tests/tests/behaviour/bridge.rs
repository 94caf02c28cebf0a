//! Two connections joined to each other, without a conference.

use antiphon_tests::simulator::Simulator;

#[test]
fn two_callers_hear_each_other() {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.join('a', 'b', "both");
    sim.check("a:b b:a c:");
}

#[test]
fn a_bridge_can_be_one_way() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.join('a', 'b', "receive");
    sim.check("a: b:a");
    sim.join('a', 'b', "transmit");
    sim.check("a:b b:");
    sim.unjoin('a', 'b');
    sim.check("a: b:");
}

#[test]
fn one_source_feeds_many_listeners() {
    let mut sim = Simulator::new();
    sim.call("abcd");
    for name in "bcd".chars() {
        sim.join('a', name, "receive");
    }
    sim.check("a: b:a c:a d:a");
}

/// What one says through a bridge is not touched: the samples that come out are the samples that
/// went in, as PCMU left them.
#[test]
fn a_bridge_carries_the_very_samples() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.join('a', 'b', "both");
    sim.run_ms(300);
    let heard = sim.record_ms(1_000).remove(1).1;
    let spoken = sim.caller('a').spoken().to_vec();
    assert!(
        spoken.windows(heard.len()).any(|window| window == heard),
        "not one second of a's speech; seed {:#x}",
        sim.seed
    );
}
