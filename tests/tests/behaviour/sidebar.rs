//! Conferences that hear conferences: sidebars, chains and rings.

use std::time::Duration;

use antiphon_tests::simulator::Simulator;

/// Callers `names`, two in each of these conferences.
fn conferences(rooms: &str, names: &str) -> Simulator {
    let mut sim = Simulator::new();
    sim.call(names);
    let names: Vec<char> = names.chars().collect();
    for (room, pair) in rooms.chars().zip(names.chunks(2)) {
        sim.create(room);
        for name in pair {
            sim.join(room, *name, "both");
        }
    }
    sim
}

/// The message flow of draft 6.4.
#[test]
fn two_leave_for_a_sidebar_and_go_on_hearing_the_conference() {
    let mut sim = Simulator::new();
    sim.call("abcd");
    sim.create('1');
    for name in "abcd".chars() {
        sim.ask(&format!("<join id1='$1' id2='${name}'/>"));
    }
    sim.check("a:bcd b:acd c:abd d:abc");
    sim.create('2');
    sim.ask("<join id1='$1' id2='$2'><stream type='audio' direction='receive'/></join>");
    for name in "ab".chars() {
        sim.ask(&format!("<unjoin id1='$1' id2='${name}'/>"));
        sim.ask(&format!("<join id1='$2' id2='${name}'/>"));
    }
    sim.check("a:bcd b:acd c:d d:c");
}

#[test]
fn a_sidebar_turns_round() {
    let mut sim = conferences("RS", "abcd");
    sim.join('R', 'S', "receive");
    sim.check("a:b b:a c:abd d:abc");
    sim.join('R', 'S', "transmit");
    sim.check("a:bcd b:acd c:d d:c");
    sim.unjoin('S', 'R');
    sim.check("a:b b:a c:d d:c");
}

#[test]
fn a_ring_of_two_neither_echoes_nor_grows() {
    let mut sim = conferences("RS", "abcd");
    sim.join('R', 'S', "both");
    sim.check("a:bcd b:acd c:abd d:abc");
    sim.run_for(Duration::from_secs(10));
    sim.check("a:bcd b:acd c:abd d:abc");
}

#[test]
fn a_ring_of_three_neither_echoes_nor_grows() {
    let mut sim = conferences("RST", "abcdef");
    sim.join('R', 'S', "receive");
    sim.join('S', 'T', "receive");
    sim.join('T', 'R', "receive");
    let everyone = "a:bcdef b:acdef c:abdef d:abcef e:abcdf f:abcde";
    sim.check(everyone);
    sim.run_for(Duration::from_secs(10));
    sim.check(everyone);
    // The other way round as well: now each pair is a ring of its own too.
    sim.join('R', 'S', "both");
    sim.join('S', 'T', "both");
    sim.join('T', 'R', "both");
    sim.check(everyone);
}

#[test]
fn nothing_circulates_in_a_ring_when_all_are_silent() {
    let mut sim = conferences("RST", "abcdef");
    sim.join('R', 'S', "receive");
    sim.join('S', 'T', "receive");
    sim.join('T', 'R', "receive");
    sim.run_ms(500);
    for name in "abcdef".chars() {
        sim.caller_mut(name).speaks = false;
    }
    sim.run_ms(500);
    for (name, heard) in sim.record_ms(200) {
        assert!(heard.iter().all(|sample| *sample == 0), "{name} hears something");
    }
}

#[test]
fn a_chain_carries_one_way_and_breaks_with_a_link() {
    let mut sim = conferences("RST", "abcdef");
    sim.join('R', 'S', "receive");
    sim.join('S', 'T', "receive");
    sim.check("a:b b:a c:abd d:abc e:abcdf f:abcde");
    sim.destroy('S');
    sim.check("a:b b:a c: d: e:f f:e");
}
