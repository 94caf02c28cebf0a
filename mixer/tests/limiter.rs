//! Many loud voices at once: turned down, never wrapped, never clipped, never one's own.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use common::caller::hum;
use common::ear::{amplitude, largest_jump};
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, Both};

const FULL_SCALE: f64 = 32_767.0;

/// Sixteen callers at full scale, and `z` who only listens.
fn sixteen() -> Studio {
    let mut studio = Studio::new();
    studio.open('R', Policy::default());
    for name in 'a'..='p' {
        studio.call(name).hum_at(FULL_SCALE);
        studio.join(name, 'R', Both);
    }
    studio.call('z').be_silent(true);
    studio.join('R', 'z', AToB);
    studio
}

#[test]
fn sixteen_at_full_scale_neither_wrap_nor_clip() {
    let mut studio = sixteen();
    studio.run(5);
    let recordings = studio.record(20);
    for (listener, heard) in &recordings {
        let peak = heard.iter().map(|sample| sample.unsigned_abs()).max();
        assert!((32_000..=32_766).contains(&peak.unwrap()), "{listener}: {peak:?}");
    }
    assert_eq!(studio.stats().samples_clipped, 0);
    assert!(studio.stats().frames_limited >= 20 * 17);
}

#[test]
fn the_gain_does_not_chop_the_sound() {
    // All cosines peak together once in 80 samples; a gain that let the quiet parts up between
    // the peaks would flatten the shape. Each tone must keep its share.
    let mut studio = sixteen();
    studio.run(25);
    let heard = studio.record(10).remove(&'z').unwrap();
    for name in 'a'..='p' {
        let level_db = 20.0 * (amplitude(&heard, studio.line(name).tone_hz) / 2_048.0).log10();
        assert!(level_db.abs() < 1.0, "{name}: {level_db} dB");
    }
}

#[test]
fn a_steady_tone_is_turned_down_without_distortion() {
    // Sixteen times the same tone at full scale, 24 dB too loud: what is left is the tone, and of its
    // harmonics less than a hundredth of a per cent, which is the rounding to 16 bits.
    for hz in [200, 400, 1_000] {
        let mut studio = sixteen();
        for name in 'a'..='p' {
            studio.line(name).hum_hz(hz);
        }
        studio.run(25);
        let heard = studio.record(50).remove(&'z').unwrap();
        let fundamental = amplitude(&heard, hz);
        let harmonics = (2..).map(|n| n * hz).take_while(|harmonic| *harmonic < 4_000);
        let power: f64 = harmonics.map(|harmonic| amplitude(&heard, harmonic).powi(2)).sum();
        let distortion = power.sqrt() / fundamental;
        assert!(fundamental > 32_000.0, "{fundamental}");
        assert!(distortion < 1e-4, "{:.4} % at {hz} Hz", 100.0 * distortion);
    }
}

#[test]
fn ones_own_voice_leaves_no_residue_even_while_limiting() {
    // Four loud ones limit; what d says must not show in what d hears, so it hears bit by bit
    // the same when it says something else.
    let record = |own_amplitude| {
        let mut studio = Studio::with_all("abcdR");
        for name in "abcd".chars() {
            studio.line(name).hum_at(20_000.0);
            studio.join(name, 'R', Both);
        }
        studio.line('d').hum_at(own_amplitude);
        let heard = studio.record(30).remove(&'d').unwrap();
        assert!(studio.stats().frames_limited > 0);
        heard
    };
    let settled = 10 * 160;
    assert_eq!(record(20_000.0)[settled..], record(1_000.0)[settled..]);
}

/// So many at one amplitude, each with a tone of its own, who all peak together.
fn crowd(count: u32, amplitude: f64) -> (Studio, Vec<char>) {
    let mut studio = Studio::new();
    studio.open('R', Policy::default());
    let names: Vec<char> = (0..count).filter_map(|i| char::from_u32(u32::from('a') + i)).collect();
    for name in &names {
        studio.call(*name).hum_at(amplitude);
        studio.join(*name, 'R', Both);
        studio.tick();
    }
    studio.run(25);
    (studio, names)
}

