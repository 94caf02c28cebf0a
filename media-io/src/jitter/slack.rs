//! Notices when packets wait longer than they need to.

use mixer::port::FRAME_SAMPLES;

/// Packets over which the shortest wait is sought: 2 s of 20 ms packets.
const WINDOW: u32 = 100;

/// Ticks of tolerance beyond the target, against going back and forth.
const TOLERANCE: i64 = 1;

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

    /// How many samples, in whole ticks, can be passed over; asked before each tick. What stays
    /// is the target and the tolerance.
    pub(super) fn take_excess(&mut self, target: i64) -> usize {
        if self.count < WINDOW {
            return 0;
        }
        let shortest = self.shortest.unwrap_or(0);
        self.reset();
        let ticks = (shortest - target) / FRAME_SAMPLES as i64 - TOLERANCE;
        usize::try_from(ticks).unwrap_or(0) * FRAME_SAMPLES
    }
}
