//! The engine's pace: absolute deadlines 20 ms apart, and what to do when one is missed.
//!
//! The grid never moves. A tick that starts late runs at once and the next one is on time again; a
//! deadline that passed while a tick ran, or while the thread had no processor, is skipped and
//! counted. Nothing is ever made up for in a burst.
//!
//! Several engines share one grid, each at its own pace: what one hands to another in a tick is used
//! there at the deadline after it.

use std::time::Duration;

use mixer::time::{TICK, Time};

/// A tick counts as late when it starts this long after its deadline: half a tick, what the legs'
/// jitter buffers still absorb.
pub const LATE_AFTER: Duration = Duration::from_millis(10);

/// Why a tick was late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The operating system gave the thread no processor in time.
    WokeLate,
    /// The tick before took longer than a tick may take.
    Overrun,
}

/// A tick that did not start in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateTick {
    /// How long after its deadline it started.
    pub late_by: Duration,
    /// How long the tick before it took.
    pub previous_took: Duration,
    /// Deadlines skipped before it.
    pub skipped: u64,
    /// Why.
    pub cause: Cause,
}

/// The grid of deadlines of one engine thread.
#[derive(Debug)]
pub struct Pace {
    deadline: Time,
    skipped: u64,
    previous_took: Duration,
}

impl Pace {
    /// The grid through `origin`, from its first point after `now`.
    #[must_use]
    pub fn new(origin: Time, now: Time) -> Pace {
        let ticks = ticks_in(now.since(origin)) + 1;
        Pace { deadline: later(origin, ticks), skipped: 0, previous_took: Duration::ZERO }
    }

    /// When the next tick is due. This is also the time the tick is told: it advances by whole
    /// ticks, whatever the thread's own fortunes.
    #[must_use]
    pub fn deadline(&self) -> Time {
        self.deadline
    }

    /// The thread woke at `now` for the tick that is due.
    pub fn on_wake(&mut self, now: Time) -> Option<LateTick> {
        let late_by = now.since(self.deadline);
        let whole_ticks = ticks_in(late_by);
        if whole_ticks > 0 {
            self.skip(whole_ticks);
        }
        let skipped = std::mem::take(&mut self.skipped);
        if late_by < LATE_AFTER && skipped == 0 {
            return None;
        }
        let overrun = self.previous_took >= TICK;
        let cause = if overrun { Cause::Overrun } else { Cause::WokeLate };
        Some(LateTick { late_by, previous_took: self.previous_took, skipped, cause })
    }

    /// The tick took `took`; the next deadline is the next point of the grid.
    pub fn on_done(&mut self, took: Duration) {
        self.previous_took = took;
        self.deadline = self.deadline + TICK;
    }

    fn skip(&mut self, ticks: u64) {
        self.skipped += ticks;
        self.deadline = later(self.deadline, ticks);
    }
}

fn later(time: Time, ticks: u64) -> Time {
    Time(time.0 + ticks * nanos(TICK))
}

fn ticks_in(duration: Duration) -> u64 {
    nanos(duration) / nanos(TICK)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn pace() -> Pace {
        Pace::new(Time(0), Time(0))
    }

    #[test]
    fn whoever_begins_later_is_on_the_same_grid() {
        for (now, deadline) in [(3, 23), (22, 23), (23, 43), (24, 43), (98, 103)] {
            let pace = Pace::new(Time(3 * MS), Time(now * MS));
            assert_eq!(pace.deadline(), Time(deadline * MS), "at {now} ms");
        }
    }

    #[test]
    fn whoever_skips_deadlines_stays_on_the_same_grid() {
        let (mut one, mut other) = (pace(), pace());
        one.on_done(Duration::from_millis(1));
        one.on_done(Duration::from_millis(1));
        assert_eq!(other.on_wake(Time(67 * MS)).map(|late| late.skipped), Some(2));
        assert_eq!(one.deadline(), other.deadline());
    }

    #[test]
    fn on_time_is_not_late_and_the_grid_advances() {
        let mut pace = pace();
        assert_eq!(pace.deadline(), Time(20 * MS));
        assert_eq!(pace.on_wake(Time(21 * MS)), None);
        pace.on_done(Duration::from_millis(1));
        assert_eq!(pace.deadline(), Time(40 * MS));
    }

    #[test]
    fn a_late_tick_runs_at_once_and_the_next_is_on_the_grid_again() {
        let mut pace = pace();
        let late = pace.on_wake(Time(35 * MS));
        assert_eq!(late.map(|l| (l.late_by, l.skipped, l.cause)), {
            Some((Duration::from_millis(15), 0, Cause::WokeLate))
        });
        pace.on_done(Duration::from_millis(1));
        assert_eq!(pace.deadline(), Time(40 * MS));
    }

    #[test]
    fn missed_deadlines_are_skipped_and_counted_not_made_up_for() {
        let mut pace = pace();
        let late = pace.on_wake(Time(20 * MS + 67 * MS));
        assert_eq!(late.map(|l| l.skipped), Some(3));
        assert_eq!(pace.deadline(), Time(80 * MS), "the tick runs for the latest missed deadline");
        pace.on_done(Duration::from_millis(1));
        assert_eq!(pace.deadline(), Time(100 * MS), "one tick, then the grid: no burst");
        assert_eq!(pace.on_wake(Time(100 * MS)), None);
    }

    #[test]
    fn an_overrun_is_told_from_a_late_wake() {
        let mut pace = pace();
        assert_eq!(pace.on_wake(Time(20 * MS)), None);
        pace.on_done(Duration::from_millis(33));
        let late = pace.on_wake(Time(53 * MS));
        assert_eq!(late.map(|l| l.cause), Some(Cause::Overrun));
    }
}
