//! The `fmt ` chunk: how the samples are coded.
//!
//! ```text
//! 0 tag   2 channels   4 rate in Hz   8 bytes a second   12 bytes a frame   14 bits a sample
//! 16 extra length   18 valid bits   20 channel mask   24 sub-format (16 bytes, tag first)
//! ```
//!
//! Everything from 16 on is there only with tag 0xFFFE, WAVE_FORMAT_EXTENSIBLE. Bytes a second
//! and bytes a frame follow from the rest and are not looked at: many files have them wrong.

use super::decode::Limits;
use super::fault::WavFault;

const FORMAT_LEN: usize = 16;
const EXTENSIBLE_LEN: usize = 40;
const SUB_FORMAT_AT: usize = 24;

const TAG_PCM: u16 = 0x0001;
const TAG_FLOAT: u16 = 0x0003;
const TAG_A_LAW: u16 = 0x0006;
const TAG_MU_LAW: u16 = 0x0007;
const TAG_EXTENSIBLE: u16 = 0xFFFE;

/// What follows the tag in a sub-format that stands for a format tag (KSDATAFORMAT_SUBTYPE).
const SUB_FORMAT_TAIL: [u8; 14] =
    [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

/// How one sample is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Unsigned, 8 bit.
    U8,
    /// Signed, 16 bit.
    I16,
    /// Signed, 24 bit.
    I24,
    /// Signed, 32 bit.
    I32,
    /// IEEE float, 32 bit.
    F32,
    /// IEEE float, 64 bit.
    F64,
    /// G.711 µ-law.
    MuLaw,
    /// G.711 A-law.
    ALaw,
}

impl Encoding {
    /// Bytes of one sample.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Encoding::U8 | Encoding::MuLaw | Encoding::ALaw => 1,
            Encoding::I16 => 2,
            Encoding::I24 => 3,
            Encoding::I32 | Encoding::F32 => 4,
            Encoding::F64 => 8,
        }
    }
}

/// How a file's samples are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Coding of one sample.
    pub encoding: Encoding,
    /// Samples of one instant.
    pub channels: u16,
    /// Sampling rate in Hz.
    pub rate_hz: u32,
}

impl Format {
    /// Bytes of one sample of every channel.
    #[must_use]
    pub fn frame_bytes(self) -> usize {
        self.encoding.bytes() * usize::from(self.channels)
    }
}

/// Reads the chunk's body, which lies at byte `at` of the file.
pub(super) fn parse(body: &[u8], at: usize, limits: &Limits) -> Result<Format, WavFault> {
    let Some(head) = body.first_chunk::<FORMAT_LEN>() else {
        return Err(WavFault::FormatTooShort { at, len: body.len(), needed: FORMAT_LEN });
    };
    let field = |offset: usize| u16::from_le_bytes([head[offset], head[offset + 1]]);
    let (tag, tag_at) = match field(0) {
        TAG_EXTENSIBLE => (sub_format(body, at)?, at + SUB_FORMAT_AT),
        tag => (tag, at),
    };
    let rate_hz = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    Ok(Format {
        encoding: encoding(tag, tag_at, field(14), at + 14)?,
        channels: channels(field(2), at + 2, limits)?,
        rate_hz: rate(rate_hz, at + 4, limits)?,
    })
}

fn sub_format(body: &[u8], at: usize) -> Result<u16, WavFault> {
    let Some(guid) = body.get(SUB_FORMAT_AT..EXTENSIBLE_LEN) else {
        return Err(WavFault::FormatTooShort { at, len: body.len(), needed: EXTENSIBLE_LEN });
    };
    match guid {
        [low, high, tail @ ..] if tail == SUB_FORMAT_TAIL => Ok(u16::from_le_bytes([*low, *high])),
        _ => Err(WavFault::UnsupportedSubFormat {
            guid: guid.iter().map(|byte| format!("{byte:02x}")).collect(),
            at: at + SUB_FORMAT_AT,
        }),
    }
}

/// PCM of a width that is no whole number of bytes lies left-justified in the next wider one.
fn encoding(tag: u16, tag_at: usize, bits: u16, bits_at: usize) -> Result<Encoding, WavFault> {
    let unsupported = |encoding| WavFault::UnsupportedBits { bits, encoding, at: bits_at };
    match (tag, bits) {
        (TAG_PCM, 1..=8) => Ok(Encoding::U8),
        (TAG_PCM, 9..=16) => Ok(Encoding::I16),
        (TAG_PCM, 17..=24) => Ok(Encoding::I24),
        (TAG_PCM, 25..=32) => Ok(Encoding::I32),
        (TAG_PCM, _) => Err(unsupported("PCM")),
        (TAG_FLOAT, 32) => Ok(Encoding::F32),
        (TAG_FLOAT, 64) => Ok(Encoding::F64),
        (TAG_FLOAT, _) => Err(unsupported("float")),
        (TAG_A_LAW, 8) => Ok(Encoding::ALaw),
        (TAG_A_LAW, _) => Err(unsupported("A-law")),
        (TAG_MU_LAW, 8) => Ok(Encoding::MuLaw),
        (TAG_MU_LAW, _) => Err(unsupported("\u{b5}-law")),
        _ => Err(WavFault::UnsupportedTag { tag, name: tag_name(tag), at: tag_at }),
    }
}

fn channels(channels: u16, at: usize, limits: &Limits) -> Result<u16, WavFault> {
    if channels == 0 || channels > limits.channels_max {
        return Err(WavFault::Channels { channels, limit: limits.channels_max, at });
    }
    Ok(channels)
}

fn rate(rate_hz: u32, at: usize, limits: &Limits) -> Result<u32, WavFault> {
    let (min, max) = (limits.rate_hz_min, limits.rate_hz_max);
    if rate_hz < min || rate_hz > max {
        return Err(WavFault::Rate { rate_hz, min, max, at });
    }
    Ok(rate_hz)
}

/// Names of tags that turn up in real files (RFC 2361 and Microsoft's mmreg.h).
fn tag_name(tag: u16) -> Option<&'static str> {
    match tag {
        0x0002 => Some("Microsoft ADPCM"),
        0x0011 => Some("IMA ADPCM"),
        0x0014 | 0x0040 | 0x0045 | 0x0064 => Some("G.72x ADPCM"),
        0x0031 => Some("GSM 6.10"),
        0x0050 => Some("MPEG audio"),
        0x0055 => Some("MP3"),
        0x0083 => Some("G.729"),
        0x00FF | 0x1600 | 0x1610 => Some("AAC"),
        0x0161 | 0x0162 => Some("Windows Media Audio"),
        0x028F => Some("G.722 ADPCM"),
        _ => None,
    }
}
