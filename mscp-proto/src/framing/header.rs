//! `message-header = content-length content-type` (7.2.2); other fields are read over.

use super::error::{FrameError, FrameFault};
use super::start_line::StartLine;
use crate::limits::FrameLimits;

/// A header part that was read.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) start: StartLine,
    pub(super) content_type: Option<String>,
    pub(super) length: usize,
}

impl Header {
    /// Reads the lines before the empty one, each without its line end.
    pub(super) fn parse<'a>(
        mut lines: impl Iterator<Item = &'a [u8]>,
        limits: &FrameLimits,
    ) -> Result<Self, FrameError> {
        let without_id = |fault| FrameError { fault, request_id: None };
        let first = text(lines.next().unwrap_or_default()).map_err(without_id)?;
        let start = StartLine::parse(first).map_err(without_id)?;
        Self::fields(start, lines, limits)
            .map_err(|fault| FrameError { fault, request_id: request_id(&start) })
    }

    fn fields<'a>(
        start: StartLine,
        lines: impl Iterator<Item = &'a [u8]>,
        limits: &FrameLimits,
    ) -> Result<Self, FrameFault> {
        let mut content_type = None;
        let mut length = None;
        for (index, line) in lines.enumerate() {
            if index >= limits.headers {
                return Err(FrameFault::TooManyHeaders(limits.headers));
            }
            let (name, value) = field(text(line)?)?;
            if name.eq_ignore_ascii_case("Content-Length") {
                let value = parse_length(value, limits)?;
                set_once(&mut length, value, "Content-Length")?;
            } else if name.eq_ignore_ascii_case("Content-Type") {
                set_once(&mut content_type, value.to_owned(), "Content-Type")?;
            }
        }
        Ok(Self { start, content_type, length: length.ok_or(FrameFault::NoLength)? })
    }
}

/// Only a request is owed an answer.
pub(super) fn request_id(start: &StartLine) -> Option<u64> {
    match start {
        StartLine::Request { id, .. } => Some(*id),
        StartLine::Response { .. } | StartLine::Notification { .. } => None,
    }
}

/// A line as text: the header is in "the ASCII character subset of UTF-8" (7.2.2).
pub(super) fn text(line: &[u8]) -> Result<&str, FrameFault> {
    let refused = line.iter().find(|byte| !matches!(byte, b'\t' | b' '..=b'~'));
    match (refused, std::str::from_utf8(line)) {
        (None, Ok(text)) => Ok(text),
        (refused, _) => Err(FrameFault::Byte(refused.copied().unwrap_or_default())),
    }
}

fn field(line: &str) -> Result<(&str, &str), FrameFault> {
    match line.split_once(':') {
        // White space before the colon hides a name from one reader and not from the next.
        Some((name, value)) if !name.is_empty() && !name.contains([' ', '\t']) => {
            Ok((name, value.trim_matches([' ', '\t'])))
        }
        _ => Err(FrameFault::Header(line.to_owned())),
    }
}

/// Decides on the number before anything is reserved for the body.
fn parse_length(value: &str, limits: &FrameLimits) -> Result<usize, FrameFault> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FrameFault::Length(value.to_owned()));
    }
    match value.parse() {
        Ok(length) if length <= limits.body => Ok(length),
        _ => Err(FrameFault::BodyTooLong { length: value.to_owned(), max: limits.body }),
    }
}

fn set_once<T>(field: &mut Option<T>, value: T, name: &'static str) -> Result<(), FrameFault> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(FrameFault::Twice(name)),
    }
}
