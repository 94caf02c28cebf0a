//! The voices of the synthetic callers: babble, sung vowel by vowel from harmonics and formants.
//!
//! A voice keeps to three pitches of its own. No pitch of one voice is near a pitch of another or
//! a harmonic of a deeper one, so what is heard of a voice can be measured by these pitches alone.

use std::f32::consts::TAU;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::mark;
use super::{RATE_HZ, milliseconds};

/// Harmonics end here: the telephone band does.
const BAND_HZ: f32 = 3_400.0;

/// Root mean square of a turn, of full scale.
const LOUDNESS: f32 = 0.09;

/// How a syllable swells and fades.
const EDGE_MS: u64 = 35;

/// Vowels by their first three formants in Hz, as an adult man speaks them.
const VOWELS: [[f32; 3]; 5] = [
    [730.0, 1_090.0, 2_440.0],
    [530.0, 1_840.0, 2_480.0],
    [300.0, 2_290.0, 3_010.0],
    [570.0, 840.0, 2_410.0],
    [320.0, 870.0, 2_240.0],
];

/// Half-power widths of the formants in Hz.
const WIDTHS_HZ: [f32; 3] = [90.0, 120.0, 170.0];

/// Weights of the formants.
const WEIGHTS: [f32; 3] = [1.0, 0.6, 0.25];

/// Who speaks how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Character {
    pub(super) name: &'static str,
    /// Fundamentals in Hz, low to high.
    pub(super) pitches_hz: [f32; 3],
    /// How much shorter the vocal tract is than a man's: formants are higher by this factor.
    tract: f32,
}

/// The three who talk.
pub(super) const CAST: [Character; 3] = [
    Character { name: "Anna", pitches_hz: [252.0, 262.0, 275.0], tract: 1.17 },
    Character { name: "Ben", pitches_hz: [98.0, 104.0, 116.0], tract: 1.0 },
    Character { name: "Carla", pitches_hz: [156.0, 165.0, 175.0], tract: 1.1 },
];

/// Says something new at each turn, and the same in each run.
pub(super) struct Voice {
    character: Character,
    rng: StdRng,
}

impl Voice {
    pub(super) fn new(character: Character) -> Voice {
        let seed = character.pitches_hz.iter().map(|pitch| *pitch as u64).sum();
        Voice { character, rng: StdRng::seed_from_u64(seed) }
    }

    /// A turn of about `length` samples at 8 kHz, never more: the mark, then syllables.
    pub(super) fn turn(&mut self, length: usize) -> Vec<i16> {
        let mut speech = Vec::with_capacity(length);
        let rest = length.saturating_sub(mark::LENGTH + mark::PAUSE);
        while speech.len() < rest {
            let left = rest - speech.len();
            let samples = milliseconds(self.rng.random_range(140..260)).min(left);
            // The voice falls at the end of what it says.
            let last = left - samples < milliseconds(140);
            let pitch = if last { 0 } else { self.rng.random_range(0..3) };
            self.syllable(&mut speech, pitch, samples);
            let breath = milliseconds(self.rng.random_range(15..70));
            speech.resize((speech.len() + breath).min(rest), 0.0);
        }
        let mut turn = mark::samples();
        turn.resize(mark::LENGTH + mark::PAUSE, 0);
        turn.extend(levelled(&speech));
        turn.truncate(length);
        turn
    }

    /// One vowel on its way to another, on one pitch.
    fn syllable(&mut self, speech: &mut Vec<f32>, pitch: usize, samples: usize) {
        let from = VOWELS[self.rng.random_range(0..VOWELS.len())];
        let to = VOWELS[self.rng.random_range(0..VOWELS.len())];
        let fundamental = self.character.pitches_hz[pitch];
        let count = (BAND_HZ / fundamental) as usize;
        let tract = self.character.tract;
        let at_from: Vec<f32> = (1..=count).map(|n| weight(n, fundamental, from, tract)).collect();
        let at_to: Vec<f32> = (1..=count).map(|n| weight(n, fundamental, to, tract)).collect();
        for index in 0..samples {
            let glide = index as f32 / samples as f32;
            let phase = TAU * fundamental * index as f32 / RATE_HZ as f32;
            let pairs = at_from.iter().zip(&at_to).zip(1_u16..);
            let value: f32 =
                pairs.map(|((a, b), n)| (a + (b - a) * glide) * (phase * f32::from(n)).sin()).sum();
            speech.push(value * edge(index, samples));
        }
    }
}

/// How strong a harmonic is behind a vowel's formants: the voice itself falls with its number.
fn weight(harmonic: usize, fundamental: f32, vowel: [f32; 3], tract: f32) -> f32 {
    let frequency = harmonic as f32 * fundamental;
    let formants = vowel.iter().zip(WIDTHS_HZ).zip(WEIGHTS);
    let throat: f32 = formants
        .map(|((formant, width), weight)| {
            let distance = (frequency - formant * tract) / (width / 2.0);
            weight / (1.0 + distance * distance)
        })
        .sum();
    // A little of everything passes, the fundamental most of all.
    (throat + if harmonic == 1 { 0.35 } else { 0.03 }) / (harmonic as f32).sqrt()
}

/// Raised-cosine edges: without them each syllable would click.
fn edge(index: usize, samples: usize) -> f32 {
    let edge = milliseconds(EDGE_MS).min(samples / 2).max(1);
    let near = index.min(samples - 1 - index);
    if near >= edge {
        return 1.0;
    }
    0.5 - 0.5 * (TAU / 2.0 * near as f32 / edge as f32).cos()
}

fn levelled(speech: &[f32]) -> impl Iterator<Item = i16> + '_ {
    let energy: f32 = speech.iter().map(|sample| sample * sample).sum();
    let rms = (energy / speech.len().max(1) as f32).sqrt().max(f32::MIN_POSITIVE);
    let gain = LOUDNESS * 32_767.0 / rms;
    // The cast saturates, were a peak ever that high.
    speech.iter().map(move |sample| (sample * gain).round() as i16)
}

#[cfg(test)]
mod tests {
    use super::super::ear::energy;
    use super::*;

    #[test]
    fn a_voice_keeps_to_its_own_pitches() {
        for speaker in CAST {
            let turn = Voice::new(speaker).turn(RATE_HZ);
            assert!(turn.len() <= RATE_HZ);
            let own = energy(&turn, &speaker.pitches_hz);
            for other in CAST.iter().filter(|other| other.name != speaker.name) {
                let leaked = energy(&turn, &other.pitches_hz);
                assert!(own > 30.0 * leaked, "{} in {}: {own} {leaked}", other.name, speaker.name);
            }
        }
    }

    #[test]
    fn a_turn_is_as_loud_as_speech_and_never_clipped() {
        for speaker in CAST {
            let mut voice = Voice::new(speaker);
            for length in [RATE_HZ / 3, RATE_HZ, 2 * RATE_HZ] {
                let turn = voice.turn(length);
                let peak = turn.iter().map(|sample| sample.unsigned_abs()).max();
                assert!(peak > Some(3_000) && peak < Some(20_000), "{peak:?}");
            }
        }
    }
}
