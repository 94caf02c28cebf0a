//! Whole clips from any rate to any rate, block by block.
//!
//! The output holds exactly `round(n · out / in)` samples and its first sample lies at the same
//! instant as the input's. Each output sample is the input under a windowed sinc whose middle lies
//! at that sample's instant, counted in whole numbers, so nothing is shifted and nothing drifts.
//! The sinc is kept as a bank of filters for evenly spaced instants between two input samples;
//! between two filters of the bank it is interpolated.
//!
//! What this costs follows from the clip and not from how awkward its rate is: the bank has 25,000
//! to 100,000 taps, whatever the ratio, and a sample of the higher rate costs at most 200
//! multiplications. Allocates; for the control side and its workers only.

use std::sync::LazyLock;

use super::kernel::{LANES, dot, kernel};

/// Lowest and highest rate accepted on either side, in Hz.
pub const RATE_HZ: std::ops::RangeInclusive<u32> = 1_000..=384_000;

/// Samples of the lower rate on each side of the middle of the sinc.
const HALF_WIDTH: usize = 48;

/// Middle of the transition band relative to the lower rate's Nyquist frequency: at 8 kHz, flat to
/// 3.6 kHz and 80 dB down from 4.05 kHz on.
const CUTOFF: f64 = 0.96;

/// Shape of the Kaiser window: stop band about 80 dB down.
const KAISER_BETA: f64 = 7.86;

/// Filters of the bank for each sample of the lower rate. Interpolating between two of them is
/// wrong by less than 100 dB below full scale.
const PHASES: u64 = 256;

/// Points of the table of the sinc for each sample of the lower rate.
const TABLE_STEPS: usize = 512;

/// Half of the sinc, from its middle outwards. Every ratio uses the same, stretched.
static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let point = |step: usize| step as f64 / TABLE_STEPS as f64;
    (0..=HALF_WIDTH * TABLE_STEPS)
        .map(|step| kernel(point(step), CUTOFF, HALF_WIDTH as f64, KAISER_BETA) as f32)
        .collect()
});

/// Why a clip could not be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResampleError {
    /// A rate lies outside [`RATE_HZ`].
    #[error("a sampling rate of {rate_hz} Hz is outside 1000 to 384000 Hz")]
    Rate {
        /// The rate that was asked for.
        rate_hz: u32,
    },
}

/// Converts a whole mono clip from `from_hz` to `to_hz`. Equal rates return the input unchanged,
/// bit for bit.
///
/// # Errors
/// When a rate lies outside [`RATE_HZ`].
pub fn resample_clip(input: &[f32], from_hz: u32, to_hz: u32) -> Result<Vec<f32>, ResampleError> {
    let mut resampler = ClipResampler::new(input.len(), from_hz, to_hz)?;
    let mut output = Vec::with_capacity(converted_len(input.len(), from_hz, to_hz));
    resampler.push(input, &mut output);
    resampler.finish(&mut output);
    Ok(output)
}

/// How many samples a clip of `samples` has after conversion: `round(samples · to / from)`.
#[must_use]
pub fn converted_len(samples: usize, from_hz: u32, to_hz: u32) -> usize {
    let from = u128::from(from_hz.max(1));
    let exact = (samples as u128 * u128::from(to_hz) * 2 + from) / (2 * from);
    usize::try_from(exact).unwrap_or(usize::MAX)
}

/// A conversion under way: [`push`](Self::push) for each piece of the clip, then
/// [`finish`](Self::finish).
#[derive(Clone, Debug)]
pub struct ClipResampler {
    from_hz: u32,
    to_hz: u32,
    /// `None` for equal rates.
    bank: Option<Bank>,
    /// Samples of the output still to come.
    left: usize,
    /// The input that is still needed, behind as much silence as the first filter reaches back.
    held: Vec<f32>,
    /// Where in `held` the filter for the next output sample begins.
    at: usize,
    /// How far the next output sample lies behind an input sample, in parts of `Bank::step_out`.
    part: u64,
}

