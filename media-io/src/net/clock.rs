//! The server's clock, on the line of the engine's [`Time`].

use std::time::{Duration, SystemTime};

use mixer::time::Time;
use rustix::time::{ClockId, clock_gettime};

/// `CLOCK_MONOTONIC` now. Any thread.
#[must_use]
pub fn now() -> Time {
    let now = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
    Time(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

/// The NTP timestamp (seconds since 1900, 32.32 bits) that belongs to [`Time`] zero, from the
/// wall clock as it is now. Taken once when the server starts.
#[must_use]
pub fn ntp_at_zero() -> u64 {
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let at_zero = wall.saturating_sub(Duration::from_nanos(now().0));
    crate::rtcp::ntp_of_unix(at_zero)
}
