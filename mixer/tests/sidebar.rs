//! Rooms hear rooms: one way, both ways, in chains and in rings, without echo.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::capacities::LINKED_ROOMS_MAX;
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, BToA, Both};
use mixer::topology::JoinError;

/// Two callers in each room.
fn rooms(names: &str) -> Studio {
    let mut studio = Studio::new();
    let mut callers = 'a'..='z';
    for room in names.chars() {
        studio.open(room, Policy::default());
        for _ in 0..2 {
            let caller = callers.next().unwrap();
            studio.call(caller);
            studio.join(caller, room, Both);
        }
    }
    studio
}

#[test]
fn a_sidebar_listens_in() {
    let mut studio = rooms("RS");
    studio.join('R', 'S', AToB);
    studio.check("a:b b:a c:abd d:abc");
    studio.join('R', 'S', BToA);
    studio.check("a:bcd b:acd c:d d:c");
    studio.unjoin('S', 'R').unwrap();
    studio.check("a:b b:a c:d d:c");
}

#[test]
fn a_ring_of_two() {
    let mut studio = rooms("RS");
    studio.join('R', 'S', Both);
    studio.check("a:bcd b:acd c:abd d:abc");
}

#[test]
fn a_ring_of_three() {
    let mut studio = rooms("RST");
    studio.join('R', 'S', AToB);
    studio.join('S', 'T', AToB);
    studio.join('T', 'R', AToB);
    studio.check("a:bcdef b:acdef c:abdef d:abcef e:abcdf f:abcde");
    // Nothing circulates: when all but one fall silent, the ring is as loud as that one.
    for name in "bcdef".chars() {
        studio.line(name).be_silent(true);
    }
    studio.run(50);
    let heard = studio.record(10);
    assert!(heard[&'a'].iter().all(|sample| *sample == 0));
    assert!(heard[&'f'].iter().all(|sample| sample.abs() <= 3_000));
}

#[test]
fn a_chain_carries_one_way() {
    let mut studio = rooms("RST");
    studio.join('R', 'S', AToB);
    studio.join('S', 'T', AToB);
    studio.check("a:b b:a c:abd d:abc e:abcdf f:abcde");
    studio.remove('S');
    studio.check("a:b b:a c: d: e:f f:e");
}

#[test]
fn a_caller_in_two_linked_rooms_is_heard_once() {
    let mut studio = rooms("RS");
    studio.join('a', 'S', AToB);
    studio.join('R', 'S', Both);
    studio.check("a:bcd b:acd c:abd d:abc");
}

#[test]
fn a_room_selects_among_what_its_links_bring() {
    let mut studio = rooms("RS");
    for (name, amplitude) in "abcd".chars().zip([4_000.0, 500.0, 2_000.0, 1_000.0]) {
        studio.line(name).hum_at(amplitude);
    }
    studio.set_policy('S', Policy::NBest(2));
    studio.join('R', 'S', AToB);
    // S hears a and c, the two loudest of four; R still mixes everyone of its own.
    assert_eq!(studio.hearing(), "a:b b:a c:a d:ac");
    studio.set_policy('R', Policy::NBest(1));
    studio.run(20);
    assert_eq!(studio.hearing(), "a: b:a c:a d:ac");
}

#[test]
fn the_size_of_a_cluster_is_bounded() {
    let mut studio = Studio::new();
    let names: Vec<char> = ('\u{391}'..).filter(|c| c.is_uppercase()).take(70).collect();
    for name in &names {
        studio.open(*name, Policy::default());
        studio.run(1);
    }
    for pair in names.windows(2).take(LINKED_ROOMS_MAX - 1) {
        studio.join(pair[0], pair[1], AToB);
        studio.run(1);
    }
    let (last, next) = (names[LINKED_ROOMS_MAX - 1], names[LINKED_ROOMS_MAX]);
    let refused = studio.try_join(last, next, AToB, false);
    assert_eq!(refused, Err(JoinError::TooManyLinked { limit: LINKED_ROOMS_MAX }));
    // A ring over all of them is no larger.
    studio.join(last, names[0], AToB);
    studio.call('a');
    studio.call('b');
    studio.join('a', names[5], Both);
    studio.join('b', names[4], Both);
    studio.check("a:b b:a");
}
