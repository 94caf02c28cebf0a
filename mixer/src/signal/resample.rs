//! Between the rates of ports and rooms: 8, 16 and 48 kHz, frame by frame.
//!
//! A polyphase FIR. The prototype is a Kaiser-windowed sinc of 48 taps for each phase, at the
//! higher of the two rates; raising the rate runs one phase for each output sample, lowering it
//! runs the whole filter once for each output sample. Either way the signal is delayed by half the
//! prototype: 24 samples of the lower rate, 3 ms at 8 kHz.

use super::kernel;
use crate::port::{FRAME_SAMPLES_MAX, Rate};

/// Taps of one phase, which is also the number of low-rate samples one output depends on.
const TAPS_PER_PHASE: usize = 48;

/// The largest ratio: 8 to 48 kHz.
const FACTOR_MAX: usize = 6;

/// Samples of the past that the longest filter looks back on.
const HISTORY_MAX: usize = TAPS_PER_PHASE * FACTOR_MAX;

/// Middle of the transition band relative to the lower rate's Nyquist frequency: half the
/// amplitude at 3.7 kHz of 4 kHz, flat to 3.4 kHz and 80 dB down from 4 kHz on.
const CUTOFF: f64 = 0.925;

/// Shape of the Kaiser window: stop band about 80 dB down.
const KAISER_BETA: f64 = 7.86;

/// The coefficients of all ratios, shared by all resamplers of an engine.
#[derive(Debug)]
pub(crate) struct Filters {
    by_two: Filter,
    by_three: Filter,
    by_six: Filter,
}

#[derive(Debug)]
struct Filter {
    factor: usize,
    /// Phase by phase, the newest sample's tap last.
    up: Box<[f32]>,
    /// The prototype; it is symmetric, so its direction does not matter.
    down: Box<[f32]>,
}

impl Filters {
    pub(crate) fn new() -> Self {
        Self { by_two: Filter::new(2), by_three: Filter::new(3), by_six: Filter::new(6) }
    }

    /// The filter between two different rates.
    fn between(&self, one: Rate, other: Rate) -> &Filter {
        match one.max(other).frame_samples() / one.min(other).frame_samples() {
            2 => &self.by_two,
            3 => &self.by_three,
            _ => &self.by_six,
        }
    }
}

impl Filter {
    fn new(factor: usize) -> Self {
        let prototype = prototype(factor);
        let mut up = Vec::with_capacity(prototype.len());
        for phase in 0..factor {
            // The taps that meet real samples; all others meet the zeros between two samples,
            // which the factor makes up for.
            let taps = prototype.iter().skip(phase).step_by(factor);
            up.extend(taps.rev().map(|tap| (tap * factor as f64) as f32));
        }
        let down = prototype.iter().map(|tap| *tap as f32).collect();
        Self { factor, up: up.into(), down }
    }
}

/// Converts one stream. Its state is what the filter still remembers of it.
#[derive(Clone, Debug)]
pub(crate) struct Resampler {
    history: [f32; HISTORY_MAX],
}

impl Resampler {
    /// Has silence for a past.
    pub(crate) const SILENT: Resampler = Resampler { history: [0.0; HISTORY_MAX] };

    /// Converts one tick of a voice; equal rates are copied sample for sample.
    pub(crate) fn convert_voice(
        &mut self,
        filters: &Filters,
        (from, voice): (Rate, &[i16]),
        (to, output): (Rate, &mut [i16]),
    ) {
        if from == to {
            output.copy_from_slice(voice);
            return;
        }
        let (mut input, mut converted) = ([0.0; FRAME_SAMPLES_MAX], [0.0; FRAME_SAMPLES_MAX]);
        let (input, converted) = (&mut input[..voice.len()], &mut converted[..output.len()]);
        input.iter_mut().zip(voice).for_each(|(input, sample)| *input = f32::from(*sample));
        self.convert(filters, (from, input), (to, converted));
        // The filter may overshoot full scale by a little, and is cut off there.
        kernel::round_voice(converted, output);
    }

    /// Converts one tick of a sum; equal rates are copied.
    pub(crate) fn convert_sum(
        &mut self,
        filters: &Filters,
        (from, sum): (Rate, &[i32]),
        (to, output): (Rate, &mut [i32]),
    ) {
        if from == to {
            output.copy_from_slice(sum);
            return;
        }
        let (mut input, mut converted) = ([0.0; FRAME_SAMPLES_MAX], [0.0; FRAME_SAMPLES_MAX]);
        let (input, converted) = (&mut input[..sum.len()], &mut converted[..output.len()]);
        input.iter_mut().zip(sum).for_each(|(input, sample)| *input = *sample as f32);
        self.convert(filters, (from, input), (to, converted));
        kernel::round_sum(converted, output);
    }

