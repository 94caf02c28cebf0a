//! How long one fetch may take, with its redirects and its waits for a turn.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::FetchError;

/// The end of one fetch, and what to say when it is reached.
pub(super) struct Deadline {
    at: Instant,
    limit: Duration,
    /// As it is shown.
    uri: String,
}

impl Deadline {
    pub(super) fn after(limit: Duration, uri: String) -> Self {
        Self { at: Instant::now() + limit, limit, uri }
    }

    /// Does `work`, but no longer than allowed.
    pub(super) async fn bound<T>(
        &self,
        work: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let late = |_| FetchError::TimedOut { uri: self.uri.clone(), limit: self.limit };
        timeout_at(self.at, work).await.map_err(late)?
    }

    /// Waits for `turn`, all of which are taken for as long as it does not come; `taken` says
    /// which.
    pub(super) async fn wait_for_turn<T>(
        &self,
        turn: impl Future<Output = T>,
        taken: impl Fn() -> String,
    ) -> Result<T, FetchError> {
        timeout_at(self.at, turn).await.map_err(|_| FetchError::NoTurn {
            uri: self.uri.clone(),
            limit: self.limit,
            taken: taken(),
        })
    }
}
