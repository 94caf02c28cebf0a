//! Rejoining replaces the streams of a pair, which is how one is muted.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::topology::Directions::{AToB, BToA, Both, Neither};

#[test]
fn a_rejoin_changes_the_direction() {
    let mut studio = Studio::with_all("abcR");
    for name in "abc".chars() {
        studio.join(name, 'R', Both);
    }
    let torn = studio.join('a', 'R', BToA);
    assert!(torn.is_empty());
    studio.check("a:bc b:c c:b");
    studio.join('a', 'R', AToB);
    studio.check("a: b:ac c:ab");
    studio.join('R', 'a', AToB);
    studio.check("a:bc b:c c:b");
    studio.join('a', 'R', Neither);
    studio.check("a: b:c c:b");
    studio.join('a', 'R', Both);
    studio.check("a:bc b:ac c:ab");
}
