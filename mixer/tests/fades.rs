//! Whatever changes, no listener hears a jump.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use common::ear::largest_jump;
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, BToA, Both};

/// Callers far apart in tone, of whom the highest makes steps of some 1,900 at 3,000 loud.
fn studio() -> Studio {
    let mut studio = Studio::with_all("abcdRS");
    studio.line('d').be_silent(true);
    studio.run(3);
    studio
}

/// The largest step that two tones and a ramp across their full range can make together. A cut
/// of one tone at its peak alone would make 3,000 more.
#[track_caller]
fn assert_smooth(studio: &mut Studio, listener: char, change: impl FnOnce(&mut Studio)) {
    let mut heard = studio.record(3).remove(&listener).unwrap();
    change(studio);
    heard.extend(studio.record(3).remove(&listener).unwrap());
    let jump = largest_jump(&heard);
    assert!(jump < 2_600, "{jump}");
}

#[test]
fn joining_and_muting_and_leaving_a_room() {
    let mut studio = studio();
    studio.join('R', 'd', AToB);
    studio.join('b', 'R', Both);
    studio.run(3);
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('a', 'R', Both)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('a', 'R', BToA)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('a', 'R', Both)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.unjoin('a', 'R')));
}

#[test]
fn hanging_up_and_destroying() {
    let mut studio = studio();
    studio.join('R', 'd', AToB);
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.run(3);
    assert_smooth(&mut studio, 'd', |studio| studio.remove('a'));
    assert_smooth(&mut studio, 'd', |studio| studio.remove('R'));
    studio.join('b', 'd', AToB);
    studio.run(3);
    assert_smooth(&mut studio, 'd', |studio| studio.remove('b'));
}

#[test]
fn changing_the_source() {
    let mut studio = studio();
    studio.join('a', 'R', Both);
    studio.join('b', 'S', Both);
    studio.run(3);
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('c', 'd', AToB)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('R', 'd', AToB)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('S', 'd', AToB)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('a', 'd', AToB)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.unjoin('a', 'd')));
}

#[test]
fn a_change_of_selection() {
    let mut studio = studio();
    studio.set_policy('R', Policy::NBest(1));
    studio.join('R', 'd', AToB);
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.line('a').hum_at(2_500.0);
    studio.run(30);
    assert_smooth(&mut studio, 'd', |studio| {
        studio.set_policy('R', Policy::NBest(2));
    });
    assert_smooth(&mut studio, 'd', |studio| {
        studio.set_policy('R', Policy::NBest(1));
    });
}

#[test]
fn linking_rooms() {
    let mut studio = studio();
    studio.join('R', 'd', AToB);
    studio.join('a', 'R', Both);
    studio.join('b', 'S', Both);
    studio.run(3);
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('S', 'R', AToB)));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.unjoin('S', 'R')));
    assert_smooth(&mut studio, 'd', |studio| drop(studio.join('S', 'R', AToB)));
    assert_smooth(&mut studio, 'd', |studio| studio.remove('S'));
}

#[test]
fn what_begins_by_itself_is_not_faded() {
    let mut studio = studio();
    studio.line('a').be_silent(true);
    studio.join('a', 'R', Both);
    studio.join('R', 'd', AToB);
    studio.join('a', 'b', AToB);
    studio.run(3);
    studio.line('a').be_silent(false);
    let heard = studio.record(1);
    assert_eq!(heard[&'d'][0], 3_000);
    assert_eq!(heard[&'b'], heard[&'d']);
}

#[test]
fn a_prompt_joined_as_it_begins_is_exact_from_its_first_sample() {
    let mut studio = studio();
    studio.call('e');
    studio.join('e', 'd', AToB);
    let heard = studio.record(1);
    let spoken: Vec<i16> = (0..160).map(|i| common::caller::hum(800, 3_000.0, i)).collect();
    assert_eq!(heard[&'d'], spoken);
}
