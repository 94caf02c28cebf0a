//! How deep the buffer is.

use std::time::Duration;

/// The delay aimed at, and the delay never exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How much is kept beyond what is being played, when playout begins. One tick at least
    /// bridges the phase between the sender's packets and the engine's ticks.
    pub target: Duration,
    /// Most audio that may ever wait. Whatever goes beyond it is passed over.
    pub bound: Duration,
}

impl Default for Config {
    fn default() -> Config {
        Config { target: Duration::from_millis(20), bound: Duration::from_millis(200) }
    }
}
