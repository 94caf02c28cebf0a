//! Ramps of 5 ms, so that nothing that the engine does to a signal makes it jump.

/// A ramp ends within the frame it began in: after a quarter of it, 5 ms.
pub(crate) fn fade_samples(frame_samples: usize) -> usize {
    frame_samples / 4
}

/// Gain in Q15; [`UNITY`] passes a sample unchanged.
pub(crate) type Gain = i32;

/// Gain 1.
pub(crate) const UNITY: Gain = 1 << 15;

/// The gain of one frame: moves from the first value to the second in 5 ms, and stays there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ramp {
    pub(crate) from: Gain,
    pub(crate) to: Gain,
}

impl Ramp {
    /// Passes a frame unchanged.
    pub(crate) const FLAT: Ramp = Ramp { from: UNITY, to: UNITY };

    fn at(self, index: usize, fade: usize) -> Gain {
        self.from + (self.to - self.from) * index as i32 / fade as i32
    }
}

/// Fades `new` in over the fading `old`. Two gains that add up to 1 never exceed the louder of
/// the two.
pub(crate) fn cross_fade(old: &[i16], new: &mut [i16]) {
    let fade_in = Ramp { from: 0, to: UNITY };
    let fade = fade_samples(new.len());
    for (i, (old, new)) in old.iter().zip(new.iter_mut()).enumerate().take(fade) {
        let gain = fade_in.at(i, fade);
        let mixed = i32::from(*new) * gain + i32::from(*old) * (UNITY - gain);
        *new = (mixed >> 15) as i16;
    }
}

/// Begins a frame where the one before ended, though it is of another making: what lies between the
/// two is taken back in 5 ms.
pub(crate) fn go_on_from(last: i16, frame: &mut [i16]) {
    let fade = fade_samples(frame.len()) as i32;
    let Some(gap) = frame.first().map(|first| i32::from(last) - i32::from(*first)) else { return };
    for (sample, left) in frame.iter_mut().zip((1..=fade).rev()) {
        let moved = i32::from(*sample) + gap * left / fade;
        *sample = moved.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Rate;

    const LENGTH: usize = Rate::Narrow.frame_samples();
    const FADE: usize = LENGTH / 4;

    #[test]
    fn a_cross_fade_of_extremes_stays_in_range() {
        let mut new = [i16::MIN; LENGTH];
        cross_fade(&[i16::MIN; LENGTH], &mut new);
        assert_eq!(new, [i16::MIN; LENGTH]);
        cross_fade(&[i16::MAX; LENGTH], &mut new);
        assert_eq!(new[0], i16::MAX);
        assert!(new.windows(2).take(FADE).all(|w| w[0] >= w[1]));
    }
}
