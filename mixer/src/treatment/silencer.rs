//! Which hops of what is held back shall be silent, and the ramps round them.

use super::{Gains, HOPS};

/// The frames from the one about to be mixed to the newest, and a little of what is to come, as
/// hops of 5 ms. Ramps lie in the hops before and after what is silenced, which itself is silent
/// throughout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silencer {
    /// Bit 0 is the first hop of the frame about to be mixed.
    silent: u32,
    /// Hops from there to the newest frame's first.
    held: u8,
    /// The gain with which the last frame ended.
    end: f32,
}

impl Silencer {
    /// Lets everything pass, for frames that are mixed so many frames after they are heard.
    pub(crate) const fn new(lookahead_frames: usize) -> Silencer {
        Silencer { silent: 0, held: (lookahead_frames * HOPS) as u8, end: 1.0 }
    }

    /// A new frame is heard, and an older one about to be mixed.
    pub(crate) fn advance(&mut self) {
        self.silent >>= HOPS;
    }

    /// Silences some hops; the newest frame's first is hop 0, and those before it have negative
    /// numbers. What has left cannot be silenced any more.
    pub(crate) fn silence(&mut self, hops: std::ops::Range<i32>) {
        for hop in hops {
            let bit = i32::from(self.held) + hop;
            self.silent |= if (0..32).contains(&bit) { 1 << bit } else { 0 };
        }
    }

    /// Silences all that is held back, and as many of the hops to come.
    pub(crate) fn silence_all(&mut self, hops_to_come: i32) {
        self.silence(-i32::from(self.held)..HOPS as i32 + hops_to_come);
    }

    /// The gains of the frame about to be mixed.
    pub(crate) fn release(&mut self) -> Gains {
        let mut gains = Gains::UNITY;
        gains.0[0] = self.end;
        for boundary in 1..=HOPS {
            let either_side = self.silent >> (boundary - 1) & 0b11;
            gains.0[boundary] = if either_side == 0 { 1.0 } else { 0.0 };
        }
        self.end = gains.0[HOPS];
        gains
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_lie_outside_of_what_is_silenced() {
        let mut silencer = Silencer::new(1);
        silencer.silence(-2..1);
        assert_eq!(silencer.release().0, [1.0, 1.0, 0.0, 0.0, 0.0]);
        silencer.advance();
        assert_eq!(silencer.release().0, [0.0, 0.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn what_is_silenced_late_still_does_not_jump() {
        let mut silencer = Silencer::new(0);
        assert_eq!(silencer.release(), Gains::UNITY);
        silencer.advance();
        silencer.silence(-4..4);
        assert_eq!(silencer.release().0, [1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn silencing_all_reaches_from_the_oldest_into_what_is_to_come() {
        let mut silencer = Silencer::new(2);
        silencer.silence_all(3);
        let frames: Vec<_> = std::iter::repeat_with(|| {
            let gains = silencer.release();
            silencer.advance();
            gains
        })
        .take(5)
        .collect();
        assert_eq!(frames[0].0, [1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!((frames[1].0, frames[2].0), ([0.0; HOPS + 1], [0.0; HOPS + 1]));
        assert_eq!(frames[3].0, [0.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(frames[4], Gains::UNITY);
    }
}
