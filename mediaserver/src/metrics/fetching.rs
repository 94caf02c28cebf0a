//! A fetch in progress, counted however it ends.

use std::sync::Arc;

use super::{FetchOutcome, Metrics};

/// Counts one fetch: as in progress while it lives, under its outcome when it is dropped. One that
/// nobody told the outcome of was given up. Control side only.
pub struct FetchInProgress {
    metrics: Arc<Metrics>,
    outcome: FetchOutcome,
}

impl FetchInProgress {
    /// A fetch begins.
    #[must_use]
    pub fn begin(metrics: Arc<Metrics>) -> Self {
        metrics.fetches_in_progress.inc();
        Self { metrics, outcome: FetchOutcome::Cancelled }
    }

    /// It ended by itself.
    pub fn end(mut self, outcome: FetchOutcome) {
        self.outcome = outcome;
    }
}

impl Drop for FetchInProgress {
    fn drop(&mut self) {
        self.metrics.fetches_in_progress.dec();
        self.metrics.count_fetch(self.outcome);
    }
}
