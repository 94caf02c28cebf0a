//! One's own voice is taken out exactly.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::topology::Directions::{AToB, BToA, Both};

#[test]
fn nothing_remains_when_nobody_else_speaks() {
    let mut studio = Studio::with_all("abR");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', BToA);
    let heard = studio.record(20);
    assert!(heard[&'a'].iter().all(|sample| *sample == 0));
    assert!(heard[&'b'].iter().any(|sample| *sample != 0));
}

#[test]
fn nothing_remains_while_fading_in_and_out() {
    let mut studio = Studio::with_all("abR");
    studio.run(3);
    studio.join('R', 'a', AToB);
    studio.join('R', 'b', AToB);
    let mut heard_by_b = 0;
    for _ in 0..10 {
        // a goes on listening and is faded in and out as a speaker.
        studio.join('a', 'R', Both);
        let heard = studio.record(3);
        assert!(heard[&'a'].iter().all(|sample| *sample == 0));
        heard_by_b += usize::from(heard[&'b'].iter().any(|sample| *sample != 0));
        studio.join('a', 'R', BToA);
        let heard = studio.record(3);
        assert!(heard[&'a'].iter().all(|sample| *sample == 0));
        assert!(heard[&'b'][160..].iter().all(|sample| *sample == 0));
    }
    assert_eq!(heard_by_b, 10);
}

#[test]
fn nothing_comes_back_over_another_room() {
    let mut studio = Studio::with_all("abRS");
    studio.join('a', 'R', AToB);
    studio.join('R', 'S', AToB);
    studio.join('S', 'a', AToB);
    studio.join('S', 'b', AToB);
    let heard = studio.record(20);
    assert!(heard[&'a'].iter().all(|sample| *sample == 0));
    assert!(heard[&'b'][160..].iter().any(|sample| *sample != 0));
}
