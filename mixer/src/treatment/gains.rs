//! How loud a frame shall be: a gain every 5 ms, and straight lines in between.

use super::HOPS;

/// The gains of one frame, at the beginning and after each hop. The first is the last of the frame
/// before, so nothing ever jumps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gains(pub(crate) [f32; HOPS + 1]);

impl Gains {
    /// Passes a frame unchanged.
    pub(crate) const UNITY: Gains = Gains([1.0; HOPS + 1]);

    /// One straight line over the whole frame.
    pub(crate) fn line(from: f32, to: f32) -> Gains {
        Gains(std::array::from_fn(|i| from + (to - from) * i as f32 / HOPS as f32))
    }

    /// Both, one after the other.
    pub(crate) fn times(&self, other: &Gains) -> Gains {
        Gains(std::array::from_fn(|i| self.0[i] * other.0[i]))
    }

    /// Applies the gains to a sum.
    pub(crate) fn level(&self, sum: &mut [i32]) {
        if *self == Gains::UNITY {
            return;
        }
        let hop = sum.len() / HOPS;
        for (h, samples) in sum.chunks_exact_mut(hop).enumerate() {
            let (from, step) = (self.0[h], (self.0[h + 1] - self.0[h]) / hop as f32);
            for (i, sample) in samples.iter_mut().enumerate() {
                *sample = round(*sample as f32 * (from + step * i as f32));
            }
        }
    }

    /// Hands out the frame's samples with the gains applied, each with its index. What is louder
    /// than 16 bits hold is handed out as it is: the limiter comes after the sum. The same frame
    /// and gains always give the same samples, which is what makes subtraction exact.
    #[inline]
    pub(crate) fn shape(&self, frame: &[i16], mut take: impl FnMut(usize, i32)) {
        if *self == Gains::UNITY {
            frame.iter().enumerate().for_each(|(i, sample)| take(i, i32::from(*sample)));
            return;
        }
        let hop = frame.len() / HOPS;
        for (h, samples) in frame.chunks_exact(hop).enumerate() {
            let (from, step) = (self.0[h], (self.0[h + 1] - self.0[h]) / hop as f32);
            for (i, sample) in samples.iter().enumerate() {
                take(h * hop + i, round(f32::from(*sample) * (from + step * i as f32)));
            }
        }
    }
}

/// To the nearest integer. Unlike `f32::round` it needs no call.
fn round(value: f32) -> i32 {
    (value + 0.5_f32.copysign(value)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(gains: &Gains, frame: &[i16]) -> Vec<i32> {
        let mut out = vec![i32::MIN; frame.len()];
        gains.shape(frame, |i, sample| out[i] = sample);
        out
    }

    #[test]
    fn unity_is_the_identity_at_every_rate() {
        for samples in [160, 320, 960] {
            let frame: Vec<i16> = (0..samples).map(|i| (i as i16).wrapping_mul(821)).collect();
            let wanted: Vec<i32> = frame.iter().copied().map(i32::from).collect();
            assert_eq!(shaped(&Gains::UNITY, &frame), wanted);
        }
    }

    #[test]
    fn gains_are_met_at_the_boundaries_and_move_in_straight_lines() {
        let frame = [10_000; 160];
        let out = shaped(&Gains([1.0, 0.0, 0.0, 1.0, 2.0]), &frame);
        assert_eq!((out[0], out[20], out[40], out[79], out[100]), (10_000, 5_000, 0, 0, 5_000));
        assert!(out.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 251));
        assert!(out[159] > 19_000, "what does not fit 16 bits is handed out all the same");
    }

    #[test]
    fn a_line_times_a_line_ends_where_both_do() {
        let both = Gains::line(1.0, 0.5).times(&Gains::line(0.0, 4.0));
        assert_eq!((both.0[0], both.0[HOPS]), (0.0, 2.0));
    }
}
