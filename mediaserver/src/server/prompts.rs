//! Dialog documents: fetched by tokio, decoded on its blocking threads, reported to the core task.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use media_io::sound::{Document as Sound, Limits};
use mixer::port::Rate;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::core::Message;
use super::decoding::Decoding;
use crate::control::{Event, Fetch, FetchKey, Prompt};
use crate::fetch::{FetchError, Fetched, Fetcher, Hints, Method, PART_NAME, Turn};
use crate::metrics::{FetchInProgress, FetchOutcome, Metrics};

/// Fetches in progress, each of which ends with [`Event::Fetched`] unless it is cancelled.
pub(super) struct Prompts {
    documents: Documents,
    report: mpsc::Sender<Message>,
    running: BTreeMap<FetchKey, AbortHandle>,
}

/// Where documents are obtained; cheap to clone.
#[derive(Clone)]
struct Documents {
    fetcher: Fetcher,
    decoding: Decoding,
    limits: Limits,
    metrics: Arc<Metrics>,
}

/// A document that is to be decoded.
struct Document {
    /// What it is called in a reason.
    name: String,
    bytes: Bytes,
    /// Held until it is decoded, so that documents that wait to be decoded are few.
    turn: Turn,
}

impl Prompts {
    pub(super) fn new(
        fetcher: Fetcher,
        limits: Limits,
        report: mpsc::Sender<Message>,
        metrics: Arc<Metrics>,
    ) -> Prompts {
        let documents = Documents { fetcher, decoding: Decoding::new(), limits, metrics };
        Prompts { documents, report, running: BTreeMap::new() }
    }

    pub(super) fn start(&mut self, key: FetchKey, fetch: Fetch, rate: Rate) {
        self.running.retain(|_, task| !task.is_finished());
        let (documents, report) = (self.documents.clone(), self.report.clone());
        let task = tokio::spawn(async move {
            let result = documents.obtain(fetch, rate).await;
            // The core task is gone only when the server ends.
            let _ = report.send(Message::Event(Box::new(Event::Fetched { key, result }))).await;
        });
        self.running.insert(key, task.abort_handle());
    }

    /// Gives a fetch up. What waits for its turn to be decoded is not decoded.
    pub(super) fn cancel(&mut self, key: FetchKey) {
        if let Some(task) = self.running.remove(&key) {
            task.abort();
        }
    }
}

impl Documents {
    async fn obtain(&self, fetch: Fetch, rate: Rate) -> Result<Prompt, String> {
        let document = match fetch {
            Fetch::Bytes(bytes) => {
                let turn = self.fetcher.turn_for_part().await.map_err(|error| error.to_string())?;
                Document { name: PART_NAME.to_owned(), bytes: Bytes::from(bytes), turn }
            }
            Fetch::Uri { uri, max_age, max_stale, post } => {
                let hints = Hints {
                    max_age: max_age.map(Duration::from_secs),
                    max_stale: max_stale.map(Duration::from_secs),
                    method: if post { Method::Post } else { Method::Get },
                };
                let fetched = self.fetch(&uri, hints).await;
                let (fetched, turn) = fetched.map_err(|error| error.to_string())?;
                Document { name: shown(fetched.final_uri), bytes: fetched.bytes, turn }
            }
        };
        self.decode(document, rate).await
    }

    async fn fetch(&self, uri: &str, hints: Hints) -> Result<(Fetched, Turn), FetchError> {
        let counted = FetchInProgress::begin(Arc::clone(&self.metrics));
        let result = self.fetcher.fetch_and_hold(uri, hints).await;
        counted.end(result.as_ref().map_or_else(FetchError::outcome, |_| FetchOutcome::Done));
        result
    }

    async fn decode(&self, document: Document, rate: Rate) -> Result<Prompt, String> {
        let (limits, name) = (self.limits, document.name.clone());
        let work = move || {
            let prompt = Prompt::decode(Sound::new(document.bytes), rate, limits);
            // What is still needed of the document is counted from now on, so the next one may come
            // into memory.
            drop(document.turn);
            prompt
        };
        match self.decoding.decode(work).await {
            Ok(Ok(prompt)) => Ok(prompt),
            Ok(Err(fault)) => Err(format!("{name}: {fault}")),
            Err(why) => Err(format!("{name}: {why}")),
        }
    }
}

/// A `data:` URI would fill the reason with its data.
fn shown(uri: String) -> String {
    if uri.starts_with("data:") { "the data: URI".to_owned() } else { uri }
}