    /// Converts a frame from one rate to another; the lengths of `input` and `output` are those
    /// of a frame at these rates. Equal rates are copied.
    fn convert(
        &mut self,
        filters: &Filters,
        (from, input): (Rate, &[f32]),
        (to, output): (Rate, &mut [f32]),
    ) {
        if from == to {
            output.copy_from_slice(input);
            return;
        }
        let filter = filters.between(from, to);
        let mut samples = [0.0; HISTORY_MAX + FRAME_SAMPLES_MAX];
        let samples = &mut samples[..HISTORY_MAX + input.len()];
        samples[..HISTORY_MAX].copy_from_slice(&self.history);
        samples[HISTORY_MAX..].copy_from_slice(input);
        // The first window ends with the frame's first sample, or group of samples.
        if from < to {
            let first = HISTORY_MAX + 1 - TAPS_PER_PHASE;
            kernel::raise(&samples[first..], TAPS_PER_PHASE, &filter.up, output);
        } else {
            let first = HISTORY_MAX + filter.factor - filter.down.len();
            kernel::lower(&samples[first..], filter.factor, &filter.down, output);
        }
        self.history.copy_from_slice(&samples[input.len()..]);
    }
}

/// A low-pass at the higher rate with unity gain at 0 Hz: a sinc under a Kaiser window.
fn prototype(factor: usize) -> Vec<f64> {
    let len = TAPS_PER_PHASE * factor;
    let middle = (len - 1) as f64 / 2.0;
    let cutoff = CUTOFF / factor as f64;
    let taps: Vec<f64> = (0..len)
        .map(|tap| {
            let offset = tap as f64 - middle;
            cutoff * sinc(cutoff * offset) * kaiser(offset / (middle + 0.5))
        })
        .collect();
    let gain: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| tap / gain).collect()
}

fn sinc(x: f64) -> f64 {
    let angle = std::f64::consts::PI * x;
    if angle == 0.0 { 1.0 } else { angle.sin() / angle }
}

/// The window at `position`, from -1 to 1.
fn kaiser(position: f64) -> f64 {
    let inside = (1.0 - position * position).max(0.0).sqrt();
    bessel_i0(KAISER_BETA * inside) / bessel_i0(KAISER_BETA)
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    const TERMS: u32 = 32;
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..=TERMS {
        term *= quarter / f64::from(n * n);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn tone(rate: Rate, hz: f64, frames: usize) -> Vec<f32> {
        let step = TAU * hz / f64::from(rate.hz());
        (0..frames * rate.frame_samples()).map(|i| (1e4 * (step * i as f64).sin()) as f32).collect()
    }

    fn converted(from: Rate, to: Rate, input: &[f32]) -> Vec<f32> {
        let (filters, mut resampler) = (Filters::new(), Resampler::SILENT);
        let mut output = Vec::new();
        for frame in input.chunks_exact(from.frame_samples()) {
            let mut out = vec![0.0; to.frame_samples()];
            resampler.convert(&filters, (from, frame), (to, &mut out));
            output.extend(out);
        }
        output
    }

    /// Power of one frequency, relative to that of `tone`, after the filter has filled.
    fn gain_db(samples: &[f32], rate: Rate, hz: f64) -> f64 {
        let samples = &samples[2 * rate.frame_samples()..];
        let step = TAU * hz / f64::from(rate.hz());
        let (mut re, mut im) = (0.0, 0.0);
        for (i, sample) in samples.iter().enumerate() {
            re += f64::from(*sample) * (step * i as f64).cos();
            im += f64::from(*sample) * (step * i as f64).sin();
        }
        20.0 * (re.hypot(im) * 2.0 / samples.len() as f64 / 1e4).log10()
    }

    fn pairs() -> impl Iterator<Item = (Rate, Rate)> {
        Rate::ALL.into_iter().flat_map(|from| Rate::ALL.map(|to| (from, to)))
    }

    #[test]
    fn what_both_rates_can_hold_passes() {
        for (from, to) in pairs() {
            for hz in [300.0, 1_000.0, 3_400.0] {
                let output = converted(from, to, &tone(from, hz, 12));
                let gain_db = gain_db(&output, to, hz);
                assert!(gain_db.abs() < 0.3, "{from:?} to {to:?}, {hz} Hz: {gain_db} dB");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_does_not_come_back_as_another_tone() {
        for (from, to) in pairs().filter(|(from, to)| from > to) {
            let nyquist = f64::from(to.hz()) / 2.0;
            let output = converted(from, to, &tone(from, nyquist + 500.0, 12));
            assert!(gain_db(&output, to, nyquist - 500.0) < -75.0, "{from:?} to {to:?}");
        }
        for (from, to) in pairs().filter(|(from, to)| from < to) {
            let output = converted(from, to, &tone(from, 1_000.0, 12));
            let image = f64::from(from.hz()) - 1_000.0;
            assert!(gain_db(&output, to, image) < -75.0, "{from:?} to {to:?}");
        }
    }
}
