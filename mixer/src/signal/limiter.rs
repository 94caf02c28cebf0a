//! From a sum back to 16 bits: loud passages are turned down, never cut off.
//!
//! The frame is divided into blocks of 1 ms. For each the gain is known that its peak needs; the
//! gain at the boundary of two blocks is the smaller of theirs, and in between it moves in a
//! straight line, so that no sample ever exceeds full scale. It falls as early as its block lets
//! it, which is the look-ahead; it holds still for a period of the deepest voice, so that it does
//! not follow the wave itself, and recovers slowly. A sum that needs no limiting passes bit by bit.
//!
//! There is no looking ahead into the next frame, which would delay everyone. Where that one begins
//! too loudly for the gain with which this one ends, the gain goes on from there all the same, and
//! falls as steeply as its first millisecond demands ([`Onset`]).

use std::iter::zip;

use super::kernel::{self, BLOCKS, Gains};

/// Highest magnitude the limiter lets out, a bit below full scale to leave room for rounding.
const CEILING: f32 = 32_766.0;
/// Highest magnitude that needs no limiting; −32,768 counts as this much.
const FULL_SCALE: i32 = 32_767;
/// Blocks for which the gain stays where a peak brought it: 20 ms, a period of 50 Hz.
const HOLD_BLOCKS: u8 = 20;
/// Rise of the gain in each block after that: 0.1 dB, so 6 dB return in 60 ms.
const RECOVERY: f32 = 1.011_579_5;
/// Two limiters whose gains differ by less than this sound the same (0.04 dB).
const NEAR: f32 = 0.005;

/// What became of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The gain was below 1 somewhere.
    pub(crate) limited: bool,
    /// Samples that had to be cut off all the same. Always 0.
    pub(crate) clipped: u32,
}

/// What the limiter of one output remembers from frame to frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limiter {
    /// At the end of the previous frame.
    gain: f32,
    /// Blocks for which it is still held.
    hold: u8,
}

impl Default for Limiter {
    fn default() -> Self {
        Self { gain: 1.0, hold: 0 }
    }
}

impl Limiter {
    /// Writes the sum into the frame, turned down where it must be.
    pub(crate) fn limit(&mut self, sum: &[i32], frame: &mut [i16]) -> Outcome {
        self.limit_without(sum, &[], frame)
    }

    /// Writes the sum less one of its voices into the frame, turned down where it must be. `own` is
    /// as long as the sum, or empty.
    pub(crate) fn limit_without(&mut self, sum: &[i32], own: &[i16], frame: &mut [i16]) -> Outcome {
        if self.gain == 1.0 && kernel::narrow(sum, own, frame) {
            return Outcome::default();
        }
        self.turn_down(sum, own, 0, frame).0
    }

    /// The same with no higher a gain than this.
    pub(crate) fn at_most(self, gain: f32) -> Limiter {
        Limiter { gain: self.gain.min(gain), ..self }
    }

    /// Writes the sum into the frame, turned down as if it were louder by `margin`: anything up to
    /// that can be taken out of the result. Returns the gains.
    pub(crate) fn limit_below(&mut self, sum: &[i32], margin: i32, frame: &mut [i16]) -> Envelope {
        self.turn_down(sum, &[], margin, frame).1
    }

    fn turn_down(
        &mut self,
        sum: &[i32],
        own: &[i16],
        margin: i32,
        frame: &mut [i16],
    ) -> (Outcome, Envelope) {
        let mut peaks = [0; BLOCKS];
        kernel::peaks(sum, own, &mut peaks);
        let needs = peaks.map(|peak| need(peak.saturating_add(margin)));
        let from = self.gain;
        let mut envelope = Envelope { gains: self.envelope(&needs), onset: None };
        if needs[0] < from {
            envelope.begin_at(from, sum, own, margin);
        }
        let mut clipped = 0;
        if keeps_below_full_scale(&envelope.gains, &peaks) {
            kernel::turn_down(sum, own, &envelope.gains, frame);
        } else {
            clipped = cut_off(sum, own, &envelope.gains, frame);
            debug_assert_eq!(clipped, 0, "the envelope keeps below full scale");
        }
        let samples = kernel::each(sum, own.get(..sum.len()));
        for ((sample, gain), out) in zip(zip(samples, envelope.onset()), frame) {
            *out = kernel::round(sample as f32 * gain);
        }
        (Outcome { limited: true, clipped }, envelope)
    }

    /// Whether switching from one limiter's output to the other's goes unnoticed.
    pub(crate) fn is_near(&self, other: &Limiter) -> bool {
        (self.gain - other.gain).abs() < NEAR
    }

