//! Late ticks on their way out of the engine thread: all are counted, most are explained.

use prometheus_client::metrics::counter::Counter;
use rtrb::{Consumer, Producer, RingBuffer};

use super::pace::LateTick;

/// Late ticks waiting to be explained.
const EXPLAINED_MAX: usize = 256;

/// The engine thread's end. The count is an atomic that the metrics show, so that it holds however
/// long the control core stands still; one that finds the ring full is only not explained.
#[derive(Debug)]
pub struct LateTicks {
    count: Counter,
    ring: Producer<LateTick>,
}

impl LateTicks {
    /// Counts into `count`; what there is to say comes out of the other end.
    #[must_use]
    pub fn new(count: Counter) -> (LateTicks, Consumer<LateTick>) {
        let (ring, explained) = RingBuffer::new(EXPLAINED_MAX);
        (LateTicks { count, ring }, explained)
    }

    /// One more. Neither blocks nor allocates.
    pub fn add(&mut self, late: LateTick) {
        self.count.inc();
        let _ = self.ring.push(late);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::pace::Cause;
    use super::*;

    #[test]
    fn all_are_counted_though_nobody_asks_for_explanations() {
        let count = Counter::default();
        let (mut ticks, explained) = LateTicks::new(count.clone());
        let late = LateTick {
            late_by: Duration::from_millis(12),
            previous_took: Duration::ZERO,
            skipped: 0,
            cause: Cause::WokeLate,
        };
        for _ in 0..3 * EXPLAINED_MAX {
            ticks.add(late);
        }
        assert_eq!(count.get(), 3 * EXPLAINED_MAX as u64);
        assert_eq!(explained.slots(), EXPLAINED_MAX);
    }
}
