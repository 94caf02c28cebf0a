//! Notices when packets wait longer than they need to.

use mixer::port::FRAME_SAMPLES;

/// Packets over which the shortest wait is sought: 5 s of 20 ms packets.
const WINDOW: u32 = 250;

/// How much longer than the target every packet of a window must have waited before a tick is
/// passed over: one tick that goes, and one of tolerance against going back and forth.
const EXCESS: i64 = 2 * FRAME_SAMPLES as i64;

/// The shortest time, in samples, that a packet of this window waited until it was needed.
#[derive(Debug, Default)]
pub(super) struct Slack {
    shortest: Option<i64>,
    count: u32,
}

impl Slack {
    pub(super) fn note(&mut self, waited: i64) {
        self.shortest = Some(self.shortest.map_or(waited, |shortest| shortest.min(waited)));
        self.count += 1;
    }

    pub(super) fn reset(&mut self) {
        *self = Slack::default();
    }

    /// Whether a tick can be passed over; asked before each tick.
    pub(super) fn take_excess(&mut self, target: i64) -> bool {
        if self.count < WINDOW {
            return false;
        }
        let excess = self.shortest.is_some_and(|shortest| shortest >= target + EXCESS);
        self.reset();
        excess
    }
}