#[test]
fn in_a_crowd_all_others_are_heard_alike_and_never_oneself() {
    let (mut studio, names) = crowd(36, FULL_SCALE);
    let recordings = studio.record(10);
    // Turned down as if there were one voice more.
    let share_db = 20.0 * (1.0 / (names.len() + 1) as f64).log10();
    for listener in &names {
        for name in &names {
            let heard = amplitude(&recordings[listener], studio.line(*name).tone_hz) / FULL_SCALE;
            let level_db = 20.0 * heard.log10();
            if name == listener {
                assert!(level_db < -90.0, "{listener} hears itself at {level_db} dB");
            } else {
                let off_db = level_db - share_db;
                assert!(off_db.abs() < 0.3, "{name} is {off_db} dB off for {listener}");
            }
        }
    }
    assert_eq!(studio.stats().samples_clipped, 0);
}

#[test]
fn becoming_a_crowd_and_ceasing_to_be_one_is_no_jump() {
    // At this amplitude they are turned down by 18 dB, where a crowd begins.
    let begins = 8.0 * FULL_SCALE / 36.0;
    let jumps_at = |amplitudes: [f64; 2]| {
        let (mut studio, names) = crowd(36, amplitudes[0]);
        let mut heard = Vec::new();
        for round in 0..20 {
            names.iter().for_each(|name| studio.line(*name).hum_at(amplitudes[round % 2]));
            heard.extend(studio.record(7).remove(&'b').unwrap());
        }
        assert_eq!(studio.stats().samples_clipped, 0);
        largest_jump(&heard)
    };
    let (below, across) = (jumps_at([begins * 0.8; 2]), jumps_at([begins * 0.8, begins * 1.2]));
    assert!(across < below + below / 10, "{across} instead of {below}");
}

#[test]
fn a_single_voice_of_full_scale_passes_bit_by_bit() {
    let mut studio = Studio::with_all("abR");
    studio.line('a').hum_at(FULL_SCALE);
    studio.line('b').be_silent(true);
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.run(2);
    let heard = studio.record(10).remove(&'b').unwrap();
    let spoken: Vec<i16> = (0..heard.len() + 20).map(|i| hum(400, FULL_SCALE, i)).collect();
    assert!(spoken.windows(heard.len()).any(|window| window == heard));
    assert_eq!(studio.stats().frames_limited, 0);
}

#[test]
fn after_a_loud_passage_the_mix_is_exact_again() {
    let mut studio = sixteen();
    studio.run(5);
    for name in 'b'..='p' {
        studio.line(name).be_silent(true);
    }
    studio.line('a').hum_at(10_000.0);
    studio.run(60);
    let heard = studio.record(10).remove(&'z').unwrap();
    let spoken: Vec<i16> = (0..heard.len() + 20).map(|i| hum(400, 10_000.0, i)).collect();
    assert!(spoken.windows(heard.len()).any(|window| window == heard));
}

#[test]
fn who_falls_silent_goes_on_hearing_the_other_as_it_was() {
    // Together a and b are limited; b alone is not, so a never heard b turned down, and must not
    // when it falls silent while the limiter of the others still recovers.
    let mut studio = Studio::with_all("abR");
    for name in "ab".chars() {
        studio.line(name).hum_at(FULL_SCALE);
        studio.join(name, 'R', Both);
    }
    studio.run(5);
    let mut heard = studio.record(5).remove(&'a').unwrap();
    studio.line('a').be_silent(true);
    heard.extend(studio.record(10).remove(&'a').unwrap());
    let spoken: Vec<i16> = (0..heard.len() + 80).map(|i| hum(500, FULL_SCALE, i)).collect();
    assert!(spoken.windows(heard.len()).any(|window| window == heard));
}

#[test]
fn who_begins_to_speak_goes_on_hearing_the_others_as_they_were() {
    // The passage that the limiter recovers from ends as a begins to murmur.
    let mut studio = sixteen();
    studio.line('a').be_silent(true);
    studio.run(25);
    studio.line('a').hum_at(10.0);
    studio.line('a').be_silent(false);
    for name in 'b'..='p' {
        studio.line(name).hum_at(2_000.0);
    }
    let heard = studio.record(3);
    let apart = heard[&'a'].iter().zip(&heard[&'z']).map(|(a, z)| (a - z).abs());
    assert!(apart.max() <= Some(10));
}
