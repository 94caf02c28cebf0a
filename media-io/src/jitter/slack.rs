//! Notices when packets wait longer than they need to.

/// Packets over which the shortest wait is sought: 2 s of 20 ms packets.
const WINDOW: u32 = 100;

/// Ticks of tolerance beyond the target, against going back and forth.
const TOLERANCE: i64 = 1;

/// The shortest time that a packet of this window waited until it was needed, in units of the
/// sender's clock.
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

    /// How much, in whole ticks of so many units, can be passed over; asked before each tick.
    /// What stays is the target and the tolerance.
    pub(super) fn take_excess(&mut self, target: i64, tick: i64) -> i64 {
        if self.count < WINDOW {
            return 0;
        }
        let shortest = self.shortest.unwrap_or(0);
        self.reset();
        let ticks = (shortest - target) / tick - TOLERANCE;
        ticks.max(0) * tick
    }
}
