//! The log: fields under their names, levels by target, one JSON object per line.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use mediaserver::config::{Log, LogFormat};
use mediaserver::logging;

/// A place to write to and read back from.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines that `events` leave in the log.
fn logged(format: LogFormat, level: &str, events: impl FnOnce()) -> Vec<String> {
    let page = Page::default();
    let writer = page.clone();
    let log = Log { format, level: level.to_owned() };
    let subscriber = logging::subscriber(&log, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, events);
    let bytes = page.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn json_lines_carry_the_ids_as_fields_of_their_own() {
    let lines = logged(LogFormat::Json, "info", || {
        tracing::info!(
            call = "id;a;b",
            conference = "c1",
            dialog = "d1",
            channel = 7,
            "joined\nand more"
        );
        tracing::debug!("not asked for");
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    for (field, value) in [
        (logging::CALL, "id;a;b"),
        (logging::CONFERENCE, "c1"),
        (logging::DIALOG, "d1"),
        ("message", "joined\nand more"),
        ("level", "INFO"),
    ] {
        assert_eq!(line[field], value);
    }
    assert_eq!(line[logging::CHANNEL], 7);
}

#[test]
fn text_has_no_colours_and_targets_their_own_levels() {
    let lines = logged(LogFormat::Text, "warn,loud=debug", || {
        tracing::debug!(target: "loud", call = "x", "one");
        tracing::info!(target: "quiet", "two");
        tracing::warn!(target: "quiet", "three");
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("DEBUG loud: one call=\"x\""), "{lines:?}");
    assert!(lines[1].ends_with("WARN quiet: three"), "{lines:?}");
    assert!(!lines.concat().contains('\x1b'));
}

/// Whatever a stranger sends stays within the line, and is no command to a terminal.
#[test]
fn text_escapes_what_would_forge_a_line_or_steer_a_terminal() {
    let evil = "x\n2026-01-01 INFO forged\r\u{1b}[31mred\u{9b}1m\u{7f}\u{2028}\u{202e}\0";
    let lines = logged(LogFormat::Text, "info", || {
        tracing::info!(refusal = %evil, "refused: {evil}");
        tracing::info_span!("of", call = %evil).in_scope(|| tracing::info!(call = ?evil, "next"));
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in &lines {
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
        assert!(!line.contains(['\u{2028}', '\u{202e}']), "{line:?}");
    }
    let escaped = r"x\u{a}2026-01-01 INFO forged\u{d}\u{1b}[31mred\u{9b}1m\u{7f}";
    assert!(lines[0].contains(&format!("refusal={escaped}")), "{lines:?}");
    // What people write is left alone.
    let lines = logged(LogFormat::Text, "info", || tracing::info!(name = %"Zoë 日本", "größer"));
    assert!(lines[0].ends_with("größer name=Zoë 日本"), "{lines:?}");
}

#[test]
fn a_level_that_is_none_is_an_error() {
    let log = Log { format: LogFormat::Text, level: "sip=loud".to_owned() };
    assert!(logging::subscriber(&log, std::io::sink).is_err());
}

#[test]
fn the_page_explains_every_field_that_carries_an_id() {
    let page = include_str!("../../docs/logging.md");
    for field in [logging::CALL, logging::CONFERENCE, logging::DIALOG, logging::CHANNEL] {
        assert!(page.contains(&format!("\n| `{field}` | ")), "{field}");
    }
}
