//! How many application servers may be connected, and who gives way when all places are taken:
//! the oldest connection that has never sent a request that could be accepted. An application server
//! that has asked for something once keeps its place for as long as its host is there.
//!
//! The oldest and not the idlest: whoever goes on sending nonsense would outlast an application
//! server that has connected and is about to ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::control::ChannelId;

/// How long one that has to give way may take to do so.
const CLEARING: Duration = Duration::from_secs(1);

/// All places. Clones share them.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    strangers: Arc<Mutex<BTreeMap<ChannelId, CancellationToken>>>,
}

/// One place, given back when dropped.
pub(super) struct Place {
    channel: ChannelId,
    strangers: Arc<Mutex<BTreeMap<ChannelId, CancellationToken>>>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(count: usize) -> Places {
        Places { free: Arc::new(Semaphore::new(count)), strangers: Arc::default() }
    }

    /// A place for a new channel, which `cut` ends; `None` if all are taken by those that have
    /// asked for something.
    pub(super) async fn take(&self, channel: ChannelId, cut: CancellationToken) -> Option<Place> {
        let permit = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.clear_one().await?,
        };
        lock(&self.strangers).insert(channel, cut);
        Some(Place { channel, strangers: Arc::clone(&self.strangers), _permit: permit })
    }

    async fn clear_one(&self) -> Option<OwnedSemaphorePermit> {
        let (channel, cut) = lock(&self.strangers).pop_first()?;
        info!(
            channel = channel.0,
            "gives way: it never sent a good request, and all places are taken"
        );
        cut.cancel();
        timeout(CLEARING, Arc::clone(&self.free).acquire_owned()).await.ok()?.ok()
    }
}

impl Place {
    /// The channel has sent a request that is carried out: it stays.
    pub(super) fn keep(&self) {
        lock(&self.strangers).remove(&self.channel);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.keep();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing is left half done by a panic while it is held: one map operation each.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
