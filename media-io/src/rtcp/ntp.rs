//! NTP timestamps (RFC 3550, 4): seconds since 1900 in 32.32 bits.

use std::time::Duration;

use mixer::time::Time;

/// Seconds from 1900 to 1970.
const UNIX_EPOCH_S: u64 = 2_208_988_800;

/// The NTP timestamp of a moment, given as the time since 1970.
#[must_use]
pub fn ntp_of_unix(since_1970: Duration) -> u64 {
    (UNIX_EPOCH_S << 32).wrapping_add(fixed_point(since_1970))
}

/// Turns the engine's time into NTP timestamps.
#[derive(Clone, Copy, Debug)]
pub struct Ntp {
    /// The NTP timestamp of [`Time`] zero.
    pub at_zero: u64,
}

impl Ntp {
    /// The full timestamp of a moment.
    #[must_use]
    pub fn of(self, time: Time) -> u64 {
        self.at_zero.wrapping_add(fixed_point(Duration::from_nanos(time.0)))
    }

    /// The middle 32 bits: 16.16 seconds, the unit of LSR, DLSR and round trips.
    #[must_use]
    pub fn short(self, time: Time) -> u32 {
        (self.of(time) >> 16) as u32
    }
}

/// Seconds in 32.32 bits, rounded down.
fn fixed_point(duration: Duration) -> u64 {
    let fraction = (u64::from(duration.subsec_nanos()) << 32) / 1_000_000_000;
    (duration.as_secs() << 32).wrapping_add(fraction)
}
