//! Why a URI could not be fetched, in words for the `reason` of a response.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::metrics::FetchOutcome;

/// Why a URI could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server answered, but not with success.
    #[error("HTTP {status} error: {uri}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The URI asked for, after redirects.
        uri: String,
    },
    /// The server could not be reached or broke off.
    #[error("HTTP connection error: {uri}: {why}")]
    Connection {
        /// The URI asked for, after redirects.
        uri: String,
        /// The innermost cause.
        why: String,
    },
    /// It took too long.
    #[error("timeout after {} s: {uri}", limit.as_secs_f64())]
    TimedOut {
        /// The URI.
        uri: String,
        /// The limit, `dialogs.fetch-timeout-seconds`.
        limit: Duration,
    },
    /// Others fetched for so long that its turn did not come.
    #[error("no turn to fetch within {} s, as too many fetches are in progress ({taken}): {uri}", limit.as_secs_f64())]
    NoTurn {
        /// The URI.
        uri: String,
        /// The limit, `dialogs.fetch-timeout-seconds`.
        limit: Duration,
        /// Which turns are all taken.
        taken: String,
    },
    /// The body is larger than allowed.
    #[error("larger than {limit} bytes (dialogs.max-fetch-bytes): {uri}")]
    TooLarge {
        /// The URI.
        uri: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The server redirects without end.
    #[error("more than {limit} redirects (dialogs.max-redirects): {uri}")]
    TooManyRedirects {
        /// The URI the fetch began with.
        uri: String,
        /// The limit.
        limit: usize,
    },
    /// A redirect leads to no URI that can be fetched.
    #[error("bad redirect: {uri}: {why}")]
    BadRedirect {
        /// The URI whose answer redirects.
        uri: String,
        /// What is wrong with its target.
        why: String,
    },
    /// The address lies in a denied network.
    #[error("{address} is in a denied network (dialogs.deny-networks): {uri}")]
    Denied {
        /// The URI.
        uri: String,
        /// The address it names or resolves to.
        address: IpAddr,
    },
    /// A `file:` URI outside the configured folders.
    #[error("file: {path} is outside the configured folders (dialogs.file-roots)")]
    OutsideRoots {
        /// The path the URI names.
        path: String,
    },
    /// A file below the configured folders that cannot be read.
    #[error("file: {path}: {why}")]
    File {
        /// The path the URI names.
        path: String,
        /// The system's reason.
        why: String,
    },
    /// The text is not a URI.
    #[error("not a URI: {uri}: {why}")]
    Malformed {
        /// The text.
        uri: String,
        /// Why not.
        why: String,
    },
    /// Nothing here fetches this scheme.
    #[error("the scheme {scheme} is not supported (http, https, data, file, cid): {uri}")]
    Scheme {
        /// The URI.
        uri: String,
        /// Its scheme.
        scheme: String,
    },
    /// A configured folder cannot be used.
    #[error("dialogs.file-roots: {}: {source}", path.display())]
    Root {
        /// The folder as configured.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The HTTP client could not be made.
    #[error("HTTP client: {why}")]
    Client {
        /// Why not.
        why: String,
    },
}

impl FetchError {
    /// Under which outcome it is counted.
    #[must_use]
    pub fn outcome(&self) -> FetchOutcome {
        match self {
            Self::TimedOut { .. } | Self::NoTurn { .. } => FetchOutcome::Timeout,
            Self::TooLarge { .. }
            | Self::Denied { .. }
            | Self::OutsideRoots { .. }
            | Self::Scheme { .. } => FetchOutcome::Denied,
            Self::Status { .. }
            | Self::Connection { .. }
            | Self::TooManyRedirects { .. }
            | Self::BadRedirect { .. }
            | Self::File { .. }
            | Self::Malformed { .. }
            | Self::Root { .. }
            | Self::Client { .. } => FetchOutcome::Failed,
        }
    }
}