impl ClipResampler {
    /// Prepares the conversion of a clip of so many samples. Its pieces may be of any length.
    ///
    /// # Errors
    /// When a rate lies outside [`RATE_HZ`].
    pub fn new(samples: usize, from_hz: u32, to_hz: u32) -> Result<Self, ResampleError> {
        if let Some(&rate_hz) = [from_hz, to_hz].iter().find(|rate| !RATE_HZ.contains(rate)) {
            return Err(ResampleError::Rate { rate_hz });
        }
        let left = converted_len(samples, from_hz, to_hz);
        let bank = (from_hz != to_hz && left > 0).then(|| Bank::new(from_hz, to_hz));
        let held = bank.as_ref().map_or_else(Vec::new, |bank| vec![0.0; bank.taps / 2 - 1]);
        Ok(ClipResampler { from_hz, to_hz, bank, left, held, at: 0, part: 0 })
    }

    /// Prepares the conversion of what has no known length, to be ended with
    /// [`finish_after`](Self::finish_after).
    ///
    /// # Errors
    /// When a rate lies outside [`RATE_HZ`].
    pub fn endless(from_hz: u32, to_hz: u32) -> Result<Self, ResampleError> {
        Ok(ClipResampler { left: usize::MAX, ..Self::new(usize::MAX, from_hz, to_hz)? })
    }

    /// Takes a piece of the input; appends what of the output depends on nothing that is still to
    /// come. What goes beyond the length that was announced is left out.
    pub fn push(&mut self, input: &[f32], output: &mut Vec<f32>) {
        let Some(bank) = &self.bank else {
            let taken = input.len().min(self.left);
            output.extend(input.iter().take(taken));
            self.left -= taken;
            return;
        };
        self.held.extend_from_slice(input);
        while self.left > 0 {
            let Some(samples) = self.held.get(self.at..self.at + bank.taps) else { break };
            output.push(bank.sample(samples, self.part));
            self.left -= 1;
            self.part += bank.step_in;
            self.at += (self.part / bank.step_out) as usize;
            self.part %= bank.step_out;
        }
        let passed = self.at.min(self.held.len());
        self.held.drain(..passed);
        self.at -= passed;
    }

    /// Like [`finish`](Self::finish), for a conversion that did not know its length: it was given so
    /// many samples.
    pub fn finish_after(mut self, samples: u64, output: &mut Vec<f32>) {
        let samples = usize::try_from(samples).unwrap_or(usize::MAX);
        let done = usize::MAX - self.left;
        self.left = converted_len(samples, self.from_hz, self.to_hz).saturating_sub(done);
        self.finish(output);
    }

    /// The input is complete, and silence follows: appends the rest of the output.
    pub fn finish(mut self, output: &mut Vec<f32>) {
        let silence = vec![0.0; self.bank.as_ref().map_or(LANES, |bank| bank.taps)];
        while self.left > 0 {
            self.push(&silence, output);
        }
    }
}

/// The filters for all instants between two input samples.
#[derive(Clone, Debug)]
struct Bank {
    /// Taps of each filter.
    taps: usize,
    /// How many filters there are from one input sample to the next; one more ends the bank.
    phases: u64,
    /// `phases` + 1 filters in a row, each with the tap of its oldest sample first.
    filters: Vec<f32>,
    /// The ratio of the rates in lowest terms.
    step_in: u64,
    step_out: u64,
}

impl Bank {
    fn new(from_hz: u32, to_hz: u32) -> Bank {
        let divisor = gcd(from_hz, to_hz);
        let (step_in, step_out) = (u64::from(from_hz / divisor), u64::from(to_hz / divisor));
        // Samples of the lower rate for each one of the input.
        let scale = (f64::from(to_hz) / f64::from(from_hz)).min(1.0);
        let half = (HALF_WIDTH as f64 / scale).ceil() as usize;
        let taps = (2 * half).next_multiple_of(LANES);
        // As fine as the sinc needs it, or as few as there are different instants.
        let phases = ((PHASES as f64 * scale).ceil() as u64).min(step_out).max(1);
        let filters =
            (0..=phases).flat_map(|phase| filter(taps, phase as f64 / phases as f64, scale));
        Bank { taps, phases, filters: filters.collect(), step_in, step_out }
    }

