//! Places in the engine's table of streams, given out by the topology.
//!
//! Unlike the keys of ports and rooms they can be used again at once: plans arrive in order, and
//! a stream holds nothing that must travel home.

use crate::plan::StreamId;

#[derive(Debug)]
pub(super) struct StreamIds {
    limit: usize,
    never_used: u32,
    free: Vec<StreamId>,
}

impl StreamIds {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, never_used: 0, free: Vec::new() }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.free.is_empty() && self.never_used as usize >= self.limit
    }

    /// The next free place; the caller has asked [`is_exhausted`](Self::is_exhausted).
    pub(super) fn take(&mut self) -> StreamId {
        self.free.pop().unwrap_or_else(|| {
            self.never_used += 1;
            StreamId(self.never_used - 1)
        })
    }

    pub(super) fn give_back(&mut self, stream: StreamId) {
        self.free.push(stream);
    }
}
