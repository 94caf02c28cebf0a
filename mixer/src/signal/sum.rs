//! The sum of a room, in 32 bits: room for 65,536 talkers at full scale before anything could wrap.

use super::fade::{Ramp, fade_samples};
use super::kernel;
use crate::port::FRAME_SAMPLES_MAX;

/// Room for one tick of several voices together, at any rate.
pub(crate) type Sum = [i32; FRAME_SAMPLES_MAX];

/// Adds a voice as its ramp shapes it. Both are of one length.
pub(crate) fn add(sum: &mut [i32], frame: &[i16], ramp: Ramp) {
    match ramp {
        Ramp::FLAT => kernel::add(sum, frame),
        Ramp { from, to } => kernel::add_ramp(sum, frame, fade_samples(frame.len()), from, to),
    }
}

/// Takes exactly that away again which [`add`] added for the same frame and ramp.
pub(crate) fn subtract(sum: &mut [i32], frame: &[i16], ramp: Ramp) {
    match ramp {
        Ramp::FLAT => kernel::subtract(sum, frame),
        Ramp { from, to } => kernel::subtract_ramp(sum, frame, fade_samples(frame.len()), from, to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Rate;
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

    #[test]
    fn a_flat_ramp_is_the_identity() {
        let frame: [i16; FRAME_SAMPLES_MAX] = std::array::from_fn(|i| (i as i16).wrapping_mul(821));
        let mut sum = [0; FRAME_SAMPLES_MAX];
        add(&mut sum, &frame, Ramp::FLAT);
        assert_eq!(sum, frame.map(i32::from));
    }

    #[test]
    fn a_ramp_begins_and_ends_where_it_should_at_every_rate() {
        for rate in Rate::ALL {
            let mut sum = vec![0; rate.frame_samples()];
            let frame = vec![i16::MIN; rate.frame_samples()];
            add(&mut sum, &frame, Ramp { from: UNITY, to: 0 });
            let (fading, faded) = sum.split_at(rate.hz() as usize / 200);
            assert_eq!(fading[0], i32::from(i16::MIN));
            assert!(fading.iter().all(|sample| *sample < 0));
            assert!(faded.iter().all(|sample| *sample == 0));
        }
    }
}
