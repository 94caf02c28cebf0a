//! Sinusoids found in samples by least squares: how much of a sound one or two of them explain.
//!
//! Time is counted from the middle of the samples. Cosines are then even and sines odd, so the two
//! kinds are orthogonal, each needs half the samples, and what is left to solve is 1 by 1 or 2 by
//! 2, with sums that have a closed form.

use std::f32::consts::PI;

/// Samples folded about their middle: sums and differences of what lies equally far from it, the
/// nearest (half a sample away) first.
pub(crate) struct Folded<const HALF: usize> {
    even: [f32; HALF],
    odd: [f32; HALF],
    /// Sum of squares, the mean taken out.
    pub(crate) energy: f32,
}

/// What two sinusoids explain of a sound, as energies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// By either alone, after the other was taken out.
    pub(crate) each: [f32; 2],
    /// By both together.
    pub(crate) both: f32,
}

impl<const HALF: usize> Folded<HALF> {
    /// Of `2 * HALF` samples.
    pub(crate) fn new(samples: &[f32]) -> Self {
        let (before, after) = samples.split_at(HALF);
        let mut folded = Folded { even: [0.0; HALF], odd: [0.0; HALF], energy: 0.0 };
        for (i, (after, before)) in after.iter().zip(before.iter().rev()).enumerate() {
            folded.even[i] = after + before;
            folded.odd[i] = after - before;
        }
        let squares = dot(&folded.even, &folded.even) + dot(&folded.odd, &folded.odd);
        let sum: f32 = folded.even.iter().sum();
        folded.energy = 0.5 * squares - sum * sum / (2 * HALF) as f32;
        folded
    }

    /// Energy explained by one sinusoid.
    pub(crate) fn explained(&self, omega: f32) -> f32 {
        let [cos, sin] = self.project(omega);
        let [cos_2, sin_2] = squares(HALF, omega);
        cos * cos / cos_2 + sin * sin / sin_2
    }

    /// Phase of one sinusoid in the middle of the samples.
    pub(crate) fn phase(&self, omega: f32) -> f32 {
        let [cos, sin] = self.project(omega);
        let [cos_2, sin_2] = squares(HALF, omega);
        (-sin / sin_2).atan2(cos / cos_2)
    }

    /// Energy explained by two.
    pub(crate) fn explained_by_pair(&self, omegas: [f32; 2]) -> Pair {
        let [a, b] = omegas.map(|omega| self.project(omega));
        let [a_2, b_2] = omegas.map(|omega| squares(HALF, omega));
        let (sum, difference) =
            (kernel(HALF, omegas[0] + omegas[1]), kernel(HALF, omegas[0] - omegas[1]));
        let cross = [0.5 * (difference + sum), 0.5 * (difference - sum)];
        let mut pair = Pair { each: [0.0; 2], both: 0.0 };
        for i in 0..2 {
            let determinant = a_2[i] * b_2[i] - cross[i] * cross[i];
            let first = (a[i] * b_2[i] - b[i] * cross[i]) / determinant;
            let second = (b[i] * a_2[i] - a[i] * cross[i]) / determinant;
            pair.each[0] += first * first * a_2[i];
            pair.each[1] += second * second * b_2[i];
            pair.both += first * a[i] + second * b[i];
        }
        pair
    }

    /// Inner products with the cosine and the sine.
    fn project(&self, omega: f32) -> [f32; 2] {
        // Rotates by `omega` a sample; the error of 120 steps is below 1e-5.
        let (turn_sin, turn_cos) = omega.sin_cos();
        let (mut sin, mut cos) = (0.5 * omega).sin_cos();
        let mut sums = [0.0; 2];
        for (even, odd) in self.even.iter().zip(&self.odd) {
            sums[0] += even * cos;
            sums[1] += odd * sin;
            (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
        }
        sums
    }
}

/// Sum of the squares of the cosine and of the sine.
fn squares(half: usize, omega: f32) -> [f32; 2] {
    let double = kernel(half, 2.0 * omega);
    [0.5 * ((2 * half) as f32 + double), 0.5 * ((2 * half) as f32 - double)]
}

/// The sum of a cosine over all samples (the Dirichlet kernel).
fn kernel(half: usize, omega: f32) -> f32 {
    (half as f32 * omega).sin() / (0.5 * omega).sin()
}

/// Inner product, in eight sums that are independent of each other, as processors like it.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for i in 0..8 {
            lanes[i] += a[i] * b[i];
        }
    }
    lanes.iter().sum()
}

/// Brings an angle to -pi ..= pi.
pub(crate) fn wrap(angle: f32) -> f32 {
    angle - 2.0 * PI * (angle / (2.0 * PI)).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: usize = 120;

    fn tones(tones: &[(f32, f32, f32)]) -> Vec<f32> {
        let at = |i: usize| tones.iter().map(move |(a, w, phase)| a * (w * i as f32 + phase).sin());
        (0..2 * HALF).map(|i| at(i).sum()).collect()
    }

    #[test]
    fn one_sinusoid_explains_itself_whatever_its_phase() {
        for phase in [0.0, 0.9, 2.0, 4.0] {
            let folded = Folded::<HALF>::new(&tones(&[(1_000.0, 0.34, phase)]));
            let share = folded.explained(0.34) / folded.energy;
            assert!((share - 1.0).abs() < 1e-2, "{share}");
            assert!(folded.explained(0.44) < 0.05 * folded.energy);
        }
    }

    #[test]
    fn two_sinusoids_are_told_from_each_other() {
        let folded = Folded::<HALF>::new(&tones(&[(1_000.0, 0.6, 0.3), (300.0, 0.95, 1.0)]));
        let pair = folded.explained_by_pair([0.6, 0.95]);
        assert!((pair.both / folded.energy - 1.0).abs() < 1e-3);
        let twist = pair.each[0] / pair.each[1];
        assert!((twist * 0.09 - 1.0).abs() < 0.02, "{twist}");
        assert!(folded.explained_by_pair([0.6, 1.05]).both < 0.95 * folded.energy);
    }

    #[test]
    fn a_direct_current_counts_for_nothing() {
        let steady = Folded::<HALF>::new(&[500.0; 2 * HALF]);
        assert!(steady.energy.abs() < 1.0);
    }
}