    /// The gain at each block boundary. What was decided at the end of the previous frame did
    /// not know this one, so the first boundary alone may be lower than that, which is put right by
    /// [`Envelope::begin_at`].
    fn envelope(&mut self, needs: &[f32; BLOCKS]) -> Gains {
        self.follow(self.gain, needs[0]);
        let mut gains = [self.gain; BLOCKS + 1];
        for boundary in 1..=BLOCKS {
            let next = needs.get(boundary).copied().unwrap_or(1.0);
            let recovered = self.recovered();
            self.follow(recovered, needs[boundary - 1].min(next));
            gains[boundary] = self.gain;
        }
        gains
    }

    fn recovered(&mut self) -> f32 {
        if self.hold > 0 {
            self.hold -= 1;
            return self.gain;
        }
        (self.gain * RECOVERY).min(1.0)
    }

    /// Goes to `gain` unless `need` is lower. A peak that comes close to needing it holds the
    /// gain too: the peaks of one steady sound are never quite the same.
    fn follow(&mut self, gain: f32, need: f32) {
        self.gain = gain.min(need);
        if need < 1.0 && need <= gain * RECOVERY {
            self.hold = HOLD_BLOCKS;
        }
    }
}

/// The gain of each sample of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) gains: Gains,
    onset: Option<Onset>,
}

/// A gain that moves in a straight line to that of the first block, and has so many samples for it.
#[derive(Clone, Copy, Debug)]
struct Onset {
    from: f32,
    to: f32,
    samples: f32,
}

impl Envelope {
    /// Lets the first block begin with the gain that the frame before ended with, though it needs
    /// a lower one. The line to that is as long as the block if all samples keep below the ceiling,
    /// and shorter if not. Only for the very first sample there is no time.
    fn begin_at(&mut self, from: f32, sum: &[i32], own: &[i16], margin: i32) {
        let (block, to) = (sum.len().div_ceil(BLOCKS), self.gains[1]);
        let samples = kernel::each(sum, own.get(..sum.len())).take(block).enumerate();
        let longest = samples.filter_map(|(i, sample)| {
            let need = need(kernel::magnitude(sample).saturating_add(margin));
            (need < from).then(|| i as f32 * (from - to) / (from - need))
        });
        let samples = longest.fold(block as f32, f32::min);
        if samples < block as f32 {
            (self.gains[0], self.onset) = (to, Some(Onset { from, to, samples }));
        } else {
            self.gains[0] = from;
        }
    }

    /// The gains of the first samples, if [`gains`](Self::gains) are not theirs.
    pub(crate) fn onset(&self) -> impl Iterator<Item = f32> {
        self.onset.into_iter().flat_map(|Onset { from, to, samples }| {
            let gain = move |i| from + (to - from) * i as f32 / samples;
            (0..samples.ceil() as usize).map(gain)
        })
    }
}

/// The gain that brings a peak to the ceiling, at most 1.
fn need(peak: i32) -> f32 {
    if peak > FULL_SCALE { CEILING / peak as f32 } else { 1.0 }
}

/// Whether nothing is left to cut off. A block is loudest where its gain is highest, at an end.
fn keeps_below_full_scale(gains: &Gains, peaks: &[i32; BLOCKS]) -> bool {
    let rounded_up = FULL_SCALE as f32 + 0.5;
    zip(gains.windows(2), peaks)
        .all(|(ends, peak)| *peak as f32 * ends[0].max(ends[1]) < rounded_up)
}

