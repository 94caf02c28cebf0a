//! How deep the buffer is.

use std::time::Duration;

/// The delay aimed at, and the delay never exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How much is kept beyond what is being played, when playout begins. One tick at least
    /// bridges the phase between the sender's packets and the engine's ticks.
    pub target: Duration,
    /// Most audio that may ever wait. Whatever goes beyond it is passed over; it is to leave more
    /// than a packet beyond the target.
    pub bound: Duration,
}

/// The bound that leaves room for every target up to 60 ms.
const BOUND_MIN: Duration = Duration::from_millis(200);

/// What a bound leaves beyond the target: the longest packet and a tick.
const BEYOND_TARGET: Duration = Duration::from_millis(140);

impl Config {
    /// Aims at this delay, and bounds it at 200 ms or at 140 ms more than the target, whichever is
    /// longer: a bound that is not beyond the target would pass over all that waits.
    #[must_use]
    pub fn with_target(target: Duration) -> Config {
        Config { target, bound: BOUND_MIN.max(target + BEYOND_TARGET) }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::with_target(Duration::from_millis(20))
    }
}
