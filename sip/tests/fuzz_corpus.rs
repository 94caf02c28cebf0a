//! The corpus of the fuzz targets, replayed without a fuzzer.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the corpus is files")]

#[path = "../../tests/replay.rs"]
mod replay;

use sip::fuzz;

/// The folder that `fuzz/corpus` is in.
const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn message() {
    replay::replay(CRATE, "message", fuzz::message);
}

#[test]
fn framing() {
    replay::replay(CRATE, "framing", fuzz::framing);
}

#[test]
fn history() {
    replay::replay(CRATE, "history", fuzz::history);
}
