//! Text to a description, within limits.

use sdp_types::{ParserError, Session};

use super::refusal::Refusal;

/// Size of a description in bytes at most.
pub const SDP_BYTES_MAX: usize = 16 * 1024;

/// Lines of a description at most.
pub const LINES_MAX: usize = 512;

/// Media (`m=`) of a description at most.
pub const MEDIA_MAX: usize = 16;

/// Attributes (`a=`) of a description at most, all media together.
pub const ATTRIBUTES_MAX: usize = 384;

/// Formats of one medium at most.
pub const FORMATS_MAX: usize = 64;

/// Reads a description after counting what it holds.
pub(super) fn parse(text: &[u8]) -> Result<Session, Refusal> {
    check_limits(text)?;
    let session = Session::parse(text).map_err(|error| malformed(&error))?;
    let crowded =
        session.medias.iter().any(|media| media.fmt.split_whitespace().nth(FORMATS_MAX).is_some());
    if crowded {
        return Err(Refusal::TooLarge { what: "formats in one medium", limit: FORMATS_MAX });
    }
    Ok(session)
}

pub(super) fn check_limits(text: &[u8]) -> Result<(), Refusal> {
    if text.len() > SDP_BYTES_MAX {
        return Err(Refusal::TooLarge { what: "bytes", limit: SDP_BYTES_MAX });
    }
    let counts: [(&'static str, &[u8], usize); 3] = [
        ("lines", b"", LINES_MAX),
        ("media", b"m=", MEDIA_MAX),
        ("attributes", b"a=", ATTRIBUTES_MAX),
    ];
    for (what, prefix, limit) in counts {
        if lines(text).filter(|line| line.starts_with(prefix)).nth(limit).is_some() {
            return Err(Refusal::TooLarge { what, limit });
        }
    }
    Ok(())
}

/// The line of the `index`-th medium, counted from 1.
pub(super) fn line_of_media(text: &[u8], index: usize) -> usize {
    lines(text)
        .enumerate()
        .filter(|(_, line)| line.starts_with(b"m="))
        .nth(index)
        .map_or(0, |(line, _)| line + 1)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

fn malformed(error: &ParserError) -> Refusal {
    Refusal::Malformed { line: line_of(error), reason: error.to_string() }
}

/// Only the first variants are reached by content; all carry their line in the same place.
fn line_of(error: &ParserError) -> usize {
    match error {
        ParserError::InvalidLineFormat(line, _)
        | ParserError::InvalidFieldEncoding(line, _)
        | ParserError::InvalidFieldFormat(line, _)
        | ParserError::MissingField(line, _)
        | ParserError::FieldTrailingData(line, _)
        | ParserError::InvalidVersion(line, _)
        | ParserError::MultipleVersions(line)
        | ParserError::MultipleOrigins(line)
        | ParserError::MultipleSessionNames(line)
        | ParserError::MultipleSessionDescription(line)
        | ParserError::MultipleUris(line)
        | ParserError::MultipleConnections(line)
        | ParserError::MultipleTimeZones(line)
        | ParserError::MultipleMediaTitles(line)
        | ParserError::MultipleKeys(line)
        | ParserError::RepeatWithoutTime(line) => *line,
        ParserError::NoVersion => 1,
        _ => 0,
    }
}
