//! The corpus of the fuzz targets, replayed without a fuzzer.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the corpus is files")]

#[path = "../../tests/replay.rs"]
mod replay;

use media_io::fuzz;

/// The folder that `fuzz/corpus` is in.
const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn sdp() {
    replay::replay(CRATE, "sdp", fuzz::sdp);
}

#[test]
fn sdp_channel() {
    replay::replay(CRATE, "sdp_channel", fuzz::sdp_channel);
}

#[test]
fn wav() {
    replay::replay(CRATE, "wav", fuzz::wav);
}

#[test]
fn srtp() {
    replay::replay(CRATE, "srtp", fuzz::srtp);
}

#[test]
fn leg() {
    replay::replay(CRATE, "leg", fuzz::leg);
}

#[test]
fn rtp() {
    replay::replay(CRATE, "rtp", fuzz::rtp);
}

#[test]
fn rtcp() {
    replay::replay(CRATE, "rtcp", fuzz::rtcp);
}

#[test]
fn telephone_event() {
    replay::replay(CRATE, "telephone_event", fuzz::telephone_event);
}

#[test]
fn mp3() {
    replay::replay(CRATE, "mp3", fuzz::mp3);
}

#[test]
fn flac() {
    replay::replay(CRATE, "flac", fuzz::flac);
}

#[test]
fn ogg() {
    replay::replay(CRATE, "ogg", fuzz::ogg);
}
