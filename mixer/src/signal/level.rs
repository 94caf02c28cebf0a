//! How loud a port is: power, smoothed so that a selection by it does not flap.

use super::kernel;

/// Share of a rise that is followed at once in each frame: 90 % within two frames (40 ms).
const ATTACK: f32 = 0.7;
/// Share of a fall that is followed in each frame: falls by 63 % (4 dB) in about 200 ms.
const RELEASE: f32 = 0.095;
/// Below this power (a tenth of a bit, squared) nothing is left of a sound.
const INAUDIBLE: f32 = 0.01;
/// Power of a full-scale square wave, 0 dBov.
const FULL_SCALE_POWER: f32 = 32_768.0 * 32_768.0;

/// Smoothed power, in squared sample units. 0 means silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub(crate) struct Level(pub(crate) f32);

impl Level {
    /// Takes in the power of the next frame.
    pub(crate) fn follow(&mut self, power: f32) {
        let share = if power > self.0 { ATTACK } else { RELEASE };
        self.0 += (power - self.0) * share;
        if self.0 < INAUDIBLE {
            self.0 = 0.0;
        }
    }

    pub(crate) fn is_silent(self) -> bool {
        self.0 == 0.0
    }

    /// dB below full scale, 0 to 127, as RFC 6464 counts.
    pub(crate) fn dbov(self) -> u8 {
        let db = -10.0 * (self.0 / FULL_SCALE_POWER).log10();
        // The cast saturates, and takes silence (infinite) to 127 as well.
        (db.round() as u8).min(127)
    }
}

/// The power of a level in dB below full scale, as RFC 6464 sends it; 127 stands for silence.
pub(crate) fn power_of_dbov(level_dbov: u8) -> f32 {
    if level_dbov >= 127 {
        0.0
    } else {
        FULL_SCALE_POWER * 10f32.powf(-f32::from(level_dbov) / 10.0)
    }
}

/// Mean square of a frame.
pub(crate) fn power(frame: &[i16]) -> f32 {
    kernel::energy(frame) as f32 / frame.len() as f32
}

/// The same of a sum, which may be beyond full scale.
pub(crate) fn power_of_sum(sum: &[i32]) -> f32 {
    let energy: f64 = sum.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (energy / sum.len() as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_rfc_6464() {
        assert_eq!(Level(FULL_SCALE_POWER).dbov(), 0);
        assert_eq!(Level(FULL_SCALE_POWER / 2.0).dbov(), 3);
        assert_eq!(Level(FULL_SCALE_POWER / 1e6).dbov(), 60);
        assert_eq!(Level(0.0).dbov(), 127);
    }

    #[test]
    fn a_level_that_was_sent_is_the_level_that_is_taken() {
        assert!((0..127).all(|level| Level(power_of_dbov(level)).dbov() == level));
        assert_eq!(power_of_dbov(127), 0.0);
    }

    #[test]
    fn a_sound_dies_away_completely() {
        let mut level = Level(FULL_SCALE_POWER);
        let frames = (0..).take_while(|_| {
            level.follow(0.0);
            !level.is_silent()
        });
        assert!(frames.count() < 300);
    }

    #[test]
    fn power_of_extremes_does_not_overflow() {
        assert_eq!(power(&[i16::MIN; 160]), FULL_SCALE_POWER);
        assert_eq!(power(&[0; 960]), 0.0);
    }
}
