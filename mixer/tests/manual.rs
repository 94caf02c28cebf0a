//! A room that is managed by hand: those are heard who were given the floor.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::plan::Plan;
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, BToA, Both};

/// `a` to `d` in room R, which is managed by hand.
fn four() -> Studio {
    let mut studio = Studio::new();
    studio.open('R', Policy::Manual);
    for name in "abcd".chars() {
        studio.call(name);
        studio.join(name, 'R', Both);
    }
    studio
}

#[test]
fn nobody_is_heard_who_was_not_given_the_floor() {
    let mut studio = four();
    assert_eq!(studio.hearing(), "a: b: c: d:");
    studio.give_floor('b', 'R', true).unwrap();
    studio.give_floor('c', 'R', true).unwrap();
    assert_eq!(studio.hearing(), "a:bc b:c c:b d:bc");
    studio.give_floor('b', 'R', false).unwrap();
    assert_eq!(studio.hearing(), "a:c b:c c: d:c");
}

#[test]
fn who_is_preferred_needs_no_floor() {
    let mut studio = four();
    studio.join_preferred('d', 'R', Both);
    studio.give_floor('a', 'R', true).unwrap();
    assert_eq!(studio.hearing(), "a:d b:ad c:ad d:a");
}

#[test]
fn the_floor_outlasts_a_mute_but_not_an_unjoin() {
    let mut studio = four();
    studio.give_floor('a', 'R', true).unwrap();
    studio.join('a', 'R', BToA);
    assert_eq!(studio.hearing(), "a: b: c: d:");
    studio.join('a', 'R', Both);
    assert_eq!(studio.hearing(), "a: b:a c:a d:a");
    let room = studio.rooms[&'R'];
    assert_eq!(studio.topology.has_floor(room).collect::<Vec<_>>(), [studio.port('a')]);
    studio.unjoin('a', 'R').unwrap();
    studio.join('a', 'R', Both);
    assert_eq!(studio.hearing(), "a: b: c: d:");
    assert_eq!(studio.topology.has_floor(room).count(), 0);
}

#[test]
fn a_linked_room_brings_those_it_chose() {
    let mut studio = four();
    studio.open('S', Policy::NBest(1));
    for (name, amplitude) in [('e', 2_000.0), ('f', 4_000.0)] {
        studio.call(name).hum_at(amplitude);
        studio.join(name, 'S', Both);
    }
    studio.join('S', 'R', AToB);
    studio.give_floor('a', 'R', true).unwrap();
    assert_eq!(studio.hearing(), "a:f b:af c:af d:af e:f f:");
}

#[test]
fn who_is_not_joined_cannot_be_given_the_floor() {
    let mut studio = four();
    studio.call('z');
    let mut plan = Plan::new();
    let (port, room) = (studio.port('z'), studio.rooms[&'R']);
    assert!(studio.topology.give_floor(&mut plan, port, room, true).is_err());
    assert!(plan.is_empty());
}
