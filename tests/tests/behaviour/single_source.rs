//! A connection listens to one source: a join that gives it another tears the old stream down,
//! and all other streams stay (draft 5.3, CCXML 1.0 section 10.4).

use antiphon_tests::simulator::Simulator;

fn two_conferences() -> Simulator {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    sim.create('S');
    sim.join('a', 'R', "both");
    sim.join('b', 'R', "both");
    sim.join('c', 'S', "both");
    sim.check("a:b b:a c:");
    sim
}

#[test]
fn joining_a_second_conference_ends_hearing_the_first() {
    let mut sim = two_conferences();
    sim.join('a', 'S', "both");
    // a still speaks into R: that stream is not in the way of any other.
    sim.check("a:c b:a c:a");
    sim.unjoin('a', 'R');
    sim.check("a:c b: c:a");
}

#[test]
fn speaking_into_a_second_conference_changes_nothing_in_the_first() {
    let mut sim = two_conferences();
    sim.join('a', 'S', "receive");
    sim.check("a:b b:a c:a");
}

#[test]
fn joining_a_connection_ends_hearing_the_conference() {
    let mut sim = two_conferences();
    sim.join('a', 'c', "both");
    // Both a and c had a source before. b still hears a, and S still hears c.
    sim.check("a:c b:a c:a");
    sim.join('b', 'S', "transmit");
    sim.check("a:c b:c c:a");
}

#[test]
fn two_pairs_swap_partners() {
    let mut sim = Simulator::new();
    sim.call("abcd");
    sim.join('a', 'b', "both");
    sim.join('c', 'd', "both");
    sim.join('a', 'c', "both");
    sim.check("a:c b:a c:a d:c");
}

#[test]
fn a_conference_has_any_number_of_sources() {
    let mut sim = two_conferences();
    sim.join('R', 'S', "both");
    sim.check("a:bc b:ac c:ab");
}
