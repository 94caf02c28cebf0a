//! The engine's notion of time: nanoseconds on one monotonic line, handed in by the caller.

use std::time::Duration;

/// Length of one engine tick. Every frame holds this much audio.
pub const TICK: Duration = Duration::from_millis(20);

/// A point on the caller's monotonic clock, in nanoseconds. Where zero lies is the caller's
/// business (the server uses `CLOCK_MONOTONIC`, tests start at zero); only differences matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Time {
    /// Time elapsed since `earlier`, zero when `earlier` lies in the future.
    #[must_use]
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for Time {
    type Output = Time;

    fn add(self, rhs: Duration) -> Time {
        Time(self.0.saturating_add(u64::try_from(rhs.as_nanos()).unwrap_or(u64::MAX)))
    }
}
