//! The mark: a blip at the beginning of each turn, from which the delay is measured.

use std::f32::consts::TAU;

use super::RATE_HZ;

/// Samples of a mark: 25 ms.
pub(super) const LENGTH: usize = RATE_HZ / 40;

/// Samples of silence after it: 50 ms, so that it stands alone.
pub(super) const PAUSE: usize = RATE_HZ / 20;

/// No voice is strong there, and no chime.
const FREQUENCY_HZ: f32 = 1_900.0;

/// Of full scale.
const AMPLITUDE: f32 = 0.12;

/// What has less of the mark's shape than this, of full scale, is none.
const FLOOR: f32 = AMPLITUDE / 8.0;

/// The mark itself.
pub(super) fn samples() -> Vec<i16> {
    let shaped = (0..LENGTH).map(|n| window(n) * (phase(n)).sin());
    shaped.map(|value| (value * AMPLITUDE * 32_767.0).round() as i16).collect()
}

/// Where in `heard` the mark begins: where it fits best. `None` when there is none.
pub(super) fn find(heard: &[i16]) -> Option<usize> {
    let last = heard.len().checked_sub(LENGTH)?;
    let fits = (0..=last).map(|start| (start, fit(&heard[start..start + LENGTH])));
    let (start, best) = fits.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (best > FLOOR).then_some(start)
}

/// Amplitude of the mark in a piece of as many samples, of full scale, whatever its phase.
fn fit(piece: &[i16]) -> f32 {
    let (mut re, mut im, mut whole) = (0.0, 0.0, 0.0);
    for (n, sample) in piece.iter().enumerate() {
        let value = f32::from(*sample) * window(n);
        re += value * phase(n).cos();
        im += value * phase(n).sin();
        whole += window(n) * window(n);
    }
    2.0 * re.hypot(im) / whole / 32_767.0
}

fn window(n: usize) -> f32 {
    0.5 - 0.5 * (TAU * (n as f32 + 0.5) / LENGTH as f32).cos()
}

fn phase(n: usize) -> f32 {
    TAU * FREQUENCY_HZ * n as f32 / RATE_HZ as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_where_it_is_and_nowhere_else() {
        let mut heard = vec![0; 3_000];
        assert_eq!(find(&heard), None);
        heard[1_234..1_234 + LENGTH].copy_from_slice(&samples());
        assert_eq!(find(&heard), Some(1_234));
        assert_eq!(find(&heard[..LENGTH - 1]), None);
    }
}
