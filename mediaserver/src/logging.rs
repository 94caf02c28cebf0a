//! The log: to standard error, as text for people or JSON for machines.
//!
//! Lines that concern one thing carry its id as a field, always under the same name: [`CALL`],
//! [`CONFERENCE`], [`DIALOG`], [`CHANNEL`]. The engine thread never logs; the control side logs what
//! the engine reports. `docs/logging.md` is for who reads the log.

use std::fmt;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{DefaultFields, FormatFields, Writer};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Field: the MSCP connection id of a call, `Call-ID;from-tag;to-tag`.
pub const CALL: &str = "call";
/// Field: the id of a conference.
pub const CONFERENCE: &str = "conference";
/// Field: the id of a dialog.
pub const DIALOG: &str = "dialog";
/// Field: the number of an MSCP channel.
pub const CHANNEL: &str = "channel";

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The level is none; the configuration checks it, so only a hand-made [`Log`] gets here.
    #[error("log.level: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// The process logs already.
    #[error("logging is set up already: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Sets up the log of this process, once, before anything is logged.
///
/// # Errors
/// The level cannot be read, or the process logs already.
pub fn init(log: &Log) -> Result<(), LoggingError> {
    subscriber(log, std::io::stderr)?.try_init()?;
    Ok(())
}

/// What [`init`] sets up, writing to `writer`.
///
/// # Errors
/// The level cannot be read.
pub fn subscriber<W>(
    log: &Log,
    writer: W,
) -> Result<Box<dyn Subscriber + Send + Sync>, LoggingError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&log.level)?;
    // Colours belong on a terminal, and the log is usually read elsewhere.
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer);
    Ok(match log.format {
        LogFormat::Text => Box::new(lines.fmt_fields(Escaped).finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    })
}

/// Fields as text in which nothing ends the line or steers a terminal: values come from anyone who
/// can send a packet. JSON escapes by itself.
struct Escaped;

impl<'w> FormatFields<'w> for Escaped {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut text = String::new();
        DefaultFields::new().format_fields(Writer::new(&mut text), fields)?;
        for character in text.chars() {
            if is_unsafe(character) {
                write!(writer, "{}", character.escape_unicode())?;
            } else {
                writer.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Control characters, and those of Unicode that break lines or turn the direction of writing.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || ('\u{200e}'..='\u{200f}').contains(&character)
        || ('\u{2028}'..='\u{202e}').contains(&character)
        || ('\u{2066}'..='\u{2069}').contains(&character)
}
