//! The chunks of a RIFF file, as far as a sound needs them.
//!
//! ```text
//! 0  'RIFF' size 'WAVE'          size is not trusted: streamed and truncated files have it wrong
//! 12 id size body [pad]  …       a body of odd length is followed by one byte of padding
//! ```
//!
//! Only `fmt ` and `data` matter; LIST, fact, bext and all others are stepped over. A `data` chunk
//! that claims more than the file holds was cut short on its way or streamed (size 0xFFFFFFFF, or
//! 0 in a header that was never completed): what is there is played.

use super::fault::WavFault;

/// Chunks walked before the `data` chunk at most.
pub(super) const CHUNKS_MAX: usize = 1_024;

const HEADER_LEN: usize = 12;
const CHUNK_HEADER_LEN: usize = 8;

/// Size of a `data` chunk whose writer could not know it.
const SIZE_UNKNOWN: u32 = u32::MAX;

/// Where in the file the two chunks lie that matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<'a> {
    /// Body of the `fmt ` chunk.
    pub(super) format: &'a [u8],
    /// Its offset in the file.
    pub(super) format_at: usize,
    /// Body of the `data` chunk, as far as the file has it.
    pub(super) data: &'a [u8],
    /// Its offset in the file.
    pub(super) data_at: usize,
    /// Whether the file holds less than its `data` chunk claims.
    pub(super) truncated: bool,
}

/// Finds the format and the samples.
pub(super) fn layout(file: &[u8]) -> Result<Layout<'_>, WavFault> {
    check_header(file)?;
    let mut format = None;
    let mut data_size_64 = None;
    let mut at = HEADER_LEN;
    for _ in 0..CHUNKS_MAX {
        let Some((id, size)) = chunk_header(file, at) else {
            return Err(missing(format.is_some(), file.len()));
        };
        let body_at = at + CHUNK_HEADER_LEN;
        match &id {
            b"data" => {
                let (format_at, format) = format.ok_or(WavFault::NoFormat { at })?;
                let size = data_size(file, size, data_size_64);
                return Ok(with_data(file, format, format_at, body_at, size));
            }
            b"fmt " if format.is_none() => format = Some((body_at, body(file, body_at, size))),
            b"ds64" => data_size_64 = read_u64(file, body_at + 8),
            _ => {}
        }
        at = next_chunk(file, body_at, size);
    }
    Err(WavFault::TooManyChunks { limit: CHUNKS_MAX, at })
}

fn check_header(file: &[u8]) -> Result<(), WavFault> {
    let Some(magic) = file.first_chunk::<4>() else {
        return Err(WavFault::TooShort { bytes: file.len() });
    };
    // RF64 is the same with 64 bit sizes in a chunk `ds64` (EBU Tech 3306).
    if magic != b"RIFF" && magic != b"RF64" {
        return Err(WavFault::NotRiff { found: printable(magic), hint: kind_of(file) });
    }
    let Some(form) = file.get(8..HEADER_LEN) else {
        return Err(WavFault::TooShort { bytes: file.len() });
    };
    if form != b"WAVE" {
        return Err(WavFault::NotWave { found: printable(form) });
    }
    Ok(())
}

fn chunk_header(file: &[u8], at: usize) -> Option<([u8; 4], u32)> {
    let id = file.get(at..)?.first_chunk::<4>()?;
    let size = file.get(at + 4..)?.first_chunk::<4>()?;
    Some((*id, u32::from_le_bytes(*size)))
}

fn read_u64(file: &[u8], at: usize) -> Option<u64> {
    file.get(at..)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
}

/// How many bytes of samples the file claims, `None` when its writer did not know.
fn data_size(file: &[u8], size: u32, size_64: Option<u64>) -> Option<usize> {
    if size == SIZE_UNKNOWN {
        return size_64.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    }
    let riff_size = file.get(4..8).unwrap_or_default();
    let never_completed = riff_size == [0; 4] || riff_size == [0xFF; 4];
    if size == 0 && never_completed {
        return None;
    }
    usize::try_from(size).ok()
}

fn with_data<'a>(
    file: &'a [u8],
    format: &'a [u8],
    format_at: usize,
    data_at: usize,
    size: Option<usize>,
) -> Layout<'a> {
    let rest = file.get(data_at..).unwrap_or_default();
    let claimed = size.unwrap_or(rest.len());
    Layout {
        format,
        format_at,
        data: rest.get(..claimed).unwrap_or(rest),
        data_at,
        truncated: claimed > rest.len(),
    }
}

fn body(file: &[u8], at: usize, size: u32) -> &[u8] {
    let rest = file.get(at..).unwrap_or_default();
    rest.get(..size as usize).unwrap_or(rest)
}

/// Steps over the body and its padding. Some writers forget the padding; where the header of a
/// chunk we need stands right behind an odd body, they are believed.
fn next_chunk(file: &[u8], body_at: usize, size: u32) -> usize {
    let end = body_at.saturating_add(size as usize);
    if size.is_multiple_of(2) {
        return end;
    }
    let unpadded = file.get(end..).and_then(|rest| rest.first_chunk::<4>());
    match unpadded {
        Some(b"data" | b"fmt ") => end,
        _ => end.saturating_add(1),
    }
}

fn missing(format_seen: bool, at: usize) -> WavFault {
    if format_seen { WavFault::NoData { at } } else { WavFault::NoFormat { at } }
}

fn printable(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// What people send by mistake, told by its first bytes.
fn kind_of(file: &[u8]) -> Option<&'static str> {
    let is = |magic: &[u8]| file.starts_with(magic);
    match () {
        () if is(b"OggS") => Some("Ogg"),
        () if is(b"ID3") || is(&[0xFF, 0xFB]) || is(&[0xFF, 0xF3]) => Some("MP3"),
        () if is(b"fLaC") => Some("FLAC"),
        () if is(b".snd") => Some("Sun audio"),
        () if is(b"FORM") => Some("AIFF"),
        () if is(b"RIFX") => Some("big-endian WAVE"),
        () if is(b"#!AMR") => Some("AMR"),
        () if is(b"<") => Some("a text such as HTML or XML"),
        () if file.get(4..8) == Some(b"ftyp") => Some("MP4"),
        () => None,
    }
}
