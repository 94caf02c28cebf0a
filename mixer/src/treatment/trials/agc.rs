//! Quiet and loud talkers come out alike after two seconds, and noise is never pumped up.

use speech::{Talker, Voice, active_level_dbov, bring_to};

use super::signals::{Random, Signal, power_dbov};
use crate::realtime::forbid_allocation;
use crate::signal::noise::NoiseFloor;
use crate::treatment::agc::Agc;
use crate::treatment::rumble::WithoutRumble;

const RATE_HZ: u32 = 8_000;
const FRAME: usize = 160;
const LEVELS_DBOV: [f64; 9] = [-45.0, -40.0, -35.0, -30.0, -25.0, -20.0, -15.0, -10.0, -6.0];
/// -19 dBm0 (RFC 7874, section 4).
const TARGET_DBOV: f64 = -22.0;
/// What is heard after 2 s of speech is within this (the demand).
const ERROR_DB_MAX: f64 = 3.0;
/// 2 s.
const FRAMES_TO_CONVERGE: usize = 100;
/// A quiet line.
const IDLE_DBOV: f64 = -70.0;

/// A voice on its way through the gain control: the gain at the end of each frame, and whether the
/// frame was speech.
fn follow(samples: &[i16]) -> Vec<(f32, bool)> {
    let (mut agc, mut noise) = (Agc::NEW, NoiseFloor::UNKNOWN);
    let mut without_rumble = WithoutRumble::SILENT;
    let mut before = 1.0;
    let frames = samples.chunks_exact(FRAME).map(|frame| {
        let power = frame.iter().map(|s| f32::from(*s).powi(2)).sum::<f32>() / FRAME as f32;
        forbid_allocation(|| {
            noise.follow(power);
            let is_speech = noise.is_exceeded();
            let power = without_rumble.of_speech(frame, f32::from, power, is_speech);
            let gains = agc.follow(power, is_speech);
            assert_eq!(gains.0[0], before, "the gain jumped");
            before = gains.0[4];
            (before, noise.is_exceeded())
        })
    });
    // Collected first: what is trapped is the gain control.
    let mut followed = Vec::with_capacity(samples.len() / FRAME);
    frames.for_each(|frame| followed.push(frame));
    followed
}

/// The samples with the gain of their frame, from a frame on.
fn heard(samples: &[i16], followed: &[(f32, bool)], from: usize) -> Vec<i16> {
    let frames = samples.chunks_exact(FRAME).zip(followed).skip(from);
    frames
        .flat_map(|(frame, (gain, _))| frame.iter().map(move |s| (f32::from(*s) * gain) as i16))
        .collect()
}

/// The frame at which so many have held speech.
fn after_speech(followed: &[(f32, bool)], frames: usize) -> usize {
    let speech = followed.iter().enumerate().filter(|(_, (_, is_speech))| *is_speech);
    speech.map(|(index, _)| index).nth(frames - 1).unwrap()
}

fn db(gain: f32) -> f64 {
    20.0 * f64::from(gain).log10()
}

/// Someone who talks at a level on a quiet line.
fn talk(talker: &Talker, seed: u64, seconds: usize, dbov: f64) -> Vec<i16> {
    let mut samples = talker.talk(seed, seconds);
    bring_to(&mut samples, RATE_HZ, dbov);
    let mut random = Random(seed);
    let idle = power_dbov(IDLE_DBOV).sqrt();
    samples.iter_mut().for_each(|s| *s = s.saturating_add((idle * random.normal()) as i16));
    samples
}

#[test]
fn everyone_is_within_3_db_of_the_target_after_2_s_of_speech() {
    for voice in Voice::ALL {
        let talker = Talker::new(voice, RATE_HZ);
        for level in LEVELS_DBOV {
            let errors = (1..=4).map(|seed| {
                let samples = talk(&talker, seed, 8, level);
                let followed = follow(&samples);
                let from = after_speech(&followed, FRAMES_TO_CONVERGE);
                active_level_dbov(&heard(&samples, &followed, from), RATE_HZ) - TARGET_DBOV
            });
            let errors: Vec<f64> = errors.collect();
            println!("AGC, {voice:?} at {level} dBov, seeds 1 to 4: {errors:.1?} dB off");
            let worst = errors.iter().fold(0.0, |worst: f64, error| worst.max(error.abs()));
            assert!(worst <= ERROR_DB_MAX, "{voice:?} at {level} dBov: {errors:?}");
        }
    }
}

#[test]
fn the_gain_stays_where_it_is_in_pauses() {
    let seed = 5;
    let mut random = Random(seed);
    let talker = Talker::new(Voice::Woman, RATE_HZ);
    for level in [-40.0, -25.0, -12.0] {
        let mut signal = Signal::silence(RATE_HZ as usize, 60_000.0);
        for (second, sentence) in (0..60).step_by(6).zip(1..) {
            let said = talk(&talker, sentence, 2, level);
            let at = signal.span(f64::from(second) * 1_000.0 + 1_500.0, 4_000.0);
            signal.samples[at].iter_mut().zip(said).for_each(|(s, said)| *s = f64::from(said));
        }
        signal.noise(power_dbov(level - 25.0), &mut random);
        let samples: Vec<i16> = signal.samples.iter().map(|s| *s as i16).collect();
        let followed = follow(&samples);
        let moved = followed.windows(2).filter(|pair| !pair[1].1 && pair[0].0 != pair[1].0).count();
        assert_eq!(moved, 0, "at {level} dBov the gain moves in a pause, seed {seed}");
        let gain = db(followed.last().unwrap().0);
        let error = level + gain - TARGET_DBOV;
        assert!(error.abs() < 4.0, "at {level} dBov: {gain} dB");
    }
}

