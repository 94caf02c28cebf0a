//! From one rate to any other, by a windowed sinc: good enough for an ear, and for a detector.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side.
const CROSSINGS: usize = 16;
/// Table entries for each crossing.
const STEPS: usize = 256;
/// The pass band's end, as a share of the lower of the two rates' halves.
const CUTOFF: f64 = 0.92;

/// The same sound at another rate, in Hz.
pub(crate) fn convert(samples: &[i16], from_hz: f64, to_hz: f64) -> Vec<i16> {
    let ratio = from_hz / to_hz;
    // Crossings of the sinc in each input sample.
    let cutoff = CUTOFF * (1.0 / ratio).min(1.0);
    let sinc = windowed_sinc();
    let reach = CROSSINGS as f64 / cutoff;
    let count = (samples.len() as f64 / ratio) as usize;
    let at = |index: usize| {
        let centre = index as f64 * ratio;
        let first = (centre - reach).ceil().max(0.0) as usize;
        let last = ((centre + reach) as usize).min(samples.len() - 1);
        let near = samples[first..=last].iter().enumerate();
        let sum: f64 = near
            .map(|(i, sample)| {
                let distance = ((first + i) as f64 - centre).abs() * cutoff;
                let step = (distance * STEPS as f64 + 0.5) as usize;
                f64::from(*sample) * sinc.get(step).copied().unwrap_or(0.0)
            })
            .sum();
        (sum * cutoff).round() as i16
    };
    (0..count).map(at).collect()
}

/// One side of it, under a Blackman window.
fn windowed_sinc() -> Vec<f64> {
    let at = |step: usize| {
        let x = step as f64 / STEPS as f64;
        let window = x / CROSSINGS as f64;
        let blackman = 0.42 + 0.5 * (PI * window).cos() + 0.08 * (2.0 * PI * window).cos();
        let sinc = if step == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
        sinc * blackman
    };
    (0..=CROSSINGS * STEPS).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, rate_hz: f64, count: usize) -> Vec<i16> {
        let at = |i: usize| (10_000.0 * (2.0 * PI * hz * i as f64 / rate_hz).sin()).round() as i16;
        (0..count).map(at).collect()
    }

    #[test]
    fn a_tone_stays_the_tone_it_was() {
        for (from, to) in [(16_000.0, 8_000.0), (18_720.0, 8_000.0), (14_720.0, 48_000.0)] {
            let converted = convert(&sine(1_000.0, from, 8_000), from, to);
            let wanted = sine(1_000.0, to, converted.len());
            let inner = 400..converted.len() - 400;
            let error = inner.map(|i| (converted[i] - wanted[i]).abs()).max();
            assert!(error < Some(60), "{from} to {to}: {error:?}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        let converted = convert(&sine(6_000.0, 16_000.0, 8_000), 16_000.0, 8_000.0);
        assert!(converted[200..3_800].iter().all(|sample| sample.abs() < 20));
    }
}
