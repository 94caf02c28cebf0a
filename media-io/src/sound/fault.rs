//! What can be wrong with a document.

use super::Kind;
use crate::resample::ResampleError;
use crate::wav::WavFault;

/// Why a document cannot be played. The message is meant for the person who made it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SoundFault {
    /// A WAVE file, or what was taken for one.
    #[error(transparent)]
    Wav(#[from] WavFault),
    /// No decoder makes anything of its beginning.
    #[error("{}: the beginning cannot be read: {reason}", kind.name())]
    Beginning {
        /// What it was taken for.
        kind: Kind,
        /// What the decoder said.
        reason: String,
    },
    /// It begins well.
    #[error("{}: damaged at {seconds:.3} s: {reason}", kind.name())]
    Damaged {
        /// What it is.
        kind: Kind,
        /// Where, in playing time from its beginning.
        seconds: f64,
        /// What the decoder said.
        reason: String,
    },
    /// It holds something that is not played.
    #[error("{}: {what} is not supported", kind.name())]
    Unsupported {
        /// What it is.
        kind: Kind,
        /// What that holds.
        what: String,
    },
    /// It is larger than [`Limits::file_bytes_max`](super::Limits).
    #[error("the file has {bytes} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// It plays for longer than [`Limits::duration_max`](super::Limits).
    #[error("the file plays for more than the limit of {limit} s")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// Its rate is outside the limits.
    #[error(transparent)]
    Rate(#[from] ResampleError),
}
