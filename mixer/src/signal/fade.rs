//! Ramps of 5 ms, so that nothing that the engine does to a signal makes it jump.

use crate::port::{FRAME_SAMPLES, Frame};

/// Length of every ramp: 5 ms. It ends within the frame it began in.
pub(crate) const FADE_SAMPLES: usize = FRAME_SAMPLES / 4;

/// Gain in Q15; [`UNITY`] passes a sample unchanged.
pub(crate) type Gain = i32;

/// Gain 1.
pub(crate) const UNITY: Gain = 1 << 15;

/// The gain of one frame: moves from the first value to the second in [`FADE_SAMPLES`], and
/// stays there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ramp {
    pub(crate) from: Gain,
    pub(crate) to: Gain,
}

impl Ramp {
    /// Passes a frame unchanged.
    pub(crate) const FLAT: Ramp = Ramp { from: UNITY, to: UNITY };

    fn at(self, index: usize) -> Gain {
        self.from + (self.to - self.from) * index as i32 / FADE_SAMPLES as i32
    }

    /// Hands out the frame's samples with the gain applied, each with its index. The same frame
    /// and ramp always give the same samples, which is what makes subtraction exact.
    #[inline]
    pub(crate) fn for_each(self, frame: &Frame, mut take: impl FnMut(usize, i32)) {
        if self == Ramp::FLAT {
            frame.iter().enumerate().for_each(|(i, sample)| take(i, i32::from(*sample)));
            return;
        }
        for (i, sample) in frame.iter().enumerate() {
            let gain = if i < FADE_SAMPLES { self.at(i) } else { self.to };
            take(i, scale(*sample, gain));
        }
    }
}

/// Fades `new` in over the fading `old`. Two gains that add up to 1 never exceed the louder of
/// the two.
pub(crate) fn cross_fade(old: &Frame, new: &mut Frame) {
    let fade_in = Ramp { from: 0, to: UNITY };
    for (i, (old, new)) in old.iter().zip(new.iter_mut()).enumerate().take(FADE_SAMPLES) {
        let gain = fade_in.at(i);
        let mixed = i32::from(*new) * gain + i32::from(*old) * (UNITY - gain);
        *new = (mixed >> 15) as i16;
    }
}

/// Rounds to nearest; for a gain up to [`UNITY`] the result fits 16 bits.
fn scale(sample: i16, gain: Gain) -> i32 {
    (i32::from(sample) * gain + UNITY / 2) >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_ramp_is_the_identity() {
        let frame: Frame = std::array::from_fn(|i| (i as i16).wrapping_mul(821));
        Ramp::FLAT.for_each(&frame, |i, sample| assert_eq!(sample, i32::from(frame[i])));
    }

    #[test]
    fn a_ramp_begins_and_ends_where_it_should() {
        let frame = [i16::MIN; FRAME_SAMPLES];
        Ramp { from: UNITY, to: 0 }.for_each(&frame, |i, sample| match i {
            0 => assert_eq!(sample, i32::from(i16::MIN)),
            FADE_SAMPLES.. => assert_eq!(sample, 0),
            _ => assert!(sample < 0),
        });
    }

    #[test]
    fn a_cross_fade_of_extremes_stays_in_range() {
        let mut new = [i16::MIN; FRAME_SAMPLES];
        cross_fade(&[i16::MIN; FRAME_SAMPLES], &mut new);
        assert_eq!(new, [i16::MIN; FRAME_SAMPLES]);
        cross_fade(&[i16::MAX; FRAME_SAMPLES], &mut new);
        assert_eq!(new[0], i16::MAX);
        assert!(new.windows(2).take(FADE_SAMPLES).all(|w| w[0] >= w[1]));
    }
}
