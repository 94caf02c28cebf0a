//! Tones, noises and codings to try the treatments with.

use std::f64::consts::TAU;

/// Full scale: a square wave of it has 0 dBov.
const FULL_SCALE: f64 = 32_768.0;
/// Level of a full-scale sine in µ-law, in dBm0 (ITU-T G.711; A-law has 0.03 less).
const FULL_SCALE_DBM0: f64 = 3.17;

/// Random numbers by a seed: SplitMix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed, of variance 1.
    pub(super) fn normal(&mut self) -> f64 {
        (-2.0 * self.share().max(1e-300).ln()).sqrt() * (TAU * self.share()).cos()
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.next() % from.len() as u64) as usize]
    }
}

/// A signal to which things are added, before it is coded.
pub(super) struct Signal {
    pub(super) rate_hz: usize,
    pub(super) samples: Vec<f64>,
}

impl Signal {
    /// So much silence.
    pub(super) fn silence(rate_hz: usize, ms: f64) -> Signal {
        Signal { rate_hz, samples: vec![0.0; (ms * rate_hz as f64 / 1_000.0).ceil() as usize] }
    }

    /// The samples between two times.
    pub(super) fn span(&self, from_ms: f64, length_ms: f64) -> std::ops::Range<usize> {
        let at = |ms: f64| (ms * self.rate_hz as f64 / 1_000.0) as usize;
        at(from_ms)..at(from_ms + length_ms).min(self.samples.len())
    }

    /// Adds a tone, with edges that rise and fall in so many ms.
    pub(super) fn tone(
        &mut self,
        hz: f64,
        amplitude: f64,
        span: std::ops::Range<usize>,
        edge_ms: f64,
    ) {
        let edge = edge_ms * self.rate_hz as f64 / 1_000.0 + 1e-9;
        let turn = TAU * hz / self.rate_hz as f64;
        // Where a tone begins in its period depends on when it begins, which is random enough.
        for i in span.clone() {
            let from_edge = (i - span.start).min(span.end - i) as f64;
            let gain = (from_edge / edge).min(1.0);
            self.samples[i] += gain * amplitude * (turn * i as f64).sin();
        }
    }

    /// Adds white noise of a power.
    pub(super) fn noise(&mut self, power: f64, random: &mut Random) {
        let deviation = power.sqrt();
        self.samples.iter_mut().for_each(|sample| *sample += deviation * random.normal());
    }

    /// As a line delivers it.
    pub(super) fn coded(&self, coding: Coding) -> Vec<i16> {
        self.samples.iter().map(|sample| coding.pass(sample.round() as i16)).collect()
    }
}

/// Amplitude of a sine of a level.
pub(super) fn amplitude_dbm0(dbm0: f64) -> f64 {
    FULL_SCALE * 10f64.powf((dbm0 - FULL_SCALE_DBM0) / 20.0)
}

/// Amplitude of a sine whose power is so many dB below a full-scale square wave's.
pub(super) fn amplitude_dbov(dbov: f64) -> f64 {
    FULL_SCALE * (2.0 * 10f64.powf(dbov / 10.0)).sqrt()
}

/// Mean square of a level.
pub(super) fn power_dbov(dbov: f64) -> f64 {
    FULL_SCALE * FULL_SCALE * 10f64.powf(dbov / 10.0)
}

/// What a line does to samples.
#[derive(Clone, Copy, Debug)]
pub(super) enum Coding {
    Linear,
    MuLaw,
    ALaw,
}

impl Coding {
    pub(super) const ALL: [Coding; 3] = [Coding::Linear, Coding::MuLaw, Coding::ALaw];

    pub(super) fn pass(self, sample: i16) -> i16 {
        match self {
            Coding::Linear => sample,
            Coding::MuLaw => mu_law(sample),
            Coding::ALaw => a_law(sample),
        }
    }
}

/// µ-law there and back (G.711): 8 segments, each of 16 steps twice as wide as the one below.
fn mu_law(sample: i16) -> i16 {
    const BIAS: i32 = 132;
    let magnitude = i32::from(sample).abs().min(32_635) + BIAS;
    let segment = magnitude.ilog2() - 7;
    let step = 8 << segment;
    let middle = magnitude / step * step + step / 2 - BIAS;
    (middle * i32::from(sample).signum().min(1)) as i16
}

/// A-law there and back: as µ-law, but the lowest two segments are alike.
fn a_law(sample: i16) -> i16 {
    let magnitude = i32::from(sample).abs().min(32_767);
    let segment = magnitude.max(256).ilog2() - 8;
    let step = 16 << segment.max(1);
    let middle = magnitude / step * step + step / 2;
    (if sample < 0 { -middle } else { middle }) as i16
}

#[test]
fn codings_add_the_noise_of_g_711() {
    for coding in [Coding::MuLaw, Coding::ALaw] {
        for amplitude in [300, 3_000, 30_000] {
            let samples: Vec<i16> =
                (0..1_000).map(|i| (f64::from(amplitude) * f64::from(i).sin()) as i16).collect();
            let squares = |value: f64| value * value;
            let signal: f64 = samples.iter().map(|s| squares(f64::from(*s))).sum();
            let error = |s: &i16| squares(f64::from(coding.pass(*s)) - f64::from(*s));
            let noise: f64 = samples.iter().map(error).sum();
            let ratio = 10.0 * (signal / noise).log10();
            assert!((26.0..42.0).contains(&ratio), "{coding:?} at {amplitude}: {ratio}");
        }
    }
}
