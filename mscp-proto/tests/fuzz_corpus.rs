//! The corpus of the fuzz targets, replayed without a fuzzer.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the corpus is files")]

#[path = "../../tests/replay.rs"]
mod replay;

use mscp_proto::fuzz;

/// The folder that `fuzz/corpus` is in.
const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn framing() {
    replay::replay(CRATE, "framing", fuzz::framing);
}

#[test]
fn message() {
    replay::replay(CRATE, "message", fuzz::message);
}

#[test]
fn multipart() {
    replay::replay(CRATE, "multipart", fuzz::multipart);
}

#[test]
fn connection_id() {
    replay::replay(CRATE, "connection_id", fuzz::connection_id);
}