    /// The output sample `part` / `step_out` behind the middle of `samples`.
    fn sample(&self, samples: &[f32], part: u64) -> f32 {
        let place = part * self.phases;
        let first = (place / self.step_out) as usize;
        let beyond = place % self.step_out;
        let at = dot(samples, self.filter(first));
        if beyond == 0 {
            return at;
        }
        let next = dot(samples, self.filter(first + 1));
        at + (next - at) * (beyond as f32 / self.step_out as f32)
    }

    fn filter(&self, phase: usize) -> &[f32] {
        self.filters.get(phase * self.taps..(phase + 1) * self.taps).unwrap_or_default()
    }
}

/// The filter for an instant `behind` its middle sample, from 0 to 1, with unity gain at 0 Hz.
fn filter(taps: usize, behind: f64, scale: f64) -> Vec<f32> {
    let middle = (taps / 2 - 1) as f64 + behind;
    let mut filter: Vec<f32> =
        (0..taps).map(|tap| tabulated((tap as f64 - middle) * scale)).collect();
    let gain: f32 = filter.iter().sum();
    filter.iter_mut().for_each(|tap| *tap /= gain);
    filter
}

/// The sinc so many samples of the lower rate from its middle.
fn tabulated(x: f64) -> f32 {
    let place = x.abs() * TABLE_STEPS as f64;
    let step = place as usize;
    let Some(&[at, next]) = TABLE.get(step..).and_then(|table| table.first_chunk()) else {
        return 0.0;
    };
    at + (next - at) * (place - step as f64) as f32
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use proptest::prelude::*;

    use super::*;

    /// Taps of the whole bank at most: 400 kB.
    const BANK_TAPS_MAX: usize = 100_000;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever a header says, a few samples cost no more than a bank of this size.
        #[test]
        fn no_ratio_needs_a_large_bank(from_hz in RATE_HZ, to_hz in RATE_HZ) {
            let bank = Bank::new(from_hz, to_hz);
            prop_assert!(bank.filters.len() <= BANK_TAPS_MAX, "{}", bank.filters.len());
        }
    }

    #[test]
    fn the_extremes_stay_within_the_limit() {
        for (from_hz, to_hz) in
            [(383_987, 8_000), (384_000, 1_000), (383_999, 1_000), (1_000, 383_999), (8_001, 8_000)]
        {
            let mut resampler = ClipResampler::new(500, from_hz, to_hz).unwrap();
            let bank = resampler.bank.clone().unwrap();
            assert!(bank.filters.len() <= BANK_TAPS_MAX, "{from_hz} to {to_hz}");
            resampler.push(&[0.5; 500], &mut Vec::new());
            assert!(resampler.held.capacity() <= 2 * (bank.taps + 500), "{from_hz} to {to_hz}");
        }
    }

    /// A clip that is shorter than half a sample of the result costs nothing at all.
    #[test]
    fn a_clip_without_a_result_builds_no_bank() {
        assert!(ClipResampler::new(2, 383_987, 8_000).unwrap().bank.is_none());
    }

    /// What is held does not grow with the clip.
    #[test]
    fn a_long_clip_is_not_kept() {
        let mut resampler = ClipResampler::new(1 << 20, 44_100, 8_000).unwrap();
        let taps = resampler.bank.as_ref().unwrap().taps;
        let mut output = Vec::new();
        for _ in 0..256 {
            resampler.push(&[0.25; 4_096], &mut output);
            output.clear();
            assert!(resampler.held.len() < taps);
        }
        assert!(resampler.held.capacity() <= 4 * (taps + 4_096));
    }
}
