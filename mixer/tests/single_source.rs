//! A port listens to one source; a join that gives it another tears the old one down.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::topology::Directions::{self, AToB, Both};
use mixer::topology::{Joined, Stream};

#[test]
fn a_new_source_replaces_the_old_one() {
    let mut studio = Studio::with_all("abcR");
    for name in "abc".chars() {
        studio.join(name, 'R', Both);
    }
    let (a, room) = (studio.end_point('a'), studio.end_point('R'));
    // The room still hears a: rule 3.
    let torn = studio.join('b', 'a', AToB);
    assert_eq!(torn, [Stream { from: room, to: a }]);
    studio.check("a:b b:ac c:ab");
    let half = Joined { a, b: room, directions: Directions::AToB, preferred: false };
    assert!(studio.topology.joins_of(a).any(|joined| joined == half));
}

#[test]
fn a_pair_that_loses_its_last_stream_is_joined_no_longer() {
    let mut studio = Studio::with_all("abc");
    studio.join('a', 'c', AToB);
    let torn = studio.join('b', 'c', Both);
    assert_eq!(torn.len(), 1);
    studio.check("a: b:c c:b");
    assert!(studio.unjoin('a', 'c').is_err());
    assert_eq!(studio.topology.joins_of(studio.end_point('a')).count(), 0);
}

#[test]
fn two_pairs_swap_partners() {
    let mut studio = Studio::with_all("abcd");
    studio.join('a', 'b', Both);
    studio.join('c', 'd', Both);
    assert_eq!(studio.join('a', 'c', Both).len(), 2);
    // b and d go on listening to whom they listened to.
    studio.check("a:c b:a c:a d:c");
}
