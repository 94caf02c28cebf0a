//! Fetching a file a dialog names: from the configured folders, and from nowhere else.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::PathBuf;
use std::time::Duration;

use axum::body::Bytes;
use mediaserver::fetch::{FetchConfig, Fetcher, Hints};

fn config(file_roots: Vec<PathBuf>) -> FetchConfig {
    FetchConfig {
        file_roots,
        deny_networks: Vec::new(),
        timeout: Duration::from_secs(20),
        max_bytes: 1000,
        max_redirects: 3,
        max_concurrent: 4,
    }
}

async fn complaint(uri: &str) -> String {
    let fetcher = Fetcher::new(config(Vec::new())).unwrap();
    let Err(error) = fetcher.fetch(uri, Hints::default()).await else { panic!("{uri} was read") };
    error.to_string()
}

/// A folder `root` with a file, links that lead out, and a secret beside it.
struct Folder {
    base: PathBuf,
}

impl Folder {
    fn new(name: &str) -> Self {
        let base = std::env::temp_dir().join(format!("antiphon-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&base);
        std::fs::create_dir_all(base.join("root/in side")).unwrap();
        std::fs::create_dir_all(base.join("root-not")).unwrap();
        std::fs::write(base.join("root/in side/a.wav"), "RIFF").unwrap();
        std::fs::write(base.join("root/large"), vec![0; 1001]).unwrap();
        std::fs::write(base.join("secret"), "secret").unwrap();
        std::fs::write(base.join("root-not/secret"), "secret").unwrap();
        std::os::unix::fs::symlink(base.join("secret"), base.join("root/link-out")).unwrap();
        std::os::unix::fs::symlink(&base, base.join("root/up")).unwrap();
        std::os::unix::fs::symlink("in side/a.wav", base.join("root/link-in")).unwrap();
        Self { base }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}/{path}", self.base.display())
    }

    async fn fetch(&self, path: &str) -> Result<Bytes, String> {
        let fetcher = Fetcher::new(config(vec![self.base.join("root")])).unwrap();
        let fetched = fetcher.fetch(&self.uri(path), Hints::default()).await;
        fetched.map(|fetched| fetched.bytes).map_err(|error| error.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.base);
    }
}

#[tokio::test]
async fn files_are_read_below_their_folder() {
    let folder = Folder::new("files-in");
    for path in
        ["root/in%20side/a.wav", "root/link-in", "root/x/../in side/a.wav", "root/./link-in"]
    {
        assert_eq!(folder.fetch(path).await.as_deref(), Ok(&b"RIFF"[..]), "{path}");
    }
    let message = folder.fetch("root/large").await.unwrap_err();
    assert!(message.starts_with("larger than 1000 bytes (dialogs.max-fetch-bytes): file:"));
    let message = folder.fetch("root/none").await.unwrap_err();
    assert!(message.ends_with("/root/none: No such file or directory (os error 2)"), "{message}");
    let message = folder.fetch("root/in%20side").await.unwrap_err();
    assert!(message.ends_with("/root/in side: not a regular file"), "{message}");
}

#[tokio::test]
async fn nothing_outside_the_folder_is_read_or_told_of() {
    let folder = Folder::new("files-out");
    for path in [
        "secret",
        "root/../secret",
        "root/%2e%2e/secret",
        "root/link-out",
        "root/up/secret",
        "root-not/secret",
        "root/..%2Fsecret",
        "no-such-file",
    ] {
        let message = folder.fetch(path).await.expect_err(path);
        assert!(
            message.starts_with("file: /")
                && message.ends_with(" is outside the configured folders (dialogs.file-roots)"),
            "{path}: {message}",
        );
    }
}

#[tokio::test]
async fn without_folders_every_file_is_refused() {
    assert_eq!(
        complaint("file:///etc/passwd").await,
        "file: /etc/passwd is outside the configured folders (dialogs.file-roots)",
    );
    assert_eq!(
        complaint("file://example.com/x").await,
        "not a URI: file://example.com/x: a file on another host",
    );
    assert!(complaint("file:///a%00b").await.contains("a zero byte in the path"));
}

#[test]
fn a_configured_folder_must_be_there() {
    let file_roots = vec![PathBuf::from("/nonexistent/prompts")];
    let Err(error) = Fetcher::new(config(file_roots)) else { panic!("made") };
    let message =
        "dialogs.file-roots: /nonexistent/prompts: No such file or directory (os error 2)";
    assert_eq!(error.to_string(), message);
}
