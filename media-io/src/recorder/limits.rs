//! What a recording may take at most, and how it may end.

use std::time::Duration;

/// Bytes of one file at most, by default: 16 GiB, which is two days of 48 kHz in mono.
const FILE_BYTES_MAX: u64 = 16 << 30;

/// Length of a recording at most, by default.
const DURATION_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Files of one recording at most, by default.
const FILES_MAX: usize = 256;

/// What a recording may take at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file. A file ends before it would exceed them.
    pub file_bytes_max: u64,
    /// Length, pauses left out.
    pub duration_max: Duration,
    /// Files of one recording.
    pub files_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { file_bytes_max: FILE_BYTES_MAX, duration_max: DURATION_MAX, files_max: FILES_MAX }
    }
}

/// Why a recording is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ending {
    /// It was stopped, or what it listened to is gone.
    #[error("stopped")]
    Stopped,
    /// [`Limits::duration_max`] is reached.
    #[error("the recording has reached its limit of {} s", limit.as_secs_f64())]
    Duration {
        /// The limit.
        limit: Duration,
    },
    /// [`Limits::file_bytes_max`] is reached.
    #[error("{file} has reached its limit of {limit} bytes")]
    Size {
        /// Which file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// A file cannot be written. What was written before is in it.
    #[error("{file}: {reason}")]
    Failed {
        /// Which file.
        file: String,
        /// What the operating system said.
        reason: String,
    },
}
