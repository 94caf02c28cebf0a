//! What the README tells a newcomer to type is what the program means.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use mediaserver::config::Config;
use mediaserver::demo::softphone_line;

const README: &str = include_str!("../../README.md");

/// `tests/tests/e2e_baresip.rs` runs this very line.
#[test]
fn the_line_for_baresip_is_the_demos_with_the_default_address() {
    let line = softphone_line(Config::defaults().unwrap().sip.listen);
    assert!(README.lines().any(|printed| printed == line), "{line}");
}
