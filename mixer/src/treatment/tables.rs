//! Tables that are made when the program is.

use std::f64::consts::{PI, TAU};

/// 20 ms at 8 kHz.
pub(super) const HANN_LENGTH: usize = 160;
/// A Hann window.
pub(super) static HANN: [f32; HANN_LENGTH] = hann();

const fn hann() -> [f32; HANN_LENGTH] {
    let mut window = [0.0; HANN_LENGTH];
    let mut i = 0;
    while i < HANN_LENGTH {
        window[i] = (0.5 - 0.5 * cos((i as f64 + 0.5) * TAU / HANN_LENGTH as f64)) as f32;
        i += 1;
    }
    window
}

/// The standard library's cosine cannot be had at that time: by its series about the nearest full
/// turn.
pub(super) const fn cos(angle: f64) -> f64 {
    let turns = (angle / TAU) as i64 as f64;
    let mut rest = angle - turns * TAU;
    if rest > PI {
        rest -= TAU;
    } else if rest < -PI {
        rest += TAU;
    }
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while n < 24.0 {
        term *= -rest * rest / (n * (n + 1.0));
        sum += term;
        n += 2.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_are_those_of_the_standard_library() {
        for i in -100..1_000 {
            let angle = f64::from(i) * 0.157;
            assert!((cos(angle) - angle.cos()).abs() < 1e-9, "{angle}");
        }
    }
}
