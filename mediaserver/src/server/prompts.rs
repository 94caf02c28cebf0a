//! Dialog documents: fetched by tokio, decoded on its blocking threads, reported to the core task.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use media_io::wav;
use mixer::port::SAMPLE_RATE_HZ;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, spawn_blocking};

use super::core::Message;
use crate::control::{Event, Fetch, FetchKey};
use crate::fetch::{Fetcher, Hints, Method};

/// Fetches in progress, each of which ends with [`Event::Fetched`] unless it is cancelled.
pub(super) struct Prompts {
    fetcher: Arc<Fetcher>,
    limits: wav::Limits,
    report: mpsc::Sender<Message>,
    running: BTreeMap<FetchKey, AbortHandle>,
}

impl Prompts {
    pub(super) fn new(
        fetcher: Arc<Fetcher>,
        limits: wav::Limits,
        report: mpsc::Sender<Message>,
    ) -> Prompts {
        Prompts { fetcher, limits, report, running: BTreeMap::new() }
    }

    pub(super) fn start(&mut self, key: FetchKey, fetch: Fetch) {
        self.running.retain(|_, task| !task.is_finished());
        let (fetcher, limits, report) =
            (Arc::clone(&self.fetcher), self.limits, self.report.clone());
        let task = tokio::spawn(async move {
            let result = obtain(&fetcher, fetch, limits).await;
            // The core task is gone only when the server ends.
            let _ = report.send(Message::Event(Box::new(Event::Fetched { key, result }))).await;
        });
        self.running.insert(key, task.abort_handle());
    }

    pub(super) fn cancel(&mut self, key: FetchKey) {
        if let Some(task) = self.running.remove(&key) {
            task.abort();
        }
    }
}

async fn obtain(
    fetcher: &Fetcher,
    fetch: Fetch,
    limits: wav::Limits,
) -> Result<dialogs::Pcm, String> {
    let (name, bytes) = match fetch {
        Fetch::Bytes(bytes) => ("the part of the message".to_owned(), bytes.to_vec()),
        Fetch::Uri { uri, max_age, max_stale, post } => {
            let hints = Hints {
                max_age: max_age.map(Duration::from_secs),
                max_stale: max_stale.map(Duration::from_secs),
                method: if post { Method::Post } else { Method::Get },
            };
            let fetched = fetcher.fetch(&uri, hints).await.map_err(|error| error.to_string())?;
            (shown(fetched.final_uri), fetched.bytes.to_vec())
        }
    };
    let decoded = spawn_blocking(move || wav::decode(&bytes, SAMPLE_RATE_HZ, &limits)).await;
    match decoded {
        Ok(Ok(clip)) => Ok(clip.samples),
        Ok(Err(fault)) => Err(format!("{name}: {fault}")),
        Err(_) => Err(format!("{name}: decoding was given up")),
    }
}

/// A `data:` URI would fill the reason with its data.
fn shown(uri: String) -> String {
    if uri.starts_with("data:") { "the data: URI".to_owned() } else { uri }
}
