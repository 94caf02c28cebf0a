//! Rooms with members at several engines: one room to all of them, a tick later between engines.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{SETTLING_TICKS, Studio, ear};
use mixer::port::PortEvent;
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, BToA, Both};
use mixer::{Capacities, Plan};

/// Callers a, d, … are at the first of three engines, b, e, … at the second, c, f, … at the third.
fn spread(names: &str) -> Studio {
    let mut studio = Studio::sharded(3);
    for name in names.chars() {
        if name.is_uppercase() {
            studio.open(name, Policy::default());
        } else {
            studio.call(name);
        }
    }
    studio
}

#[test]
fn who_is_at_different_engines_hears_each_other() {
    let mut studio = spread("abcdR");
    "abcd".chars().for_each(|name| drop(studio.join(name, 'R', Both)));
    studio.check("a:bcd b:acd c:abd d:abc");
    studio.unjoin('b', 'R').unwrap();
    studio.check("a:cd b: c:ad d:ac");
    studio.remove('a');
    studio.check("b: c:d d:c");
}

#[test]
fn the_loudest_of_all_engines_are_chosen() {
    let mut studio = spread("abcdefR");
    studio.set_policy('R', Policy::NBest(2));
    for (index, name) in "abcdef".chars().enumerate() {
        studio.join(name, 'R', Both);
        studio.line(name).hum_at(500.0 * 1.5f64.powi(index as i32));
    }
    assert_eq!(studio.hearing(), "a:ef b:ef c:ef d:ef e:f f:e");
    studio.line('a').hum_at(6_000.0);
    assert_eq!(studio.hearing(), "a:f b:af c:af d:af e:af f:a");
}

#[test]
fn preferred_members_are_preferred_at_every_engine() {
    let mut studio = spread("abcR");
    studio.set_policy('R', Policy::NBest(1));
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.join_preferred('c', 'R', Both);
    studio.line('a').hum_at(2_000.0);
    studio.line('c').hum_at(500.0);
    assert_eq!(studio.hearing(), "a:bc b:c c:b");
}

#[test]
fn a_voice_comes_a_tick_later_and_sample_for_sample() {
    let mut studio = spread("abR");
    studio.join('a', 'R', AToB);
    studio.join('b', 'R', BToA);
    studio.run(SETTLING_TICKS);
    let mut here = Studio::with_all("abR");
    here.join('a', 'R', AToB);
    here.join('b', 'R', BToA);
    here.run(SETTLING_TICKS - 1);
    assert_eq!(studio.record(10)[&'b'], here.record(10)[&'b']);
}

#[test]
fn ones_own_voice_leaves_no_residue() {
    let mut studio = spread("abcR");
    "abc".chars().for_each(|name| drop(studio.join(name, 'R', Both)));
    studio.run(SETTLING_TICKS);
    let recordings = studio.record(10);
    for name in "abc".chars() {
        let own = ear::amplitude(&recordings[&name], studio.line(name).tone_hz);
        assert!(own < 0.6, "{name} hears itself at {own}, which is more than rounding");
    }
}

#[test]
fn sidebars_reach_across_engines_without_echo() {
    let mut studio = spread("abcRST");
    studio.join('a', 'R', Both);
    studio.join('b', 'S', Both);
    studio.join('c', 'T', Both);
    studio.join('R', 'S', AToB);
    studio.join('S', 'T', AToB);
    studio.check("a: b:a c:ab");
    studio.join('T', 'R', AToB);
    studio.check("a:bc b:ac c:ab");
    studio.unjoin('S', 'T').unwrap();
    studio.check("a:c b:ac c:");
}

#[test]
fn who_leaves_is_faded_out_at_every_engine() {
    let mut studio = spread("abR");
    studio.join('a', 'R', AToB);
    studio.join('b', 'R', BToA);
    studio.run(SETTLING_TICKS);
    let steady = ear::largest_jump(&studio.record(5)[&'b']);
    studio.unjoin('a', 'R').unwrap();
    let leaving = studio.record(5);
    assert!(ear::largest_jump(&leaving[&'b']) <= steady + 1);
    assert!(leaving[&'b'][2 * 160..].iter().all(|sample| *sample == 0));
    studio.join('a', 'R', AToB);
    assert!(ear::largest_jump(&studio.record(5)[&'b']) <= steady + 1);
}

#[test]
fn a_bridge_reaches_across_engines_with_its_keys() {
    let mut studio = spread("ab");
    studio.join('a', 'b', Both);
    studio.check("a:b b:a");
    studio.line('a').emit(PortEvent::Digit { event: 7 });
    studio.run(2);
    assert_eq!(studio.line('b').digits(), [7]);
    studio.unjoin('a', 'b').unwrap();
    studio.check("a: b:");
}

#[test]
fn nothing_is_handed_to_engines_that_do_not_listen() {
    let mut studio = spread("abcR");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', AToB);
    studio.join('c', 'R', AToB);
    studio.run(SETTLING_TICKS);
    studio.record(10);
    // Handed over: b and c, to the engine of a, who alone listens.
    assert_eq!(studio.hearing(), "a:bc b: c:");
    let before = studio.stats().relays_sent;
    studio.run(10);
    assert_eq!(studio.stats().relays_sent - before, 20);
}

#[test]
fn an_engine_that_falls_behind_drops_what_came_too_late_and_keeps_no_delay() {
    let mut studio = spread("abR");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.run(SETTLING_TICKS);
    studio.tick_without(1);
    studio.tick_without(1);
    studio.tick_without(1);
    assert_eq!(studio.stats().relays_late, 0);
    studio.run(SETTLING_TICKS);
    assert_eq!(studio.stats().relays_late, 3);
    assert_eq!(studio.hearing(), "a:b b:a");
}

#[test]
fn an_engine_that_stands_still_withholds_no_answers_but_its_own() {
    let mut studio = spread("abcR");
    studio.join('a', 'R', Both);
    studio.run(SETTLING_TICKS);
    studio.notices.clear();
    let (a, b, room) = (studio.port('a'), studio.port('b'), studio.rooms[&'R']);
    // What has to do with b is the second engine's as well; what has not is answered meanwhile.
    let (mut of_both, mut of_one) = (Plan::new(), Plan::new());
    studio.topology.join(&mut of_both, b, room, Both).unwrap();
    studio.topology.give_floor(&mut of_one, a, room, true).unwrap();
    let of_both = studio.handle.submit(of_both).unwrap();
    let of_one = studio.handle.submit(of_one).unwrap();
    "ab".chars().for_each(|name| studio.line(name).emit(PortEvent::Started));
    for _ in 0..5 {
        studio.tick_without(1);
        studio.fetch();
    }
    assert_eq!(studio.applied(), [of_one]);
    assert_eq!(studio.events(), [(a, PortEvent::Started)]);
    studio.run(1);
    assert_eq!(studio.applied(), [of_one, of_both]);
    assert_eq!(studio.events(), [(a, PortEvent::Started), (b, PortEvent::Started)]);
}

#[test]
fn the_first_engine_is_filled_before_the_second() {
    let capacities = Capacities { shards: 2, ports: 5, ..common::CAPACITIES };
    let (_engines, mut handle) = mixer::engines(capacities);
    let slots: Vec<u32> = (0..5).map(|_| handle.reserve_port().unwrap().slot).collect();
    assert_eq!(slots, [0, 1, 2, 3, 4]);
    assert!(handle.reserve_port().is_err());
}
