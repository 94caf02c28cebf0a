//! A polyphase FIR for the fixed telephony ratios, for live audio.
//!
//! The prototype is a Kaiser-windowed sinc of 48 taps for each phase, at the higher of the two
//! rates; raising the rate runs one phase for each output sample, lowering it runs the whole
//! filter once for each output sample. Either way the signal is delayed by half the prototype:
//! 24 samples of the lower rate, 3 ms at 8 kHz.

use super::kernel::{dot, kernel};

/// Taps of one phase, which is also the number of low-rate samples one output depends on.
pub const TAPS_PER_PHASE: usize = 48;

/// Middle of the transition band relative to the lower rate's Nyquist frequency: half the
/// amplitude at 3.7 kHz of 4 kHz, flat to 3.4 kHz and 80 dB down from 4 kHz on.
const CUTOFF: f64 = 0.925;

/// Shape of the Kaiser window: stop band about 80 dB down.
const KAISER_BETA: f64 = 7.86;

/// How many samples of the higher rate come with one sample of the lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ratio {
    /// 8 and 16 kHz.
    Two,
    /// 8 and 24 kHz, or 16 and 48 kHz.
    Three,
    /// 8 and 48 kHz.
    Six,
}

impl Ratio {
    /// The ratio as a number.
    #[must_use]
    pub fn factor(self) -> usize {
        match self {
            Ratio::Two => 2,
            Ratio::Three => 3,
            Ratio::Six => 6,
        }
    }
}

/// Raises the rate of a stream. Built on the control side; [`process`](Self::process) never
/// allocates.
#[derive(Clone, Debug)]
pub struct Upsampler {
    /// One filter for each phase, each with its newest sample's tap last.
    phases: Vec<[f32; TAPS_PER_PHASE]>,
    history: History,
}

impl Upsampler {
    /// Builds the filter, with silence for a past.
    #[must_use]
    pub fn new(ratio: Ratio) -> Self {
        let factor = ratio.factor();
        let prototype = prototype(factor);
        let phases = (0..factor).map(|phase| phase_of(&prototype, factor, phase)).collect();
        Upsampler { phases, history: History::silent(TAPS_PER_PHASE) }
    }

    /// Converts `input` to `input.len() · factor` samples, as many as fit into `output`.
    /// Returns the number written.
    pub fn process(&mut self, input: &[f32], output: &mut [f32]) -> usize {
        let factor = self.phases.len();
        let mut written = 0;
        for (sample, block) in input.iter().zip(output.chunks_exact_mut(factor)) {
            self.history.push(*sample);
            for (out, taps) in block.iter_mut().zip(&self.phases) {
                *out = dot(self.history.newest(), taps);
            }
            written += factor;
        }
        written
    }
}

/// Lowers the rate of a stream. Built on the control side; [`process`](Self::process) never
/// allocates.
#[derive(Clone, Debug)]
pub struct Downsampler {
    factor: usize,
    /// The prototype; it is symmetric, so its direction does not matter.
    taps: Vec<f32>,
    history: History,
}

impl Downsampler {
    /// Builds the filter, with silence for a past.
    #[must_use]
    pub fn new(ratio: Ratio) -> Self {
        let factor = ratio.factor();
        let taps: Vec<f32> = prototype(factor).into_iter().map(|tap| tap as f32).collect();
        let history = History::silent(taps.len());
        Downsampler { factor, taps, history }
    }

    /// Converts each whole group of `factor` samples of `input` to one sample, as many as fit
    /// into `output`. Returns the number written. Samples of an unfinished group are not kept, so
    /// `input` should hold a multiple of the factor, as every frame does.
    pub fn process(&mut self, input: &[f32], output: &mut [f32]) -> usize {
        let mut written = 0;
        for (group, out) in input.chunks_exact(self.factor).zip(output.iter_mut()) {
            for sample in group {
                self.history.push(*sample);
            }
            *out = dot(self.history.newest(), &self.taps);
            written += 1;
        }
        written
    }
}

/// The newest samples of a stream, readable as one slice: each is kept twice, one length apart, so
/// that the window never wraps.
#[derive(Clone, Debug)]
struct History {
    twice: Vec<f32>,
    next: usize,
}

impl History {
    fn silent(len: usize) -> Self {
        History { twice: vec![0.0; 2 * len], next: 0 }
    }

    fn push(&mut self, sample: f32) {
        let len = self.twice.len() / 2;
        self.twice[self.next] = sample;
        self.twice[self.next + len] = sample;
        self.next = (self.next + 1) % len;
    }

    /// Oldest first.
    fn newest(&self) -> &[f32] {
        &self.twice[self.next..self.next + self.twice.len() / 2]
    }
}

/// The taps that meet real samples in output phase `phase` of the raised stream, newest last. All
/// others meet the zeros between two samples, which the factor makes up for.
fn phase_of(prototype: &[f64], factor: usize, phase: usize) -> [f32; TAPS_PER_PHASE] {
    let mut taps = [0.0; TAPS_PER_PHASE];
    let of_phase = prototype.iter().skip(phase).step_by(factor);
    for (value, tap) in taps.iter_mut().rev().zip(of_phase) {
        *value = (tap * factor as f64) as f32;
    }
    taps
}

/// A low-pass at the higher rate with unity gain at 0 Hz: a sinc under a Kaiser window.
fn prototype(factor: usize) -> Vec<f64> {
    let len = TAPS_PER_PHASE * factor;
    let middle = (len - 1) as f64 / 2.0;
    let cutoff = CUTOFF / factor as f64;
    let taps: Vec<f64> = (0..len)
        .map(|tap| {
            let offset = tap as f64 - middle;
            kernel(offset, cutoff, middle + 0.5, KAISER_BETA)
        })
        .collect();
    let gain: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| tap / gain).collect()
}
