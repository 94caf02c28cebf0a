//! Any rate down to 8 kHz, for detectors: 48 to 16 kHz by a short triangle, 16 to 8 kHz by a
//! half-band filter.
//!
//! What lies above 5 kHz is gone; what lies between 3.5 and 5 kHz is folded, and counts for what it
//! is to a detector: sound that is no tone. The delay is 0.7 ms.

/// Samples of a hop (5 ms) at 8 kHz.
pub(crate) const HOP_SAMPLES: usize = 40;
const HOP_SAMPLES_16: usize = 2 * HOP_SAMPLES;
const HOP_SAMPLES_48: usize = 6 * HOP_SAMPLES;

/// The half-band filter, a windowed sinc (Kaiser, 4.5): every other tap on either side of its
/// middle, innermost first; the others are 0. -1 dB at 3.4 kHz, -55 dB from 5 kHz.
const SIDE_TAPS: [f32; 6] = [0.314_3, -0.093_7, 0.044_6, -0.021_9, 0.009_7, -0.003_3];
const MIDDLE_TAP: f32 = 0.500_6;
/// Samples on either side of the middle.
const REACH: usize = 2 * SIDE_TAPS.len() - 1;

/// A third as many samples by a triangle of five: it is 0 at 16 kHz and its multiples, which would
/// fold onto the low tones.
const TRIANGLE: [f32; 5] = [1.0 / 9.0, 2.0 / 9.0, 3.0 / 9.0, 2.0 / 9.0, 1.0 / 9.0];

/// Brings the voice of one leg to 8 kHz, a hop at a time.
#[derive(Clone, Debug)]
pub(crate) struct Narrow {
    /// The last samples at 16 kHz that are still looked at.
    tail_16: [f32; 2 * REACH],
    /// The last samples at 48 kHz that are.
    tail_48: [f32; TRIANGLE.len() - 1],
}

impl Narrow {
    pub(crate) const fn new() -> Narrow {
        Narrow { tail_16: [0.0; 2 * REACH], tail_48: [0.0; TRIANGLE.len() - 1] }
    }

    /// The hop at 8 kHz for one at 8, 16 or 48 kHz, told apart by their lengths. At another rate
    /// nothing is heard.
    pub(crate) fn hop(&mut self, samples: &[i16]) -> [f32; HOP_SAMPLES] {
        match samples.len() {
            HOP_SAMPLES => std::array::from_fn(|i| f32::from(samples[i])),
            HOP_SAMPLES_16 => self.halve(&std::array::from_fn(|i| f32::from(samples[i]))),
            HOP_SAMPLES_48 => {
                let third = self.third(samples);
                self.halve(&third)
            }
            _ => [0.0; HOP_SAMPLES],
        }
    }

    fn halve(&mut self, samples: &[f32; HOP_SAMPLES_16]) -> [f32; HOP_SAMPLES] {
        let mut all = [0.0; 2 * REACH + HOP_SAMPLES_16];
        all[..2 * REACH].copy_from_slice(&self.tail_16);
        all[2 * REACH..].copy_from_slice(samples);
        self.tail_16.copy_from_slice(&all[HOP_SAMPLES_16..]);
        std::array::from_fn(|i| {
            let middle = REACH + 2 * i + 1;
            let sides = SIDE_TAPS.iter().enumerate();
            let sides =
                sides.map(|(k, tap)| tap * (all[middle - 2 * k - 1] + all[middle + 2 * k + 1]));
            sides.sum::<f32>() + MIDDLE_TAP * all[middle]
        })
    }

    fn third(&mut self, samples: &[i16]) -> [f32; HOP_SAMPLES_16] {
        let mut all = [0.0; TRIANGLE.len() - 1 + HOP_SAMPLES_48];
        all[..self.tail_48.len()].copy_from_slice(&self.tail_48);
        for (sample, all) in samples.iter().zip(&mut all[TRIANGLE.len() - 1..]) {
            *all = f32::from(*sample);
        }
        self.tail_48.copy_from_slice(&all[HOP_SAMPLES_48..]);
        std::array::from_fn(|i| {
            let near = &all[3 * i..3 * i + TRIANGLE.len()];
            near.iter().zip(&TRIANGLE).map(|(sample, tap)| sample * tap).sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Amplitude at 8 kHz of a sine of amplitude 1,000 at a rate, once the filter has settled.
    fn amplitude(hz: f64, rate_hz: usize) -> f32 {
        let at = |i: usize| (hz * std::f64::consts::TAU * i as f64 / rate_hz as f64).sin();
        let sine: Vec<i16> = (0..rate_hz / 10).map(|i| (1_000.0 * at(i)).round() as i16).collect();
        let mut narrow = Narrow::new();
        let hops = sine.chunks_exact(rate_hz / 200);
        let out: Vec<f32> = hops.flat_map(|hop| narrow.hop(hop)).skip(HOP_SAMPLES).collect();
        (2.0 * out.iter().map(|sample| sample * sample).sum::<f32>() / out.len() as f32).sqrt()
    }

    #[test]
    fn what_a_telephone_passes_comes_through() {
        for rate_hz in [8_000, 16_000, 48_000] {
            for hz in [400.0, 697.0, 1_100.0, 1_633.0, 2_100.0, 3_000.0] {
                let amplitude = amplitude(hz, rate_hz);
                assert!((890.0..1_020.0).contains(&amplitude), "{hz} at {rate_hz}: {amplitude}");
            }
        }
    }

    #[test]
    fn nothing_folds_onto_the_tones() {
        for (hz, rate_hz) in [(6_700.0, 16_000), (7_300.0, 48_000), (15_200.0, 48_000)] {
            let amplitude = amplitude(hz, rate_hz);
            assert!(amplitude < 10.0, "{hz} at {rate_hz}: {amplitude}");
        }
    }

    #[test]
    fn at_another_rate_nothing_is_heard() {
        assert_eq!(Narrow::new().hop(&[1_000; 55]), [0.0; HOP_SAMPLES]);
    }
}
