//! The limiter of a crowd: so many voices at once, that one more or less makes no difference to it.
//!
//! Who talks hears the sum without the own voice, through a limiter of its own. In a small room that
//! matters, because the own voice may be the only one that needs limiting. Where all together are
//! turned down by 18 dB and more, the gain is the same for everyone within 1 dB: the sum is limited
//! once, as if it were louder by one voice at full scale, and each voice is taken out of that with
//! the gain that it has there. Nothing can wrap or clip, and what is left of the voice is rounding:
//! half a bit for the gain, half a bit for the product.

use super::kernel::{self, BLOCKS, gain_at};
use super::limiter::{Limiter, Outcome};
use crate::port::FRAME_SAMPLES_MAX;

/// The loudest that a single voice can be.
const ONE_VOICE: i32 = 32_768;

/// Gains are in Q18, so that those of a crowd just fit 16 bits.
const GAIN_ONE: f32 = (1 << 18) as f32;

/// The highest gain of a crowd: -18 dB.
const GAIN_MAX: f32 = i16::MAX as f32 / GAIN_ONE;

/// So many must talk: fewer are limited as quickly one by one.
pub(crate) const TALKERS_MIN: usize = 32;

/// A tick of a room, limited for all who talk there.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    limiter: Limiter,
    mix: [i16; FRAME_SAMPLES_MAX],
    /// Of each sample.
    gains: [i16; FRAME_SAMPLES_MAX],
    samples: usize,
}

impl Crowd {
    /// Of nobody.
    pub(crate) fn new() -> Self {
        Self {
            limiter: Limiter::default(),
            mix: [0; FRAME_SAMPLES_MAX],
            gains: [0; FRAME_SAMPLES_MAX],
            samples: 0,
        }
    }

    /// Takes in a tick of a room whose limiter is where this one is; that one goes on, and `true`
    /// is returned, if it is a crowd's.
    pub(crate) fn limit(&mut self, limiter: &mut Limiter, sum: &[i32]) -> bool {
        // A crowd begins at the highest gain that it may have.
        self.limiter = limiter.at_most(GAIN_MAX);
        self.samples = sum.len();
        let mix = &mut self.mix[..sum.len()];
        let envelope = self.limiter.limit_below(sum, ONE_VOICE, mix);
        let ends = envelope.gains;
        if ends.iter().any(|gain| *gain > GAIN_MAX) {
            return false;
        }
        *limiter = self.limiter;
        let block = sum.len() / BLOCKS;
        let blocks = self.gains[..sum.len()].chunks_exact_mut(block);
        for (gains, ends) in blocks.zip(ends.windows(2)) {
            for (index, gain) in gains.iter_mut().enumerate() {
                *gain = in_q18(gain_at((ends[0], ends[1]), index, block));
            }
        }
        for (gain, onset) in self.gains.iter_mut().zip(envelope.onset()) {
            *gain = in_q18(onset);
        }
        true
    }

    /// What one hears in this tick whose voice is part of the sum as it is; with no voice, what all
    /// the others hear.
    pub(crate) fn without(&self, own: &[i16], frame: &mut [i16]) -> Outcome {
        let (mix, gains) = (&self.mix[..self.samples], &self.gains[..self.samples]);
        if own.is_empty() {
            frame.copy_from_slice(mix);
        } else {
            kernel::take_out(mix, own, gains, frame);
        }
        Outcome { limited: true, clipped: 0 }
    }

    /// Where its limiter is.
    pub(crate) fn limiter(&self) -> Limiter {
        self.limiter
    }
}

fn in_q18(gain: f32) -> i16 {
    kernel::round(gain * GAIN_ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: usize = FRAME_SAMPLES_MAX;

    /// White noise at full scale: a linear congruential generator (Knuth's MMIX).
    fn noise(seed: &mut u64) -> i16 {
        *seed =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 48) as i16
    }

    fn voices(count: usize, seed: &mut u64) -> Vec<Vec<i16>> {
        (0..count).map(|_| (0..SAMPLES).map(|_| noise(seed)).collect()).collect()
    }

    fn sum_of(voices: &[Vec<i16>]) -> Vec<i32> {
        let at = |i: usize| voices.iter().map(|voice| i32::from(voice[i])).sum();
        (0..SAMPLES).map(at).collect()
    }

    #[test]
    fn of_ones_own_voice_only_rounding_is_left() {
        let mut seed = 1;
        let (mut crowd, mut limiter) = (Crowd::new(), Limiter::default());
        let mut frame = [0; SAMPLES];
        let (mut correlation, mut power) = (0.0, 0.0);
        for _ in 0..50 {
            let voices = voices(400, &mut seed);
            let sum = sum_of(&voices);
            assert!(crowd.limit(&mut limiter, &sum));
            for own in &voices[..20] {
                crowd.without(own, &mut frame);
                for (i, out) in frame.iter().enumerate() {
                    let gain = f64::from(crowd.gains[i]) / f64::from(GAIN_ONE);
                    let others = f64::from(sum[i] - i32::from(own[i])) * gain;
                    let residue = f64::from(*out) - others;
                    assert!(residue.abs() < 4.0, "{residue}");
                    correlation += residue * f64::from(own[i]);
                    power += f64::from(own[i]).powi(2);
                }
            }
        }
        let residue: f64 = correlation / power;
        assert!(residue.abs() < 10_f64.powf(-100.0 / 20.0), "{residue}");
    }

    #[test]
    fn who_is_against_all_others_is_not_clipped() {
        for (all, one) in [(i16::MAX, i16::MIN), (i16::MIN, i16::MAX)] {
            for samples in [160, 320, 960] {
                let sum = vec![100 * i32::from(all) + i32::from(one); samples];
                let mut crowd = Crowd::new();
                assert!(crowd.limit(&mut Limiter::default(), &sum));
                let mut frame = vec![0; samples];
                crowd.without(&vec![one; samples], &mut frame);
                let loudest = frame.iter().map(|sample| sample.unsigned_abs()).max();
                assert!((32_700..32_767).contains(&loudest.unwrap_or(0)), "{loudest:?}");
            }
        }
    }

    #[test]
    fn a_few_voices_are_no_crowd() {
        let mut seed = 1;
        let sum = sum_of(&voices(3, &mut seed));
        let mut limiter = Limiter::default();
        assert!(!Crowd::new().limit(&mut limiter, &sum));
        assert_eq!(limiter, Limiter::default());
    }
}
