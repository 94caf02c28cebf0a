//! Whether a frame is one sinusoid, and which.

use std::f32::consts::PI;

use super::super::HOPS;
use super::super::narrow::HOP_SAMPLES;
use super::super::sinusoid::{Folded, dot, wrap};
use super::super::tables::{HANN, cos};

/// Samples of a frame at 8 kHz.
pub(super) const FRAME: usize = HOPS * HOP_SAMPLES;
const HALF: usize = FRAME / 2;

/// What a tone may leave unexplained of a frame to be learned. A howl that is clipped comes near a
/// square wave, whose overtones are 19 %.
const REST: f32 = 0.25;
/// The highest frequency that is looked for, and the lowest as far from 0, in radians a sample.
const OMEGA_MAX: f32 = PI - 0.05;
/// The square of a peak over the power, at most: 2 for a tone, 5 for one with a noise 12 dB below,
/// and more for most of speech.
const CREST: f32 = 6.0;
/// What must be left of a frame's power at 8 kHz for its tone to be what is loud in it.
const LEFT: f32 = 0.2;
/// The frequencies among which the strongest is looked for: every 100 Hz, up to 3,900.
const BAND: f32 = 100.0 * 2.0 * PI / 8_000.0;
const BANDS: usize = 39;
/// By what each turns in a sample: twice the cosine.
static TURNS: [f32; BANDS] = turns();

/// What is one sinusoid and hardly anything else: its frequency in radians a sample, and the share
/// of the power that is something else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tone {
    pub(super) omega: f32,
    pub(super) rest: f32,
}

/// The tone that a frame at 8 kHz is, and little else, when what was heard had such a power.
pub(super) fn tone(frame: &[f32; FRAME], power: f32) -> Option<Tone> {
    let left = dot(frame, frame) / FRAME as f32;
    let peak = frame.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
    if left < LEFT * power || peak * peak > CREST * left {
        return None;
    }
    let near = refined::<{ 3 * FRAME / 8 }>(frame, strongest(frame));
    let omega = refined::<{ FRAME / 4 }>(frame, near);
    if !(PI - OMEGA_MAX..OMEGA_MAX).contains(&omega) {
        return None;
    }
    let whole = Folded::<HALF>::new(frame);
    let rest = 1.0 - whole.explained(omega) / whole.energy;
    (rest <= REST).then_some(Tone { omega, rest })
}

/// The strongest of frequencies [`BAND`] apart, by Goertzel's algorithm for all of them at once.
fn strongest(frame: &[f32; FRAME]) -> f32 {
    let (mut last, mut before) = ([0.0; BANDS], [0.0; BANDS]);
    for (sample, weight) in frame.iter().zip(&HANN) {
        for k in 0..BANDS {
            let next = weight * sample + TURNS[k] * last[k] - before[k];
            (before[k], last[k]) = (last[k], next);
        }
    }
    let power =
        |k: usize| last[k] * last[k] + before[k] * before[k] - TURNS[k] * last[k] * before[k];
    let strongest = (0..BANDS).fold(0, |best, k| if power(k) > power(best) { k } else { best });
    BAND * (strongest + 1) as f32
}

/// A frequency made more exact by how the phase moves from the first to the last `2 * HALF` samples.
fn refined<const HALF: usize>(frame: &[f32; FRAME], omega: f32) -> f32 {
    let distance = FRAME - 2 * HALF;
    let phase = |first: usize| Folded::<HALF>::new(&frame[first..first + 2 * HALF]).phase(omega);
    let turn = phase(distance) - phase(0);
    omega + wrap(turn - distance as f32 * omega) / distance as f32
}

const fn turns() -> [f32; BANDS] {
    let mut turns = [0.0; BANDS];
    let mut k = 0;
    while k < BANDS {
        turns[k] = (2.0 * cos(BAND as f64 * (k + 1) as f64)) as f32;
        k += 1;
    }
    turns
}
