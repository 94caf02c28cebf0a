//! Muting by joining again with a direction (draft 5.3: the last join of a pair counts).

use antiphon_tests::simulator::Simulator;

fn conference_of_three() -> Simulator {
    let mut sim = Simulator::new();
    sim.call("abc");
    sim.create('R');
    for name in "abc".chars() {
        sim.join('R', name, "both");
    }
    sim
}

#[test]
fn a_muted_caller_hears_but_is_not_heard() {
    let mut sim = conference_of_three();
    // `receive` flows from id1 to id2.
    sim.join('R', 'a', "receive");
    sim.check("a:bc b:c c:b");
    sim.join('R', 'a', "both");
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn a_deafened_caller_is_heard_but_does_not_hear() {
    let mut sim = conference_of_three();
    sim.join('R', 'a', "transmit");
    sim.check("a: b:ac c:ab");
    sim.join('a', 'R', "both");
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn the_order_of_the_pair_decides_which_way_a_direction_points() {
    let mut sim = conference_of_three();
    sim.join('a', 'R', "transmit");
    sim.join('b', 'R', "receive");
    sim.check("a:bc b: c:b");
}

#[test]
fn one_who_stops_speaking_is_not_unjoined() {
    let mut sim = conference_of_three();
    sim.caller_mut('a').speaks = false;
    sim.check("a:bc b:c c:b");
    sim.caller_mut('a').speaks = true;
    sim.check("a:bc b:ac c:ab");
}
