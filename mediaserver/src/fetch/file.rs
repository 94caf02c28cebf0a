//! `file:` URIs, below the configured folders only.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use url::Url;

use super::{FetchError, Fetched, Turn};

/// Reads files below a few folders.
pub(super) struct Files {
    /// Canonical: absolute and without symbolic links, so that comparing prefixes is sound.
    roots: Vec<PathBuf>,
    max_bytes: usize,
}

impl Files {
    pub(super) fn below(roots: &[PathBuf], max_bytes: usize) -> Result<Self, FetchError> {
        let canonical = |root: &PathBuf| {
            root.canonicalize().map_err(|source| FetchError::Root { path: root.clone(), source })
        };
        Ok(Self { roots: roots.iter().map(canonical).collect::<Result<_, _>>()?, max_bytes })
    }

    /// Reads on a thread that may block. A disk that hangs costs the caller its time limit only, and
    /// the server no more threads than there are turns.
    pub(super) async fn read(&self, url: &Url, turn: Turn) -> Result<(Fetched, Turn), FetchError> {
        let path = local_path(url)?;
        let (roots, max_bytes) = (self.roots.clone(), self.max_bytes);
        let shown = path.display().to_string();
        let reading = turn.spend_on(move || read_below(&roots, &path, max_bytes));
        let (bytes, turn) = reading
            .await
            .map_err(|error| FetchError::File { path: shown, why: error.to_string() })?;
        Ok((Fetched { bytes: bytes?, content_type: None, final_uri: url.to_string() }, turn))
    }
}

/// The path a `file:` URI names, percent-decoded (RFC 8089).
fn local_path(url: &Url) -> Result<PathBuf, FetchError> {
    let malformed = |why: &str| FetchError::Malformed { uri: url.to_string(), why: why.to_owned() };
    if !matches!(url.host_str(), None | Some("" | "localhost")) {
        return Err(malformed("a file on another host"));
    }
    let path = url.to_file_path().map_err(|()| malformed("no path of this machine"))?;
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(malformed("a zero byte in the path"));
    }
    Ok(path)
}

fn read_below(roots: &[PathBuf], path: &Path, max_bytes: usize) -> Result<Bytes, FetchError> {
    let outside = || FetchError::OutsideRoots { path: path.display().to_string() };
    let fault = |why: String| FetchError::File { path: path.display().to_string(), why };
    // Whether something exists outside the folders is nobody's business, so a path that cannot be
    // resolved is told apart only where it would lie inside.
    let real = match path.canonicalize() {
        Ok(real) if roots.iter().any(|root| real.starts_with(root)) => real,
        Ok(_) => return Err(outside()),
        Err(_) if !roots.iter().any(|root| path.starts_with(root)) => return Err(outside()),
        Err(error) => return Err(fault(error.to_string())),
    };
    // A pipe or a device would block or never end; opening one already may.
    let metadata = real.metadata().map_err(|error| fault(error.to_string()))?;
    if !metadata.is_file() {
        return Err(fault("not a regular file".to_owned()));
    }
    read_bounded(&real, max_bytes).map_err(|error| fault(error.to_string()))?.ok_or_else(|| {
        FetchError::TooLarge { uri: format!("file:{}", path.display()), limit: max_bytes }
    })
}

/// The file's bytes, or `None` when there are more than `max_bytes`.
fn read_bounded(path: &Path, max_bytes: usize) -> std::io::Result<Option<Bytes>> {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= max_bytes).then(|| Bytes::from(bytes)))
}
