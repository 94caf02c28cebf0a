//! The sum of a room, in 32 bits: room for 65,536 talkers at full scale before anything could wrap.

use super::fade::Ramp;
use crate::port::FRAME_SAMPLES_MAX;

/// Room for one tick of several voices together, at any rate.
pub(crate) type Sum = [i32; FRAME_SAMPLES_MAX];

/// Adds a voice as its ramp shapes it. Both are of one length.
pub(crate) fn add(sum: &mut [i32], frame: &[i16], ramp: Ramp) {
    ramp.for_each(frame, |i, sample| sum[i] += sample);
}

/// Takes exactly that away again which [`add`] added for the same frame and ramp.
pub(crate) fn subtract(sum: &mut [i32], frame: &[i16], ramp: Ramp) {
    ramp.for_each(frame, |i, sample| sum[i] -= sample);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::fade::UNITY;

    #[test]
    fn what_was_added_can_be_taken_away_without_residue() {
        let frame: [i16; FRAME_SAMPLES_MAX] =
            std::array::from_fn(|i| (i as i16).wrapping_mul(-7_919));
        for ramp in [Ramp::FLAT, Ramp { from: 0, to: UNITY }, Ramp { from: UNITY, to: 1_234 }] {
            let before: Sum = std::array::from_fn(|i| i as i32 * 99_991);
            let mut sum = before;
            add(&mut sum, &frame, ramp);
            assert_ne!(sum, before);
            subtract(&mut sum, &frame, ramp);
            assert_eq!(sum, before);
        }
    }
}
