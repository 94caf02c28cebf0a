//! Selection: the n loudest, preferred members on top, everyone with 0.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use common::caller::AMPLITUDE;
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, Both};

/// Eight callers, each louder than the one before, and `z` who only listens.
fn eight(policy: Policy) -> Studio {
    let mut studio = Studio::new();
    studio.open('R', policy);
    for (i, name) in "abcdefgh".chars().enumerate() {
        studio.call(name).hum_at(500.0 * (i + 1) as f64);
        studio.join(name, 'R', Both);
    }
    studio.call('z');
    studio.join('R', 'z', AToB);
    studio
}

#[test]
fn the_three_loudest_of_eight_are_heard() {
    let mut studio = eight(Policy::NBest(3));
    assert_eq!(studio.hearing(), "a:fgh b:fgh c:fgh d:fgh e:fgh f:gh g:fh h:fg z:fgh");
    let talkers = studio.handle.talkers(studio.rooms[&'R']);
    let mut talkers: Vec<_> = talkers.map(|talking| (talking.port, talking.level_dbov)).collect();
    talkers.sort_unstable();
    // A sine of 3,000 is 23.8 dB below a square wave of full scale.
    let expected =
        [('f', 24), ('g', 22), ('h', 21)].map(|(name, level)| (studio.port(name), level));
    assert_eq!(talkers, expected);
}

#[test]
fn who_grows_louder_takes_the_place_of_the_softest() {
    let mut studio = eight(Policy::NBest(3));
    studio.run(5);
    studio.line('a').hum_at(9_000.0);
    studio.run(3);
    assert_eq!(studio.hearing(), "a:gh b:agh c:agh d:agh e:agh f:agh g:ah h:ag z:agh");
}

#[test]
fn a_little_louder_does_not_take_a_place() {
    let mut studio = eight(Policy::NBest(3));
    studio.run(5);
    // f is at 3,000; 3 dB above it is 4,243.
    studio.line('e').hum_at(4_000.0);
    studio.run(10);
    assert!(studio.hearing().ends_with("z:fgh"));
    studio.line('e').hum_at(4_500.0);
    studio.run(10);
    assert!(studio.hearing().ends_with("z:egh"));
}

#[test]
fn a_pause_between_words_does_not_cost_the_place() {
    let mut studio = eight(Policy::NBest(3));
    studio.run(50);
    studio.line('h').be_silent(true);
    studio.run(3);
    studio.line('h').be_silent(false);
    studio.tick();
    assert!(studio.hearing().ends_with("z:fgh"));
}

#[test]
fn preferred_members_are_always_in_and_not_counted() {
    let mut studio = eight(Policy::NBest(3));
    studio.join_preferred('a', 'R', Both);
    assert!(studio.hearing().ends_with("z:afgh"));
    studio.join_preferred('h', 'R', Both);
    assert!(studio.hearing().ends_with("z:aefgh"));
    studio.join('a', 'R', Both);
    assert!(studio.hearing().ends_with("z:efgh"));
}

#[test]
fn zero_means_everyone() {
    let mut studio = eight(Policy::NBest(0));
    assert!(studio.hearing().ends_with("h:abcdefg z:abcdefgh"));
    studio.set_policy('R', Policy::NBest(1));
    assert!(studio.hearing().ends_with("h: z:h"));
    studio.set_policy('R', Policy::NBest(0));
    assert!(studio.hearing().ends_with("h:abcdefg z:abcdefgh"));
}

#[test]
fn ties_are_settled_the_same_way_every_time() {
    let mut studio = eight(Policy::NBest(2));
    for name in "abcdefgh".chars() {
        studio.line(name).hum_at(AMPLITUDE);
    }
    studio.run(100);
    let first = studio.hearing();
    studio.run(100);
    assert_eq!(studio.hearing(), first);
}
