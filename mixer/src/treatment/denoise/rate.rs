//! To 48 kHz and back, by a whole factor.

use std::f64::consts::PI;

/// Samples at the lower rate that one at the higher is made of, and that one at the lower looks at
/// on the way back.
const TAPS: usize = 32;
/// The middle of the filter's edge, as a share of the lower rate's half.
const CUTOFF: f64 = 0.93;
/// Shape of the Kaiser window: what is to be stopped is 60 dB down.
const KAISER: f64 = 5.65;
const HIGH_FRAME: usize = 960;

/// From a lower rate.
pub(super) struct Up {
    /// For each of the samples between two: a filter, oldest sample first.
    phases: Vec<[f32; TAPS]>,
    recent: [f32; TAPS],
}

impl Up {
    pub(super) fn new(factor: usize) -> Up {
        let filter = filter(factor);
        // The oldest sample meets the filter's end.
        let phase = |phase: usize| {
            std::array::from_fn(|tap| filter[(TAPS - 1 - tap) * factor + phase] * factor as f32)
        };
        Up { phases: (0..factor).map(phase).collect(), recent: [0.0; TAPS] }
    }

    /// Fills a frame from one at the lower rate.
    pub(super) fn convert(&mut self, low: &[i16], high: &mut [f32; HIGH_FRAME]) {
        let factor = self.phases.len();
        if factor == 1 {
            high.iter_mut().zip(low).for_each(|(high, low)| *high = f32::from(*low));
            return;
        }
        for (sample, high) in low.iter().zip(high.chunks_exact_mut(factor)) {
            self.recent.rotate_left(1);
            self.recent[TAPS - 1] = f32::from(*sample);
            for (phase, high) in self.phases.iter().zip(high) {
                *high = phase.iter().zip(&self.recent).map(|(tap, sample)| tap * sample).sum();
            }
        }
    }
}

/// To a lower rate.
pub(super) struct Down {
    filter: Vec<f32>,
    /// What the last frame left, and the frame.
    recent: Vec<f32>,
    factor: usize,
}

impl Down {
    pub(super) fn new(factor: usize) -> Down {
        let filter = filter(factor);
        let recent = vec![0.0; filter.len() + HIGH_FRAME];
        Down { filter, recent, factor }
    }

    /// Fills a frame at the lower rate from one at the higher.
    pub(super) fn convert(&mut self, high: &[f32; HIGH_FRAME], low: &mut [i16]) {
        if self.factor == 1 {
            low.iter_mut().zip(high).for_each(|(low, high)| *low = high.round() as i16);
            return;
        }
        let length = self.filter.len();
        self.recent.copy_within(HIGH_FRAME.., 0);
        self.recent[length..].copy_from_slice(high);
        for (i, low) in low.iter_mut().enumerate() {
            let end = length + (i + 1) * self.factor;
            let near = self.recent.get(end - length..end).unwrap_or_default();
            let sum: f32 = near.iter().zip(&self.filter).map(|(sample, tap)| sample * tap).sum();
            *low = sum.round() as i16;
        }
    }
}

/// A windowed sinc of so many times [`TAPS`], of gain 1.
fn filter(factor: usize) -> Vec<f32> {
    let length = TAPS * factor;
    let cutoff = CUTOFF / factor as f64;
    let at = |i: usize| {
        let x = i as f64 - (length - 1) as f64 / 2.0;
        let sinc = if x == 0.0 { 1.0 } else { (PI * cutoff * x).sin() / (PI * cutoff * x) };
        let from_middle = 2.0 * x / length as f64;
        sinc * bessel(KAISER * (1.0 - from_middle * from_middle).sqrt())
    };
    let taps: Vec<f64> = (0..length).map(at).collect();
    let gain: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / gain) as f32).collect()
}

/// The modified Bessel function of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..32 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_a_voice_is_what_it_was() {
        for factor in [1, 3, 6] {
            let (mut up, mut down) = (Up::new(factor), Down::new(factor));
            let low = HIGH_FRAME / factor;
            let sine = |hz: f64, i: usize| {
                let turn = 2.0 * PI * hz * factor as f64 / 48_000.0;
                (8_000.0 * (turn * i as f64).sin()) as i16
            };
            for hz in [300.0, 1_000.0, 3_000.0] {
                let mut power = 0.0;
                for frame in 0..10 {
                    let mut samples: Vec<i16> =
                        (0..low).map(|i| sine(hz, frame * low + i)).collect();
                    let mut high = [0.0; HIGH_FRAME];
                    up.convert(&samples, &mut high);
                    down.convert(&high, &mut samples);
                    power = samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / low as f64;
                }
                let amplitude = (2.0 * power).sqrt();
                assert!((amplitude - 8_000.0).abs() < 80.0, "{hz} Hz, {factor}: {amplitude}");
            }
        }
    }
}
