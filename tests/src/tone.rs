//! Tones as voices: each speaker has a frequency of its own, and an ear tells from a recording who
//! was heard and how loud.

use std::f64::consts::TAU;

/// Level that counts as not heard, in dB below the wanted level (issue: "unwanted below −50 dB").
pub const UNHEARD_DB: f64 = -50.0;

/// How far the level of a wanted tone may lie from the level it was sent with, in dB.
pub const TOLERANCE_DB: f64 = 1.0;

/// A sine that never stops.
#[derive(Clone, Debug)]
pub struct Tone {
    hz: f64,
    amplitude: f64,
    rate_hz: f64,
    position: u64,
}

impl Tone {
    /// A tone of `hz` at `dbfs` (0 dBFS is a sine of full scale), sampled at 8 kHz.
    #[must_use]
    pub fn new(hz: f64, dbfs: f64) -> Tone {
        Tone { hz, amplitude: 32_767.0 * 10f64.powf(dbfs / 20.0), rate_hz: 8_000.0, position: 0 }
    }

    /// The next sample.
    pub fn sample(&mut self) -> i16 {
        let phase = TAU * self.hz * self.position as f64 / self.rate_hz;
        self.position += 1;
        (self.amplitude * phase.sin()).round() as i16
    }

    /// The next `count` samples.
    pub fn samples(&mut self, count: usize) -> Vec<i16> {
        (0..count).map(|_| self.sample()).collect()
    }
}

/// Level of the frequency `hz` in `samples` (8 kHz), in dBFS: a sine of full scale reads 0.
///
/// A Blackman-Harris window keeps what leaks from other tones more than 90 dB down a few bins away,
/// so that tones 100 Hz apart are told from each other in a quarter of a second.
#[must_use]
pub fn level_dbfs(samples: &[i16], hz: f64) -> f64 {
    let (mut re, mut im, mut weight) = (0.0, 0.0, 0.0);
    let length = samples.len() as f64;
    for (index, &sample) in samples.iter().enumerate() {
        let window = blackman_harris(index as f64 / length);
        let phase = TAU * hz * index as f64 / 8_000.0;
        re += window * f64::from(sample) * phase.cos();
        im += window * f64::from(sample) * phase.sin();
        weight += window;
    }
    let amplitude = 2.0 * re.hypot(im) / weight.max(f64::MIN_POSITIVE) / 32_767.0;
    20.0 * amplitude.max(1e-9).log10()
}

fn blackman_harris(x: f64) -> f64 {
    0.358_75 - 0.488_29 * (TAU * x).cos() + 0.141_28 * (2.0 * TAU * x).cos()
        - 0.011_68 * (3.0 * TAU * x).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ear_reads_the_level_it_was_sent() {
        let samples = Tone::new(440.0, -12.0).samples(8_000);
        assert!((level_dbfs(&samples, 440.0) + 12.0).abs() < 0.05);
        assert!(level_dbfs(&samples, 540.0) < -90.0);
    }
}
