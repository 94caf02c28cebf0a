//! What is kept beyond the target for a stream that falls behind again and again.

/// A stream that falls behind twice within this time does so by habit, in seconds.
const HABIT_SECONDS: i64 = 3;

/// Tells a stall, after which the stream is where it was, from the habit of a sender or network
/// that delivers in bursts: what came too late once is passed over, what does so again is waited
/// for. All in units of the sender's clock.
#[derive(Debug, Default)]
pub(super) struct Headroom {
    extra: i64,
    last_fall: Option<i64>,
}

impl Headroom {
    /// How long to wait beyond the target.
    pub(super) fn extra(&self) -> i64 {
        self.extra
    }

    /// The newest packet came so much too late, at `time` of a clock of so many Hz; never wait
    /// longer than `most`.
    pub(super) fn on_fall(&mut self, time: i64, hz: u32, behind: i64, most: i64) {
        let last = self.last_fall.replace(time);
        if last.is_some_and(|last| time - last <= HABIT_SECONDS * i64::from(hz)) {
            self.extra = (self.extra + behind).min(most).max(0);
        }
    }

    /// So much was waited for in vain.
    pub(super) fn on_excess(&mut self, units: i64) {
        self.extra = (self.extra - units).max(0);
    }
}
