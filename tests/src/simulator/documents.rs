//! What dialogs play: audio by URI, that takes its time to come, or an error.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use media_io::sound::{Document, Limits};
use mediaserver::control::{Event, Fetch, FetchKey, Prompt};
use mixer::port::Rate;
use mixer::time::Time;

use super::{LEVEL_DBFS, tone_of};
use crate::tone::Tone;

/// What stands at a URI.
#[derive(Clone, Debug)]
enum Sound {
    Samples(Arc<[i16]>),
    File(Document),
}

/// The documents of the simulated network.
#[derive(Debug, Default)]
pub struct Documents {
    by_uri: BTreeMap<String, Result<Sound, String>>,
    /// How long a fetch takes.
    pub delay: Duration,
    under_way: BTreeMap<FetchKey, (Time, Result<Prompt, String>)>,
    /// Fetches that were stopped before they were done.
    pub cancelled: usize,
}

impl Documents {
    /// Puts samples (8 kHz, mono) at a URI.
    pub fn put(&mut self, uri: &str, samples: impl Into<Arc<[i16]>>) {
        self.by_uri.insert(uri.to_owned(), Ok(Sound::Samples(samples.into())));
    }

    /// Puts a file at a URI.
    pub fn put_file(&mut self, uri: &str, file: Vec<u8>) {
        self.by_uri.insert(uri.to_owned(), Ok(Sound::File(Document::new(file))));
    }

    /// Puts the tone of a name at a URI, so that a dialog of that name can be told from others.
    pub fn put_tone(&mut self, uri: &str, name: char, seconds: usize) {
        let samples = Tone::new(tone_of(name), LEVEL_DBFS).samples(seconds * 8_000);
        self.put(uri, samples);
    }

    /// Makes a URI fail with this reason.
    pub fn put_fault(&mut self, uri: &str, reason: &str) {
        self.by_uri.insert(uri.to_owned(), Err(reason.to_owned()));
    }

    pub(super) fn fetch(&mut self, now: Time, key: FetchKey, fetch: &Fetch, rate: Rate) {
        let result = match fetch {
            Fetch::Bytes(bytes) => decode(Document::new(bytes.clone()), rate),
            Fetch::Uri { uri, .. } => match self.by_uri.get(uri) {
                Some(Ok(Sound::Samples(samples))) => Ok(Prompt::narrow(samples.clone())),
                Some(Ok(Sound::File(file))) => decode(file.clone(), rate),
                Some(Err(fault)) => Err(fault.clone()),
                None => Err(format!("HTTP 404 error: {uri}")),
            },
        };
        self.under_way.insert(key, (now + self.delay, result));
    }

    pub(super) fn cancel(&mut self, key: FetchKey) {
        self.cancelled += usize::from(self.under_way.remove(&key).is_some());
    }

    /// The documents that have come by `now`.
    pub(super) fn due(&mut self, now: Time) -> Vec<Event> {
        let here = self.under_way.extract_if(.., |_, (due, _)| *due <= now);
        here.map(|(key, (_, result))| Event::Fetched { key, result }).collect()
    }
}

fn decode(document: Document, rate: Rate) -> Result<Prompt, String> {
    Prompt::decode(document, rate, Limits::default()).map_err(|fault| fault.to_string())
}
