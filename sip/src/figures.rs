//! What the agent's task lets others see of it: single atomics, written in each of its turns.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// New calls that the agent refused by itself, since it was bound: the application never heard of
/// them. Nothing is kept of such an INVITE, so one that is repeated after its refusal counts again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// With 486 or 503: every place is taken, the server is going down, or there is too much to do.
    pub busy: u64,
    /// With another 4xx: it cannot be read, or asks for what is not spoken.
    pub unfit: u64,
    /// With another 5xx: it is of another version, or too large.
    pub failed: u64,
}

impl Refused {
    /// Counts one that got this status.
    pub(crate) fn count(&mut self, status: u16) {
        match status {
            486 | 503 => self.busy += 1,
            500.. => self.failed += 1,
            _ => self.unfit += 1,
        }
    }
}

/// The figures of one agent.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    calls: AtomicUsize,
    busy: AtomicU64,
    unfit: AtomicU64,
    failed: AtomicU64,
}

impl Figures {
    pub(crate) fn publish(&self, calls: usize, refused: Refused) {
        self.calls.store(calls, Relaxed);
        self.busy.store(refused.busy, Relaxed);
        self.unfit.store(refused.unfit, Relaxed);
        self.failed.store(refused.failed, Relaxed);
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Relaxed)
    }

    pub(crate) fn refused(&self) -> Refused {
        Refused {
            busy: self.busy.load(Relaxed),
            unfit: self.unfit.load(Relaxed),
            failed: self.failed.load(Relaxed),
        }
    }
}
