//! Unjoining ends what was between two, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::topology::Directions::{Both, Neither};
use mixer::topology::{JoinError, Stream, UnjoinError, Unknown};

#[test]
fn who_is_unjoined_neither_hears_nor_is_heard() {
    let mut studio = Studio::with_all("abcR");
    for name in "abc".chars() {
        studio.join(name, 'R', Both);
    }
    let (b, room) = (studio.end_point('b'), studio.end_point('R'));
    let streams = studio.unjoin('R', 'b').unwrap();
    assert_eq!(streams, [Stream { from: b, to: room }, Stream { from: room, to: b }]);
    studio.check("a:c b: c:a");
}

#[test]
fn what_is_not_joined_cannot_be_unjoined() {
    let mut studio = Studio::with_all("abR");
    let (a, b) = (studio.end_point('a'), studio.end_point('b'));
    assert_eq!(studio.unjoin('a', 'b'), Err(UnjoinError::NotJoined(a, b)));
    studio.join('a', 'b', Neither);
    assert_eq!(studio.unjoin('b', 'a'), Ok(Vec::new()));
    assert_eq!(studio.unjoin('b', 'a'), Err(UnjoinError::NotJoined(b, a)));
}

#[test]
fn nonsense_is_refused_and_changes_nothing() {
    let mut studio = Studio::with_all("abR");
    studio.join('a', 'R', Both);
    let a = studio.end_point('a');
    assert_eq!(studio.try_join('a', 'a', Both, false), Err(JoinError::Itself(a)));
    let ghost = studio.end_point('b');
    studio.remove('b');
    let refused = studio.carry_out(|topology, plan| {
        let refused = topology.join(plan, ghost, a, Both);
        assert!(plan.is_empty());
        refused
    });
    assert_eq!(refused, Err(JoinError::Unknown(Unknown(ghost))));
    assert_eq!(studio.topology.joins().count(), 1);
}
