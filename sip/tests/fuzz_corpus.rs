//! The corpus of the fuzz targets, replayed without a fuzzer.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use sip::fuzz;

#[test]
fn message() {
    replay("message", fuzz::message);
}

#[test]
fn framing() {
    replay("framing", fuzz::framing);
}

#[test]
fn history() {
    replay("history", fuzz::history);
}

/// Each input whole, and cut short at every byte: a fuzzer would try that first.
fn replay(target: &str, body: fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut inputs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let input = std::fs::read(entry.unwrap().path()).unwrap();
        (0..=input.len()).for_each(|end| body(&input[..end]));
        inputs += 1;
    }
    assert!(inputs >= 5, "the corpus of {target} is missing");
}
