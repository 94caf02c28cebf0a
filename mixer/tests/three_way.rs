//! Three in a room: each hears the two others and not itself.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::topology::Directions::Both;

#[test]
fn three_hear_one_another() {
    let mut studio = Studio::with_all("abcR");
    studio.check("a: b: c:");
    for name in "abc".chars() {
        studio.join(name, 'R', Both);
    }
    studio.check("a:bc b:ac c:ab");
}

#[test]
fn the_mix_is_exactly_the_others() {
    let mut studio = Studio::with_all("abR");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.run(2);
    let recordings = studio.record(50);
    let spoken = |name| -> Vec<i16> {
        let line = studio.line(name);
        let hummed = (0..8_160).map(|i| common::caller::hum(line.tone_hz, 3_000.0, i + 160));
        hummed.collect()
    };
    for (listener, speaker) in [('a', 'b'), ('b', 'a')] {
        let heard = &recordings[&listener];
        assert!(spoken(speaker).windows(heard.len()).any(|spoken| spoken == heard));
    }
}

#[test]
fn alone_one_hears_exactly_nothing() {
    let mut studio = Studio::with_all("aR");
    studio.join('a', 'R', Both);
    let recordings = studio.record(20);
    assert!(recordings[&'a'].iter().all(|sample| *sample == 0));
}

#[test]
fn a_room_can_be_listened_to_without_speaking() {
    let mut studio = Studio::with_all("abcR");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.join('R', 'c', mixer::topology::Directions::AToB);
    studio.check("a:b b:a c:ab");
}
