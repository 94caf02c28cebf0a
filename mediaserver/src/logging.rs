//! The log: to standard error, as text for people or JSON for machines.
//!
//! Lines that concern one thing carry its id as a field, always under the same name: [`CALL`],
//! [`CONFERENCE`], [`DIALOG`], [`CHANNEL`]. The engine thread never logs; the control side logs what
//! the engine reports. `docs/logging.md` is for who reads the log.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::util::SubscriberInitExt;

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
    let filter = EnvFilter::try_new(&log.level)?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => lines.finish().try_init()?,
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init()?,
    }
    Ok(())
}
