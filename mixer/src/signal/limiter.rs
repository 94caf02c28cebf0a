//! From a sum back to 16 bits: loud passages are turned down, never cut off.
//!
//! The frame is divided into blocks of 1 ms. For each the gain is known that its peak needs; the
//! gain at the boundary of two blocks is the smaller of theirs, and in between it moves in a
//! straight line, so that no sample ever exceeds full scale. It falls as early as its block lets
//! it, which is the look-ahead; it holds still for a period of the deepest voice, so that it does
//! not follow the wave itself, and recovers slowly. A sum that needs no limiting passes bit by bit.

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

    /// Writes the sum into the frame, turned down as if it were louder by `margin`: anything up to
    /// that can be taken out of the result. Returns the gains.
    pub(crate) fn limit_below(&mut self, sum: &[i32], margin: i32, frame: &mut [i16]) -> Gains {
        self.turn_down(sum, &[], margin, frame).1
    }

    fn turn_down(
        &mut self,
        sum: &[i32],
        own: &[i16],
        margin: i32,
        frame: &mut [i16],
    ) -> (Outcome, Gains) {
        let mut peaks = [0; BLOCKS];
        kernel::peaks(sum, own, &mut peaks);
        let gains = self.envelope(&needs(&peaks.map(|peak| peak.saturating_add(margin))));
        let mut clipped = 0;
        if keeps_below_full_scale(&gains, &peaks) {
            kernel::turn_down(sum, own, &gains, frame);
        } else {
            clipped = cut_off(sum, own, &gains, frame);
            debug_assert_eq!(clipped, 0, "the envelope keeps below full scale");
        }
        (Outcome { limited: true, clipped }, gains)
    }

    /// Whether switching from one limiter's output to the other's goes unnoticed.
    pub(crate) fn is_near(&self, other: &Limiter) -> bool {
        (self.gain - other.gain).abs() < NEAR
    }

    /// The gain at each block boundary. What was decided at the end of the previous frame did
    /// not know this one, so the first boundary alone may have to give way at once.
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

/// The gain that brings each block's peak to the ceiling, at most 1.
fn needs(peaks: &[i32; BLOCKS]) -> [f32; BLOCKS] {
    peaks.map(|peak| if peak > FULL_SCALE { CEILING / peak as f32 } else { 1.0 })
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
