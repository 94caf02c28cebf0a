//! What is kept beyond the target for a stream that falls behind again and again.

use mixer::port::SAMPLE_RATE_HZ;

/// A stream that falls behind twice within this time does so by habit, in samples: 3 s.
const HABIT: i64 = 3 * SAMPLE_RATE_HZ as i64;

/// Tells a stall, after which the stream is where it was, from the habit of a sender or network
/// that delivers in bursts: what came too late once is passed over, what does so again is waited
/// for.
#[derive(Debug, Default)]
pub(super) struct Headroom {
    extra: i64,
    last_fall: Option<i64>,
}

impl Headroom {
    /// How long to wait beyond the target, in samples.
    pub(super) fn extra(&self) -> i64 {
        self.extra
    }

    /// The newest packet came so much too late, at `time`; never wait longer than `most`.
    pub(super) fn on_fall(&mut self, time: i64, behind: i64, most: i64) {
        let last = self.last_fall.replace(time);
        if last.is_some_and(|last| time - last <= HABIT) {
            self.extra = (self.extra + behind).min(most).max(0);
        }
    }

    /// So much was waited for in vain.
    pub(super) fn on_excess(&mut self, samples: usize) {
        self.extra = (self.extra - samples as i64).max(0);
    }
}
