//! What can be wrong with a WAVE file, told with the byte offset where it was seen.

use crate::resample::ResampleError;

/// Why a file cannot be played. The message is meant for the person who made the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavFault {
    /// The file is larger than [`Limits::file_bytes_max`](super::Limits).
    #[error("the file has {bytes} bytes, more than the limit of {limit}")]
    FileTooLarge {
        /// Size of the file.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The file ends before the first chunk.
    #[error("not a RIFF/WAVE file: only {bytes} bytes long")]
    TooShort {
        /// Size of the file.
        bytes: usize,
    },
    /// The file does not begin as a RIFF file.
    #[error("not a RIFF/WAVE file: starts with '{found}'{}", in_brackets(.hint))]
    NotRiff {
        /// The first four bytes, unprintable ones escaped.
        found: String,
        /// What the file seems to be instead.
        hint: Option<&'static str>,
    },
    /// A RIFF file of another kind.
    #[error("a RIFF file, but not a WAVE file: form '{found}' at byte 8")]
    NotWave {
        /// The form, unprintable bytes escaped.
        found: String,
    },
    /// More chunks than any sound file needs.
    #[error("more than {limit} chunks before the data chunk, at byte {at}")]
    TooManyChunks {
        /// The limit.
        limit: usize,
        /// Offset of the first chunk too many.
        at: usize,
    },
    /// No `fmt ` chunk before the samples.
    #[error("no 'fmt ' chunk before byte {at}")]
    NoFormat {
        /// Where the samples begin, or the file ends.
        at: usize,
    },
    /// No `data` chunk.
    #[error("no 'data' chunk up to the end of the file at byte {at}")]
    NoData {
        /// Size of the file.
        at: usize,
    },
    /// The `fmt ` chunk is too short for what it describes.
    #[error("the 'fmt ' chunk at byte {at} has {len} bytes, but needs {needed}")]
    FormatTooShort {
        /// Offset of its first field.
        at: usize,
        /// Its length.
        len: usize,
        /// The length it should have.
        needed: usize,
    },
    /// A coding that is not supported.
    #[error("unsupported format tag {tag:#06x}{} at byte {at}", in_brackets(.name))]
    UnsupportedTag {
        /// The format tag.
        tag: u16,
        /// Its name, where known.
        name: Option<&'static str>,
        /// Offset of the tag.
        at: usize,
    },
    /// WAVE_FORMAT_EXTENSIBLE with a sub-format that is no format tag.
    #[error("unsupported sub-format {guid} at byte {at}")]
    UnsupportedSubFormat {
        /// The sub-format as hexadecimal digits.
        guid: String,
        /// Offset of the GUID.
        at: usize,
    },
    /// A sample size that its coding does not have.
    #[error("unsupported sample size of {bits} bits for {encoding} at byte {at}")]
    UnsupportedBits {
        /// Bits for each sample.
        bits: u16,
        /// The coding.
        encoding: &'static str,
        /// Offset of the field.
        at: usize,
    },
    /// No channels, or too many.
    #[error("{channels} channels at byte {at}, supported are 1 to {limit}")]
    Channels {
        /// The number of channels.
        channels: u16,
        /// The limit.
        limit: u16,
        /// Offset of the field.
        at: usize,
    },
    /// A sampling rate outside the limits.
    #[error("sampling rate of {rate_hz} Hz at byte {at}, supported are {min} to {max} Hz")]
    Rate {
        /// The rate.
        rate_hz: u32,
        /// Lowest supported.
        min: u32,
        /// Highest supported.
        max: u32,
        /// Offset of the field.
        at: usize,
    },
    /// The clip plays too long.
    #[error("plays for {seconds} s, more than the limit of {limit} s")]
    TooLong {
        /// How long it plays.
        seconds: u64,
        /// The limit.
        limit: u64,
    },
    /// The samples could not be decoded.
    #[error("the samples from byte {at} on cannot be decoded: {reason}")]
    Samples {
        /// Offset of the first sample.
        at: usize,
        /// What the decoder said.
        reason: String,
    },
    /// The rate could not be converted.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}

fn in_brackets(name: &Option<&'static str>) -> String {
    name.map(|name| format!(" ({name})")).unwrap_or_default()
}
