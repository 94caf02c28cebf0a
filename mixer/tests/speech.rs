//! Selection by what is speech: noise holds no place, a first syllable is not lost, and what was
//! said in private stays there.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::ear::amplitude;
use common::{STEADY_TICKS, Studio, ear};
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, BToA, Both};

/// 10 ms, a whole number of periods of every tone.
const WINDOW_SAMPLES: usize = 80;
/// The level of a line on which nobody speaks.
const QUIET: f64 = 60.0;
/// Loud speech.
const LOUD: f64 = 9_000.0;

/// `a` and `b` on quiet lines in a room for one, with `z` who only listens.
fn two_in_a_room_for_one() -> Studio {
    let mut studio = Studio::new();
    studio.open('R', Policy::NBest(1));
    for name in ['a', 'b'] {
        studio.call(name).hum_at(QUIET);
        studio.join(name, 'R', Both);
    }
    studio.call('z').be_silent(true);
    studio.join('R', 'z', AToB);
    studio.run(STEADY_TICKS);
    studio
}

/// How long a recording holds a caller at half of [`LOUD`] and more, in ms.
fn loud_ms(samples: &[i16], name: char) -> usize {
    let windows = samples.chunks_exact(WINDOW_SAMPLES);
    10 * windows.filter(|window| amplitude(window, ear::tone_of(name)) > LOUD / 2.0).count()
}

/// Speaks for a second, with the pauses that speech has.
fn speak(studio: &mut Studio, name: char, amplitude: f64) {
    for _ in 0..5 {
        studio.line(name).hum_at(amplitude);
        studio.run(7);
        studio.line(name).hum_at(QUIET);
        studio.run(3);
    }
    studio.line(name).hum_at(amplitude);
    studio.run(2);
}

#[test]
fn a_steady_noise_gives_way_to_softer_speech() {
    let mut studio = two_in_a_room_for_one();
    studio.line('a').hum_at(3_000.0);
    studio.run(STEADY_TICKS);
    assert!(studio.hearing().ends_with("z:a"), "nobody else makes a sound of note");
    speak(&mut studio, 'b', 1_000.0);
    let heard = studio.record(2).remove(&'z').unwrap();
    assert!(amplitude(&heard, ear::tone_of('b')) > 900.0);
    assert!(amplitude(&heard, ear::tone_of('a')) < 30.0);
}

#[test]
fn no_first_syllable_is_lost() {
    let mut studio = two_in_a_room_for_one();
    // The room is a's, who has just stopped to speak.
    speak(&mut studio, 'a', LOUD / 3.0);
    studio.line('a').hum_at(QUIET);
    studio.run(5);
    studio.line('b').hum_at(LOUD);
    let mut heard = studio.record(20).remove(&'z').unwrap();
    studio.line('b').hum_at(QUIET);
    heard.extend(studio.record(10).remove(&'z').unwrap());
    let said_ms = 20 * 20;
    assert!(loud_ms(&heard, 'b') >= said_ms - 10, "{} ms", loud_ms(&heard, 'b'));
    let decided = heard
        .chunks_exact(WINDOW_SAMPLES)
        .position(|window| amplitude(window, ear::tone_of('b')) > LOUD / 2.0);
    assert!(decided.unwrap() * 10 <= 40 + 40, "40 ms to decide, and 40 ms late");
}

#[test]
fn a_pause_is_used_to_catch_up() {
    let mut studio = two_in_a_room_for_one();
    speak(&mut studio, 'a', LOUD / 3.0);
    studio.line('b').hum_at(LOUD);
    studio.run(20);
    studio.line('b').hum_at(QUIET);
    studio.run(10);
    studio.line('b').hum_at(LOUD);
    let heard = studio.record(1).remove(&'z').unwrap();
    assert_eq!(loud_ms(&heard, 'b'), 20, "heard in the tick in which it is said");
}

#[test]
fn what_was_said_before_one_was_joined_is_not_heard() {
    let mut studio = two_in_a_room_for_one();
    studio.join('b', 'R', BToA);
    studio.line('b').hum_at(LOUD);
    studio.run(10);
    studio.line('b').hum_at(QUIET);
    studio.join('b', 'R', Both);
    let heard = studio.record(20).remove(&'z').unwrap();
    assert_eq!(loud_ms(&heard, 'b'), 0);
}

#[test]
fn ones_own_voice_is_taken_out_as_it_was_mixed() {
    let mut studio = two_in_a_room_for_one();
    speak(&mut studio, 'a', LOUD / 3.0);
    studio.line('b').hum_at(LOUD);
    let heard = studio.record(30);
    assert!(loud_ms(&heard[&'z'], 'b') > 500);
    let residue = amplitude(&heard[&'b'][320..], ear::tone_of('b'));
    assert!(residue < 0.3, "b hears itself at {residue} of {LOUD}, late or not");
}

#[test]
fn a_place_is_kept_for_a_while() {
    let mut studio = two_in_a_room_for_one();
    speak(&mut studio, 'b', LOUD / 3.0);
    studio.line('b').hum_at(QUIET);
    studio.run(20);
    studio.line('a').hum_at(LOUD / 3.0);
    studio.run(3);
    studio.line('b').hum_at(LOUD);
    let heard = studio.record(6).remove(&'z').unwrap();
    assert_eq!(loud_ms(&heard, 'b'), 0, "a has just begun");
    let heard = studio.record(20).remove(&'z').unwrap();
    assert!(loud_ms(&heard, 'b') > 200, "but may not keep it");
}

#[test]
fn what_was_said_before_one_was_joined_is_not_heard_by_way_of_another_room() {
    // R hears b 40 ms late, because it spoke already when it was chosen there. S, into which it comes
    // afterwards, waits until what was said before has passed.
    let mut studio = two_in_a_room_for_one();
    speak(&mut studio, 'a', LOUD / 4.0);
    studio.line('b').hum_at(LOUD);
    studio.run(4);
    studio.open('S', Policy::default());
    studio.call('y').be_silent(true);
    studio.join('y', 'S', BToA);
    studio.join('b', 'S', AToB);
    assert!(studio.record(2)[&'y'].iter().all(|sample| *sample == 0));
    assert!(loud_ms(&studio.record(5)[&'y'], 'b') >= 90);
}
