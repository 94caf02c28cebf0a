//! Measuring what is heard of a voice, by the energy at its pitches.

use std::f32::consts::TAU;

use super::RATE_HZ;

/// Samples of one look: 80 ms, in which a pitch stands out from its neighbours.
const BLOCK: usize = RATE_HZ * 80 / 1_000;

/// From look to look. Squared Hann windows this far apart add up to a constant, so that it does not
/// matter where in a block a sound lies.
const HOP: usize = BLOCK / 4;

/// Energy at `pitches_hz`, in units of no meaning but by comparison with the same of another piece.
pub(super) fn energy(samples: &[i16], pitches_hz: &[f32]) -> f64 {
    // Sounds at either end lie in as many blocks as those between.
    let mut padded = vec![0; BLOCK];
    padded.extend_from_slice(samples);
    padded.resize(padded.len() + BLOCK, 0);
    let table: Vec<Vec<(f32, f32)>> = pitches_hz.iter().map(|&pitch| wave(pitch)).collect();
    let mut total = 0.0;
    for block in padded.windows(BLOCK).step_by(HOP) {
        total += table.iter().map(|wave| power(block, wave)).sum::<f64>();
    }
    total
}

/// How much of `sent` is in `heard`, in dB: 0 when it arrives as it left, negative infinity when
/// nothing does.
pub(super) fn gain_db(sent: &[i16], heard: &[i16], pitches_hz: &[f32]) -> f64 {
    10.0 * (energy(heard, pitches_hz) / energy(sent, pitches_hz)).log10()
}

fn power(block: &[i16], wave: &[(f32, f32)]) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (sample, (cos, sin)) in block.iter().zip(wave) {
        let value = f32::from(*sample);
        re += value * cos;
        im += value * sin;
    }
    f64::from(re) * f64::from(re) + f64::from(im) * f64::from(im)
}

/// One windowed turn of the pitch's wave.
fn wave(pitch_hz: f32) -> Vec<(f32, f32)> {
    let at = |n: usize| {
        let window = 0.5 - 0.5 * (TAU * (n as f32 + 0.5) / BLOCK as f32).cos();
        let (sin, cos) = (TAU * pitch_hz * n as f32 / RATE_HZ as f32).sin_cos();
        (window * cos, window * sin)
    };
    (0..BLOCK).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_amplitude_is_six_decibel_wherever_it_lies() {
        let sine = |n: usize| (TAU * 200.0 * n as f32 / RATE_HZ as f32).sin();
        let sent: Vec<i16> = (0..4_000).map(|n| (sine(n) * 8_000.0) as i16).collect();
        let half: Vec<i16> = sent.iter().map(|sample| sample / 2).collect();
        for shift in [0, 77, 401] {
            let mut heard = vec![0; shift];
            heard.extend_from_slice(&half);
            let gain = gain_db(&sent, &heard, &[200.0]);
            assert!((gain + 6.02).abs() < 0.1, "{gain}");
        }
        assert_eq!(gain_db(&sent, &[0; 4_000], &[200.0]), f64::NEG_INFINITY);
    }
}
