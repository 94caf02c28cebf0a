//! The log: to standard error, as text for people or JSON for machines.
//!
//! Lines that concern one thing carry its id as a field, always under the same name: [`CALL`],
//! [`CONFERENCE`], [`DIALOG`], [`CHANNEL`]. The engine thread never logs; the control side logs what
//! the engine reports. `docs/logging.md` is for who reads the log.

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
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
        LogFormat::Text => Box::new(lines.finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    })
}
