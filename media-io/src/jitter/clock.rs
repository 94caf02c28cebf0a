//! The sender's clock: the units in which a stream counts.

use std::time::Duration;

use mixer::time::Time;

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

const TICKS_PER_SECOND: u32 = 50;

/// Clock of the RTP timestamps, which is the same for all packets that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hz: u32,
}

impl Clock {
    /// A point in time, in units.
    pub(super) fn at(self, time: Time) -> i64 {
        let (seconds, rest) = (time.0 / SECOND, time.0 % SECOND);
        (seconds * u64::from(self.hz) + rest * u64::from(self.hz) / SECOND) as i64
    }

    /// A length of time, in units.
    pub(super) fn units_in(self, time: Duration) -> i64 {
        self.at(Time(0) + time)
    }

    /// A tick, in units.
    pub(super) fn tick(self) -> i64 {
        i64::from(self.hz / TICKS_PER_SECOND)
    }

    /// So many units in units of 48 kHz, of which every clock is a fraction.
    pub(super) fn in_48_khz(self, units: i64) -> u64 {
        u64::try_from(units).unwrap_or(0) * 48_000 / u64::from(self.hz)
    }
}