/// Does what [`kernel::turn_down`] does, and counts the samples that exceed 16 bits all the same.
fn cut_off(sum: &[i32], own: &[i16], gains: &Gains, frame: &mut [i16]) -> u32 {
    let block = sum.len().div_ceil(BLOCKS);
    let samples = kernel::each(sum, own.get(..sum.len()));
    let mut clipped = 0;
    for (i, (sample, out)) in zip(samples, frame).enumerate() {
        let ends = (gains[i / block], gains[i / block + 1]);
        let limited = sample as f32 * kernel::gain_at(ends, i % block, block);
        let kept = limited.clamp(f32::from(i16::MIN), f32::from(i16::MAX));
        clipped += u32::from((limited - kept).abs() > 0.5);
        *out = kernel::round(kept);
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_SAMPLES: usize = 160;

    fn sine(amplitude: f32, first: usize) -> [i32; FRAME_SAMPLES] {
        std::array::from_fn(|i| {
            let phase = (first + i) as f32 * 0.35;
            (phase.sin() * amplitude) as i32
        })
    }

    #[test]
    fn full_scale_passes_bit_by_bit() {
        let mut sum = [i32::from(i16::MIN); FRAME_SAMPLES];
        sum[1] = i32::from(i16::MAX);
        let mut frame = [0; FRAME_SAMPLES];
        let outcome = Limiter::default().limit(&sum, &mut frame);
        assert_eq!(outcome, Outcome::default());
        assert_eq!(frame.map(i32::from), sum);
    }

    #[test]
    fn a_burst_is_turned_down_and_recovers_to_the_identity() {
        let mut limiter = Limiter::default();
        let mut frame = [0; FRAME_SAMPLES];
        for tick in 0..10 {
            let outcome = limiter.limit(&sine(500_000.0, tick * FRAME_SAMPLES), &mut frame);
            assert_eq!(outcome, Outcome { limited: true, clipped: 0 });
            assert!(frame.iter().any(|sample| sample.abs() > 30_000));
        }
        let quiet = sine(10_000.0, 0);
        let passes = (0..100).any(|_| !limiter.limit(&quiet, &mut frame).limited);
        assert!(passes);
        assert_eq!(frame.map(i32::from), quiet);
    }

    #[test]
    fn the_gain_never_moves_faster_than_across_a_block() {
        let mut sum = [20_000; FRAME_SAMPLES];
        sum[100] = 4_000_000;
        let mut frame = [0; FRAME_SAMPLES];
        Limiter::default().limit(&sum, &mut frame);
        let steps = frame.windows(2).enumerate().filter(|(i, _)| !(99..=100).contains(i));
        assert!(steps.map(|(_, pair)| (pair[0] - pair[1]).abs()).max() < Some(3_000));
    }

    /// A linear congruential generator (Knuth's MMIX), between -1 and 1.
    fn noise(seed: &mut u64) -> f32 {
        *seed =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    #[test]
    fn a_crowd_that_begins_with_a_frame_bends_the_gain_but_does_not_break_it() {
        let (mut seed, mut checked) = (3, 0);
        for (round, samples) in [160, 320, 960].into_iter().cycle().take(600).enumerate() {
            let mut limiter = Limiter::default();
            let (mut sum, mut frame) = (vec![0; samples], vec![0; samples]);
            // Someone has been talking, loudly in some rounds, when sixteen others begin.
            let loud = 5_000.0 + 100.0 * round as f32;
            sum.iter_mut().for_each(|sum| *sum = (loud * noise(&mut seed)) as i32);
            limiter.limit(&sum, &mut frame);
            let from = limiter.gain;
            let first_loud = round % (samples / BLOCKS);
            for (i, sum) in sum.iter_mut().enumerate() {
                let amplitude = if i < first_loud { 20_000.0 } else { 500_000.0 };
                *sum = (amplitude * noise(&mut seed)) as i32;
            }
            let outcome = limiter.limit(&sum, &mut frame);
            assert_eq!(outcome, Outcome { limited: true, clipped: 0 });
            assert!(frame.iter().all(|sample| sample.unsigned_abs() <= 32_767));
            if need(sum[0].abs()) < from {
                continue; // There was no time.
            }
            // As steep as it must be for one of the samples, or for the end of the block, and no
            // steeper; from the end of the frame before.
            let block = samples / BLOCKS;
            let steepness = |i: usize, need: f32| (from - need) / i as f32;
            let loudest = sum[..2 * block].iter().map(|sum| sum.abs()).max().unwrap_or(0);
            let steepest = (1..block)
                .map(|i| steepness(i, need(sum[i].abs())))
                .fold(steepness(block, need(loudest)), f32::max);
            for i in (0..block).filter(|i| sum[*i].abs() > 1_000) {
                let gain = f32::from(frame[i]) / sum[i] as f32;
                let rounding = 1e-4 + 0.6 / sum[i].abs() as f32;
                let least = from - steepest * i as f32;
                assert!(gain > least - rounding, "round {round}: {gain} at {i}");
                assert!(gain < from + rounding, "round {round}: {gain} at {i}");
                checked += 1;
            }
        }
        assert!(checked > 2_000, "{checked}");
    }

    #[test]
    fn what_an_envelope_lets_through_is_cut_off_and_counted() {
        let mut sum = [1_000; FRAME_SAMPLES];
        sum[7] = 40_000;
        sum[150] = -5_000_000;
        let gains = [1.0; BLOCKS + 1];
        let mut peaks = [0; BLOCKS];
        kernel::peaks(&sum, &[], &mut peaks);
        assert!(!keeps_below_full_scale(&gains, &peaks));
        let mut frame = [0; FRAME_SAMPLES];
        assert_eq!(cut_off(&sum, &[], &gains, &mut frame), 2);
        assert_eq!((frame[6], frame[7], frame[150]), (1_000, i16::MAX, i16::MIN));
        let own = [1_000; FRAME_SAMPLES];
        assert_eq!(cut_off(&sum, &own, &gains, &mut frame), 2);
        assert_eq!((frame[6], frame[7], frame[150]), (0, i16::MAX, i16::MIN));
    }
}