#[test]
fn a_noise_is_never_made_louder() {
    let seed = 6;
    let mut random = Random(seed);
    for level in [-65.0, -55.0, -45.0, -35.0, -20.0] {
        // White, and a rumble whose power halves at 300 Hz.
        for rumble in [0.0, 0.79] {
            let mut signal = Signal::silence(RATE_HZ as usize, 40_000.0);
            // A noise that sets in, stops, and sets in again.
            signal.noise(power_dbov(level), &mut random);
            signal.samples[120_000..180_000].fill(0.0);
            let mut low = 0.0;
            let samples: Vec<i16> = signal
                .samples
                .iter()
                .map(|sample| {
                    low = rumble * low + sample;
                    (low * (1.0 - rumble * rumble).sqrt()) as i16
                })
                .collect();
            let highest = follow(&samples).iter().map(|(gain, _)| db(*gain)).fold(0.0, f64::max);
            assert!(highest < 1.0, "{level} dBov, rumble {rumble}: {highest} dB, seed {seed}");
        }
    }
}

#[test]
fn a_rumble_that_rises_and_falls_is_never_made_louder() {
    // Noise within 20 Hz round 60 Hz, whose power varies by itself as slowly as syllables do.
    let seed = 11;
    for level in [-50.0, -40.0, -32.0] {
        let mut random = Random(seed);
        let (mut in_phase, mut across) = (0.0, 0.0);
        let follow_slowly: f64 = 1.0 - 0.01;
        let rumble: Vec<f64> = (0..40 * RATE_HZ)
            .map(|i| {
                in_phase = follow_slowly * in_phase + random.normal();
                across = follow_slowly * across + random.normal();
                let (sin, cos) = (std::f64::consts::TAU * 60.0 * f64::from(i) / 8_000.0).sin_cos();
                in_phase * cos + across * sin
            })
            .collect();
        let power = rumble.iter().map(|s| s * s).sum::<f64>() / rumble.len() as f64;
        let scale = (power_dbov(level) / power).sqrt();
        let samples: Vec<i16> = rumble.iter().map(|s| (s * scale) as i16).collect();
        let highest = follow(&samples).iter().map(|(gain, _)| db(*gain)).fold(0.0, f64::max);
        assert!(highest < 1.0, "{level} dBov: {highest} dB, seed {seed}");
    }
}

#[test]
fn a_noise_behind_a_voice_is_not_pumped_up_when_the_voice_stops() {
    let seed = 7;
    let mut random = Random(seed);
    let mut samples = talk(&Talker::new(Voice::Man, RATE_HZ), seed, 15, -25.0);
    let end = samples.len() / FRAME;
    samples.resize(samples.len() + 20 * RATE_HZ as usize, 0);
    let noise = power_dbov(-45.0).sqrt();
    samples.iter_mut().for_each(|s| *s = s.saturating_add((noise * random.normal()) as i16));
    let followed = follow(&samples);
    let change = db(followed[end..].last().unwrap().0) - db(followed[end - 1].0);
    assert!(change.abs() < 0.5, "{change} dB, seed {seed}");
}

#[test]
fn another_talker_on_the_same_leg_is_found() {
    for (first, second) in [(-10.0, -42.0), (-42.0, -10.0)] {
        let loud = talk(&Talker::new(Voice::Man, RATE_HZ), 8, 10, first);
        let quiet = talk(&Talker::new(Voice::Woman, RATE_HZ), 9, 20, second);
        let samples = [loud.clone(), quiet].concat();
        let followed = follow(&samples);
        // Found within 5 s.
        let from = loud.len() / FRAME + 250;
        let error = active_level_dbov(&heard(&samples, &followed, from), RATE_HZ) - TARGET_DBOV;
        assert!(error.abs() < 4.0, "from {first} to {second}: {error} dB");
    }
}

#[test]
fn the_gain_moves_in_steps_that_are_not_heard_and_within_its_limits() {
    for level in [-60.0, -45.0, -3.0] {
        let followed = follow(&talk(&Talker::new(Voice::Child, RATE_HZ), 10, 20, level));
        for pair in followed.windows(2) {
            let step = db(pair[1].0 / pair[0].0);
            assert!((-0.61..0.51).contains(&step), "{step} dB in a frame");
        }
        assert!(followed.iter().all(|(gain, _)| (0.12..16.0).contains(gain)));
    }
}

#[test]
fn the_state_is_small() {
    assert!(size_of::<Agc>() <= 64);
}
