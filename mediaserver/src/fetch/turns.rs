//! Whose turn it is: how many fetches run at once, so that memory is bounded and a slow server
//! stalls nobody but those who ask it.
//!
//! A fetch over the network waits for a turn of its host first and for one of all hosts then, so
//! that whoever waits for a slow host keeps nobody else waiting. `data:` and `file:` have turns of
//! their own: no server can make them wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::FetchError;
use super::deadline::Deadline;

/// One host (a name with its port) gets one in so many of the turns, and at least one.
const HOST_SHARE: usize = 4;

/// The turns of one fetcher.
pub(super) struct Turns {
    network: Arc<Semaphore>,
    local: Arc<Semaphore>,
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

impl Turns {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            network: Arc::new(Semaphore::new(at_once)),
            local: Arc::new(Semaphore::new(at_once)),
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
        let turns = Arc::clone(&self.network);
        let all = || "dialogs.max-concurrent-fetches".to_owned();
        let all_turn = deadline.wait_for_turn(turns.acquire_owned(), all).await?;
        // A closed semaphore would give no permit, but these are never closed.
        Ok(Turn { _host: host_turn.ok(), _all: all_turn.ok() })
    }

    /// Waits for a turn to read what is on this machine.
    pub(super) async fn local(&self, deadline: &Deadline) -> Result<Turn, FetchError> {
        let turns = Arc::clone(&self.local);
        let all = || "dialogs.max-concurrent-fetches".to_owned();
        let turn = deadline.wait_for_turn(turns.acquire_owned(), all).await?;
        Ok(Turn { _host: None, _all: turn.ok() })
    }

    fn of_host(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        // Permits and those who wait for one hold a reference.
        hosts.retain(|_, turns| Arc::strong_count(turns) > 1);
        let fresh = || Arc::new(Semaphore::new(self.per_host));
        Arc::clone(hosts.entry(host.to_owned()).or_insert_with(fresh))
    }
}

fn name(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
