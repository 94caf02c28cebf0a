//! How much there is at each of the eight frequencies of ITU-T Q.23.

use super::super::sinusoid::dot;
use super::super::tables::{HANN, HANN_LENGTH, cos};

/// Samples looked at: 20 ms at 8 kHz. Under a Hann window a tone is then seen within 100 Hz on
/// either side, and the nearest tone of the other group is 268 Hz away.
pub(super) const SPAN: usize = HANN_LENGTH;
const HALF: usize = SPAN / 2;

/// Frequencies of a group.
pub(super) const GROUP: usize = 4;
const TONES: usize = 2 * GROUP;
/// The low group, then the high one, in Hz (Q.23).
const TONES_HZ: [f64; TONES] = [697.0, 770.0, 852.0, 941.0, 1_209.0, 1_336.0, 1_477.0, 1_633.0];

/// In radians a sample.
pub(super) const OMEGAS: [f32; TONES] = omegas();

/// Cosines and sines of each frequency, from half a sample right of the middle outwards.
static WAVES: [[[f32; TONES]; 2]; HALF] = waves();

/// One look. Phases are those at the middle of the span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spectrum {
    cos: [f32; TONES],
    sin: [f32; TONES],
    /// Energy of the windowed samples.
    energy: f32,
}

impl Spectrum {
    pub(super) const SILENT: Spectrum =
        Spectrum { cos: [0.0; TONES], sin: [0.0; TONES], energy: 0.0 };

    /// Looks at [`SPAN`] samples.
    pub(super) fn of(samples: &[f32]) -> Spectrum {
        let (before, after) = samples.split_at(HALF);
        let mut seen = Spectrum::SILENT;
        let (mut even, mut odd) = ([0.0; HALF], [0.0; HALF]);
        for (i, (after, before)) in after.iter().zip(before.iter().rev()).enumerate() {
            even[i] = (after + before) * HANN[HALF + i];
            odd[i] = (after - before) * HANN[HALF + i];
        }
        for ((even, odd), [cos, sin]) in even.iter().zip(&odd).zip(&WAVES) {
            for k in 0..TONES {
                seen.cos[k] += even * cos[k];
                seen.sin[k] += odd * sin[k];
            }
        }
        seen.energy = 0.5 * (dot(&even, &even) + dot(&odd, &odd));
        seen
    }

    /// The strongest tones of the low and of the high group.
    pub(super) fn strongest(&self) -> [usize; 2] {
        let strongest_of = |tones: std::ops::Range<usize>| {
            let first = tones.start;
            tones.fold(first, |best, k| if self.power(k) > self.power(best) { k } else { best })
        };
        [strongest_of(0..GROUP), strongest_of(GROUP..TONES)]
    }

    /// The share of the energy that some tones hold, 1 when there is nothing else.
    pub(super) fn share(&self, tones: [usize; 2]) -> f32 {
        // A sine of amplitude 1 gives a power of (SPAN / 4)² and an energy of 3 SPAN / 16.
        let energy = tones.iter().map(|k| self.power(*k)).sum::<f32>() * 3.0 / SPAN as f32;
        energy / self.energy.max(1.0)
    }

    fn power(&self, tone: usize) -> f32 {
        self.cos[tone] * self.cos[tone] + self.sin[tone] * self.sin[tone]
    }

    /// By how much a tone's phase moved since an earlier look, in radians.
    pub(super) fn turn_since(&self, earlier: &Spectrum, tone: usize) -> f32 {
        // An odd part of A sin(wn) with a phase of its own: cos - i sin is the phasor's conjugate.
        let phase = |seen: &Spectrum| (-seen.sin[tone]).atan2(seen.cos[tone]);
        phase(self) - phase(earlier)
    }
}

const fn omegas() -> [f32; TONES] {
    let mut omegas = [0.0; TONES];
    let mut k = 0;
    while k < TONES {
        omegas[k] = (TONES_HZ[k] * std::f64::consts::TAU / 8_000.0) as f32;
        k += 1;
    }
    omegas
}

const fn waves() -> [[[f32; TONES]; 2]; HALF] {
    let mut waves = [[[0.0; TONES]; 2]; HALF];
    let mut i = 0;
    while i < HALF {
        let mut k = 0;
        while k < TONES {
            let phase = (i as f64 + 0.5) * TONES_HZ[k] * std::f64::consts::TAU / 8_000.0;
            waves[i][0][k] = cos(phase) as f32;
            waves[i][1][k] = cos(phase - std::f64::consts::FRAC_PI_2) as f32;
            k += 1;
        }
        i += 1;
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, first: usize) -> Vec<f32> {
        let omega = hz * std::f64::consts::TAU / 8_000.0;
        (first..first + SPAN).map(|i| (1_000.0 * (omega * i as f64).cos()) as f32).collect()
    }

    #[test]
    fn each_tone_is_seen_where_it_is() {
        for (k, hz) in TONES_HZ.iter().enumerate() {
            let seen = Spectrum::of(&tone(*hz, 0));
            assert!(seen.strongest().contains(&k));
            let other = if k < GROUP { GROUP } else { 0 };
            assert!((seen.share([k, other]) - 1.0).abs() < 0.05, "{hz}");
        }
    }

    #[test]
    fn a_tone_turns_as_fast_as_it_is() {
        for shift in [-30.0, 0.0, 30.0] {
            let hz = TONES_HZ[2] + shift;
            let turn = Spectrum::of(&tone(hz, 80)).turn_since(&Spectrum::of(&tone(hz, 0)), 2);
            let wanted = (hz * std::f64::consts::TAU / 100.0) as f32;
            let error = super::super::super::sinusoid::wrap(turn - wanted);
            assert!(error.abs() < 0.02, "{hz}: {error}");
        }
    }
}
