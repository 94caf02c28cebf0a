//! Fetching what a dialog names: `http(s):`, `data:` and `file:` URIs, within limits.
//!
//! A URI comes from the network and is hostile: it may point at this machine's files, at the cloud's
//! metadata service, at a server that never ends its answer, or at a name that resolves to an address
//! it should not. [`Fetcher`] bounds size, time, redirects and concurrency, checks every address that
//! is about to be connected to against [`Network`]s that are denied, and reads files only below
//! configured folders. Errors read as the draft wants them in a `reason` (section 4.2): `HTTP 404
//! error: http://www.example.com/playprompt.vxml`.
//!
//! `cid:` means a part of the MSCP message and is the caller's to resolve; it waits for a turn here.

mod data;
mod deadline;
mod error;
mod file;
mod http;
mod network;
mod resolver;
mod turns;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use url::Url;

use crate::config;
use deadline::Deadline;
use turns::Turns;

pub use error::FetchError;
pub use network::{ALWAYS_DENIED, Denied, Network};
pub use turns::Turn;

/// A URI longer than this is refused; a `data:` URI has the limit of the body it stands for.
const MAX_URI_BYTES: usize = 8192;

/// What a part of a message is called in a reason.
pub const PART_NAME: &str = "the part of the message";

/// The limits of a [`Fetcher`].
#[derive(Clone, Debug)]
pub struct FetchConfig {
    /// Folders below which `file:` may be read; none refuses every `file:`.
    pub file_roots: Vec<PathBuf>,
    /// Networks denied beside [`ALWAYS_DENIED`].
    pub deny_networks: Vec<Network>,
    /// How long one fetch may take in all, with redirects and the wait for a turn.
    pub timeout: Duration,
    /// The largest body, in bytes.
    pub max_bytes: usize,
    /// How many redirects are followed.
    pub max_redirects: usize,
    /// How many fetches run at once over the network, a quarter of them from one host, how many of
    /// `file:`, and how many of `data:` and `cid:`; the next ones wait.
    pub max_concurrent: usize,
}

impl From<&config::Dialogs> for FetchConfig {
    fn from(dialogs: &config::Dialogs) -> Self {
        Self {
            file_roots: dialogs.file_roots.clone(),
            deny_networks: dialogs.deny_networks.clone(),
            timeout: dialogs.fetch_timeout,
            max_bytes: dialogs.max_fetch_bytes,
            max_redirects: dialogs.max_redirects,
            max_concurrent: dialogs.max_concurrent_fetches,
        }
    }
}

/// How an `http(s):` URI is asked for (draft, section 4.1.1); other schemes take no notice of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// `maxage`: how old a cached answer may be.
    pub max_age: Option<Duration>,
    /// `maxstale`: how long past its expiry a cached answer may be.
    pub max_stale: Option<Duration>,
    /// `method`.
    pub method: Method,
}

/// The HTTP method of a fetch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// `get`, the draft's default.
    #[default]
    Get,
    /// `post`, with an empty body.
    Post,
}

/// What a URI led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The body.
    pub bytes: Bytes,
    /// The media type as the server or the `data:` URI said it; a file has none.
    pub content_type: Option<String>,
    /// The URI after all redirects.
    pub final_uri: String,
}

/// Fetches URIs; cheap to clone, all clones share the limits. Needs a tokio runtime with time and I/O.
#[derive(Clone)]
pub struct Fetcher {
    shared: Arc<Shared>,
}

struct Shared {
    config: FetchConfig,
    files: file::Files,
    http: http::HttpClient,
    turns: Turns,
}

impl Fetcher {
    /// Looks up the folders and prepares the HTTP client.
    ///
    /// # Errors
    /// [`FetchError::Root`] when a configured folder cannot be used.
    pub fn new(config: FetchConfig) -> Result<Self, FetchError> {
        let denied = Arc::new(Denied::beside_always(config.deny_networks.clone()));
        let shared = Shared {
            files: file::Files::below(&config.file_roots, config.max_bytes)?,
            http: http::HttpClient::new(denied, config.max_bytes, config.max_redirects)?,
            turns: Turns::new(config.max_concurrent),
            config,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Fetches `uri` whole. Dropping the future gives the fetch up.
    ///
    /// # Errors
    /// [`FetchError`]; its text names the URI and is fit for the `reason` of a response.
    pub async fn fetch(&self, uri: &str, hints: Hints) -> Result<Fetched, FetchError> {
        self.fetch_and_hold(uri, hints).await.map(|(fetched, _)| fetched)
    }

    /// The same, but the next one has to wait until the [`Turn`] is dropped: whoever needs the
    /// body for a while keeps it, so that there are never more bodies in memory than turns.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch).
    pub async fn fetch_and_hold(
        &self,
        uri: &str,
        hints: Hints,
    ) -> Result<(Fetched, Turn), FetchError> {
        let Shared { config, files, http, turns } = self.shared.as_ref();
        let deadline = Deadline::after(config.timeout, shown(uri));
        if let Some(rest) = data::strip_scheme(uri) {
            let turn = turns.inline(&deadline).await?;
            return Ok((data::read(rest, config.max_bytes)?, turn));
        }
        let url = parse(uri)?;
        match url.scheme() {
            "http" | "https" => http.fetch(url, hints, turns, &deadline).await,
            "file" => {
                let turn = turns.file(&deadline).await?;
                deadline.bound(files.read(&url, turn)).await
            }
            scheme => Err(FetchError::Scheme { uri: shown(uri), scheme: scheme.to_owned() }),
        }
    }

    /// Waits for a turn to hold a part of a message (`cid:`), which needs no fetching. It takes its
    /// turn with those who do, so that a thousand parts keep nobody from being decoded.
    ///
    /// # Errors
    /// [`FetchError::NoTurn`].
    pub async fn turn_for_part(&self) -> Result<Turn, FetchError> {
        let Shared { config, turns, .. } = self.shared.as_ref();
        turns.inline(&Deadline::after(config.timeout, PART_NAME.to_owned())).await
    }
}

fn parse(uri: &str) -> Result<Url, FetchError> {
    let malformed = |why: String| FetchError::Malformed { uri: shown(uri), why };
    if uri.len() > MAX_URI_BYTES {
        return Err(malformed(format!("longer than {MAX_URI_BYTES} bytes")));
    }
    Url::parse(uri).map_err(|error| malformed(error.to_string()))
}

/// As much of a URI as belongs into a message.
fn shown(uri: &str) -> String {
    const MAX_SHOWN_CHARS: usize = 200;
    match uri.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", uri.get(..end).unwrap_or_default()),
        None => uri.to_owned(),
    }
}
