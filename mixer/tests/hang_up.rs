//! A port that is removed is heard and hears no more, and travels home to be freed.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::engine::Notice;
use mixer::topology::Directions::{AToB, Both};

#[test]
fn who_hangs_up_leaves_the_others_talking() {
    let mut studio = Studio::with_all("abcdR");
    for name in "abc".chars() {
        studio.join(name, 'R', Both);
    }
    studio.join('b', 'd', AToB);
    studio.check("a:bc b:ac c:ab d:b");
    studio.remove('b');
    studio.check("a:c c:a d:");
    assert_eq!(studio.stats().ports, 3);
}

#[test]
fn the_port_is_freed_once_the_frame_without_it_is_mixed() {
    let mut studio = Studio::with_all("a");
    let line = studio.call('b');
    studio.run(2);
    studio.remove('b');
    studio.tick_unattended();
    assert!(!line.is_freed(), "nothing is freed on the engine's side");
    let before = studio.notices.len();
    studio.tick();
    assert!(line.is_freed());
    assert!(matches!(studio.notices[before..], [Notice::Applied { .. }]));
}

#[test]
fn all_plans_of_one_tick_take_effect_together() {
    let mut studio = Studio::with_all("abR");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    let line = studio.call('c');
    studio.join('c', 'R', Both);
    studio.remove('c');
    studio.check("a:b b:a");
    assert!(line.is_freed());
}

#[test]
fn an_engine_that_ends_frees_its_ports() {
    let mut studio = Studio::new();
    let line = studio.call('a');
    studio.run(1);
    drop(studio);
    assert!(line.is_freed());
}
