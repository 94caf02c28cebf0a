//! Whose turn it is: how many fetches run at once, so that memory is bounded and a slow server
//! stalls nobody but those who ask it.
//!
//! A fetch over the network waits for a turn of its host first and for one of all hosts then, so
//! that whoever waits for a slow host keeps nobody else waiting. `file:` has turns of its own, and so
//! have `data:` and `cid:` together: no server makes them wait, and no disk makes the latter wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, spawn_blocking};
use url::Url;

use super::FetchError;
use super::deadline::Deadline;

/// One host (a name with its port) gets one in so many of the turns, and at least one.
const HOST_SHARE: usize = 4;

/// The turns of one fetcher.
pub(super) struct Turns {
    network: Arc<Semaphore>,
    file: Arc<Semaphore>,
    inline: Arc<Semaphore>,
    /// Hosts that somebody fetches from or waits for.
    hosts: Mutex<BTreeMap<String, Arc<Semaphore>>>,
    per_host: usize,
}

/// The right to fetch one document and to hold it in memory. Dropping it passes the turn on.
#[derive(Debug)]
pub struct Turn {
    _host: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// Does `work` on a thread that may block. The thread keeps the turn to its end, even when nobody
    /// waits for it any more: a thread cannot be given up.
    pub(super) async fn spend_on<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Turn), JoinError> {
        spawn_blocking(move || (work(), self)).await
    }
}

impl Turns {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            network: Arc::new(Semaphore::new(at_once)),
            file: Arc::new(Semaphore::new(at_once)),
            inline: Arc::new(Semaphore::new(at_once)),
            hosts: Mutex::default(),
            per_host: (at_once / HOST_SHARE).max(1),
        }
    }

    /// Waits for a turn to ask the host of `url`.
    pub(super) async fn network(&self, url: &Url, deadline: &Deadline) -> Result<Turn, FetchError> {
        let host = name(url);
        let turns = self.of_host(&host);
        let taken_by = || format!("{} from {host}", self.per_host);
        let host_turn = deadline.wait_for_turn(turns.acquire_owned(), taken_by).await?;
        // A closed semaphore would give no permit, but these are never closed.
        let turn = Turn { _host: host_turn.ok(), _all: None };
        Ok(Turn { _all: one_of(&self.network, deadline).await?, ..turn })
    }

    /// Waits for a turn to read a file.
    pub(super) async fn file(&self, deadline: &Deadline) -> Result<Turn, FetchError> {
        Ok(Turn { _host: None, _all: one_of(&self.file, deadline).await? })
    }

    /// Waits for a turn for what came with the request itself.
    pub(super) async fn inline(&self, deadline: &Deadline) -> Result<Turn, FetchError> {
        Ok(Turn { _host: None, _all: one_of(&self.inline, deadline).await? })
    }

    fn of_host(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        // Permits and those who wait for one hold a reference.
        hosts.retain(|_, turns| Arc::strong_count(turns) > 1);
        let fresh = || Arc::new(Semaphore::new(self.per_host));
        Arc::clone(hosts.entry(host.to_owned()).or_insert_with(fresh))
    }
}

async fn one_of(
    turns: &Arc<Semaphore>,
    deadline: &Deadline,
) -> Result<Option<OwnedSemaphorePermit>, FetchError> {
    let all = || "dialogs.max-concurrent-fetches".to_owned();
    let turn = deadline.wait_for_turn(Arc::clone(turns).acquire_owned(), all).await?;
    Ok(turn.ok())
}

fn name(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    /// What hangs is a read from a disk in the server; here it waits for a word.
    #[tokio::test]
    async fn work_that_hangs_keeps_its_turn_though_nobody_waits_for_it() {
        let turns = Turns::new(1);
        let deadline = Deadline::after(Duration::from_secs(3_600), "file:///x".to_owned());
        let turn = turns.file(&deadline).await.unwrap();
        let (go_on, told) = channel::<()>();
        let work = turn.spend_on(move || told.recv().is_err());
        let waiter = tokio::spawn(work);
        tokio::task::yield_now().await;
        waiter.abort();
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(turns.file.available_permits(), 0, "the thread still hangs");
        assert!(turns.inline(&deadline).await.is_ok(), "what needs no disk does not wait for one");

        drop(go_on);
        assert!(turns.file(&deadline).await.is_ok());
    }
}
