//! Tones: the voice of synthetic callers, the keys of a telephone as they sound, and melodies.

mod melody;

use std::f64::consts::TAU;

use mixer::port::{Activity, Outbox, SAMPLE_RATE_HZ, Source};
use mixer::time::Time;

pub use melody::{Note, melody};

/// Full scale of a sample.
const FULL_SCALE: f64 = 32_767.0;

/// Frequencies of the rows of a telephone's keys, in Hz (ITU-T Q.23).
const ROWS_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];

/// Frequencies of the columns.
const COLUMNS_HZ: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];

/// Row and column of each event code 0 to 15 (RFC 4733, table 3).
const KEYS: [(usize, usize); 16] = [
    (3, 1),
    (0, 0),
    (0, 1),
    (0, 2),
    (1, 0),
    (1, 1),
    (1, 2),
    (2, 0),
    (2, 1),
    (2, 2),
    (3, 0),
    (3, 2),
    (0, 3),
    (1, 3),
    (2, 3),
    (3, 3),
];

/// One or two sines that go on for ever, without a step from tick to tick. As a [`Source`] it
/// may run on the engine thread.
#[derive(Clone, Debug)]
pub struct Tone {
    sines: [Sine; 2],
    amplitude: f64,
}

impl Tone {
    /// A sine of `frequency_hz` (below half of the sample rate) whose peak is `level_db` relative
    /// to full scale: at most 0.
    #[must_use]
    pub fn sine(frequency_hz: f64, level_db: f64) -> Tone {
        Tone { sines: [Sine::new(frequency_hz), Sine::new(0.0)], amplitude: amplitude(level_db) }
    }

    /// The tone of a key, 0 to 15, each of its two sines at `level_db` (at most -6); `None` for
    /// other events.
    #[must_use]
    pub fn key(event: u8, level_db: f64) -> Option<Tone> {
        let &(row, column) = KEYS.get(usize::from(event))?;
        let sines = [Sine::new(ROWS_HZ[row]), Sine::new(COLUMNS_HZ[column])];
        Some(Tone { sines, amplitude: amplitude(level_db) })
    }

    /// Makes the next samples.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            let sum: f64 = self.sines.iter_mut().map(Sine::next).sum();
            *sample = (sum * self.amplitude).round().clamp(-FULL_SCALE, FULL_SCALE) as i16;
        }
    }
}

impl Source for Tone {
    fn read(&mut self, _now: Time, frame: &mut [i16], _out: &mut dyn Outbox) -> Activity {
        self.fill(frame);
        Activity::Active
    }
}

/// One sine, by its phase in turns.
#[derive(Clone, Debug)]
struct Sine {
    phase: f64,
    step: f64,
}

impl Sine {
    fn new(frequency_hz: f64) -> Sine {
        Sine { phase: 0.0, step: frequency_hz / f64::from(SAMPLE_RATE_HZ) }
    }

    fn next(&mut self) -> f64 {
        let value = (self.phase * TAU).sin();
        self.phase = (self.phase + self.step).fract();
        value
    }
}

fn amplitude(level_db: f64) -> f64 {
    FULL_SCALE * 10f64.powf(level_db / 20.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::telephone_event::Digits;

    /// Level of one frequency in one second of audio, in dB relative to full scale (peak).
    fn level_db(samples: &[i16], frequency_hz: f64) -> f64 {
        let step = TAU * frequency_hz / f64::from(SAMPLE_RATE_HZ);
        let (mut re, mut im) = (0.0, 0.0);
        for (n, &sample) in samples.iter().enumerate() {
            re += f64::from(sample) * (step * n as f64).cos();
            im += f64::from(sample) * (step * n as f64).sin();
        }
        let amplitude = 2.0 * f64::hypot(re, im) / samples.len() as f64;
        20.0 * (amplitude / FULL_SCALE).log10()
    }

    fn second_of(mut tone: Tone) -> Vec<i16> {
        let mut samples = vec![0; SAMPLE_RATE_HZ as usize];
        samples.chunks_mut(160).for_each(|frame| tone.fill(frame));
        samples
    }

    #[test]
    fn a_sine_has_its_level_and_nothing_beside_it() {
        let samples = second_of(Tone::sine(440.0, -12.0));
        assert!((level_db(&samples, 440.0) + 12.0).abs() < 0.01);
        for other in [220.0, 880.0, 1_320.0, 50.0] {
            assert!(level_db(&samples, other) < -80.0);
        }
        assert!(second_of(Tone::sine(1_000.0, 0.0)).contains(&32_767));
    }

    #[test]
    fn every_key_has_its_two_frequencies() {
        let expected = [
            ("0", 941.0, 1_336.0),
            ("1", 697.0, 1_209.0),
            ("5", 770.0, 1_336.0),
            ("9", 852.0, 1_477.0),
            ("*", 941.0, 1_209.0),
            ("#", 941.0, 1_477.0),
            ("A", 697.0, 1_633.0),
            ("D", 941.0, 1_633.0),
        ];
        for (key, row, column) in expected {
            let event = Digits::parse(key).unwrap().events()[0];
            let samples = second_of(Tone::key(event, -10.0).unwrap());
            for frequency in [row, column] {
                assert!((level_db(&samples, frequency) + 10.0).abs() < 0.05, "{key}");
            }
        }
        assert!(Tone::key(16, -10.0).is_none());
    }
}
