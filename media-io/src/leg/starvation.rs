//! Notices that nothing is heard any more.

use std::time::Duration;

use mixer::time::Time;

/// Watches the time since the last valid packet.
#[derive(Clone, Debug)]
pub(super) struct Starvation {
    limit: Option<Duration>,
    /// When something was heard last, or silence was last to be expected; `None` before the
    /// first tick.
    since: Option<Time>,
    reported: bool,
}

impl Starvation {
    pub(super) fn new(limit: Option<Duration>) -> Starvation {
        Starvation { limit, since: None, reported: false }
    }

    /// A valid packet came.
    pub(super) fn on_heard(&mut self, now: Time) {
        self.since = Some(now);
        self.reported = false;
    }

    /// Called in each tick. `expected` is false while the peer was told not to send. Returns the
    /// length of the silence, in ms, when it has reached the limit: once per silence.
    pub(super) fn check(&mut self, now: Time, expected: bool) -> Option<u32> {
        if !expected {
            self.on_heard(now);
        }
        let silent = now.since(*self.since.get_or_insert(now));
        if self.reported || self.limit.is_none_or(|limit| silent < limit) {
            return None;
        }
        self.reported = true;
        Some(u32::try_from(silent.as_millis()).unwrap_or(u32::MAX))
    }
}
