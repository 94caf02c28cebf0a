//! A room that is destroyed leaves its members unjoined, and its key is used again.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, Both};

#[test]
fn members_of_a_destroyed_room_hear_nothing() {
    let mut studio = Studio::with_all("abcRS");
    for name in "abc".chars() {
        studio.join(name, 'R', Both);
    }
    studio.join('c', 'S', AToB);
    studio.check("a:bc b:ac c:ab");
    studio.remove('R');
    studio.check("a: b: c:");
    assert_eq!(studio.topology.joins().count(), 1);
    assert_eq!(studio.stats().rooms, 1);
    assert_eq!(studio.record(1)[&'a'], [0; 160]);
    assert_eq!(studio.line('a').nothing_heard(), 1);
}

#[test]
fn keys_are_used_again_with_a_new_generation() {
    let mut studio = Studio::with_all("abR");
    let first = studio.rooms[&'R'];
    studio.join('a', 'R', Both);
    studio.run(1);
    studio.remove('R');
    studio.run(1);
    studio.open('R', Policy::default());
    let second = studio.rooms[&'R'];
    assert_eq!(first.slot, second.slot);
    assert_ne!(first.generation, second.generation);
    studio.check("a: b:");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.check("a:b b:a");
}
