//! A body of whatever Content-Type into the message and its resources.

use std::borrow::Cow;

use thiserror::Error;

use super::base64;
use super::media_type::ContentType;
use super::resource::{Resource, Resources};
use crate::limits::MultipartLimits;
use crate::message::CONTENT_TYPE;

/// A body, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body<'b> {
    /// The XML of the message.
    pub message: Cow<'b, [u8]>,
    /// What came with it.
    pub resources: Resources,
}

/// Why a body holds no message that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BodyError {
    /// No Content-Type.
    #[error("the header Content-Type is missing; send {CONTENT_TYPE}")]
    NoContentType,
    /// Not a media type.
    #[error("\"{0}\" is not a Content-Type; send {CONTENT_TYPE}")]
    ContentType(String),
    /// Neither a message nor a multipart body.
    #[error(
        "a body of type {0} cannot be read; send {CONTENT_TYPE}, multipart/mixed or \
         multipart/related"
    )]
    Unsupported(String),
    /// A charset other than UTF-8.
    #[error("the charset {0} is not accepted; MSCP is UTF-8 (3.2)")]
    Charset(String),
    /// No usable boundary parameter.
    #[error("the multipart Content-Type needs a boundary of 1 to 70 characters")]
    Boundary,
    /// The closing boundary never comes.
    #[error("the multipart body does not end with its closing boundary")]
    Unclosed,
    /// Too many parts.
    #[error("more than the {0} parts allowed")]
    TooManyParts(usize),
    /// A part's headers do not end, or are too long.
    #[error("part {part}: the header block has no end within the {max} bytes allowed")]
    HeaderTooLong {
        /// Which part, from 1.
        part: usize,
        /// The limit.
        max: usize,
    },
    /// A header of a part cannot be read.
    #[error("part {part}: \"{line}\" is not a header")]
    Header {
        /// Which part, from 1.
        part: usize,
        /// The line.
        line: String,
    },
    /// A transfer encoding this crate does not undo.
    #[error(
        "part {part}: the Content-Transfer-Encoding {encoding} is not accepted; send binary, 8bit, 7bit or base64"
    )]
    Encoding {
        /// Which part, from 1.
        part: usize,
        /// What it is.
        encoding: String,
    },
    /// Content that is not the base64 it says it is.
    #[error("part {0}: the content is not base64")]
    Base64(usize),
    /// Two resources of one name.
    #[error("the Content-ID <{0}> is given to two parts")]
    DuplicateId(String),
    /// No part is a message.
    #[error("no part of the multipart body has the type {CONTENT_TYPE}")]
    NoMessage,
}

/// Takes a body apart by its Content-Type, as it stands in the header of a PDU or a SIP message.
///
/// # Errors
///
/// The body holds no message that can be read; what to tell the peer.
pub fn read_body<'b>(
    content_type: Option<&str>,
    body: &'b [u8],
    limits: &MultipartLimits,
) -> Result<Body<'b>, BodyError> {
    let text = content_type.ok_or(BodyError::NoContentType)?;
    let parsed = ContentType::parse(text).ok_or_else(|| BodyError::ContentType(text.to_owned()))?;
    if parsed.is_multipart() {
        return multipart(&parsed, body, limits);
    }
    if parsed.essence != CONTENT_TYPE {
        return Err(BodyError::Unsupported(parsed.essence));
    }
    check_charset(&parsed)?;
    Ok(Body { message: Cow::Borrowed(body), resources: Resources::default() })
}

fn check_charset(content_type: &ContentType) -> Result<(), BodyError> {
    match content_type.parameter("charset") {
        Some(charset) if !charset.eq_ignore_ascii_case("utf-8") => {
            Err(BodyError::Charset(charset.to_owned()))
        }
        _ => Ok(()),
    }
}

fn multipart<'b>(
    content_type: &ContentType,
    body: &'b [u8],
    limits: &MultipartLimits,
) -> Result<Body<'b>, BodyError> {
    let boundary = content_type.parameter("boundary").unwrap_or_default();
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(BodyError::Boundary);
    }
    let mut message = None;
    let mut resources = Vec::new();
    for (index, part) in split(body, boundary, limits.parts)?.into_iter().enumerate() {
        let part = Part::parse(index + 1, part, limits)?;
        if message.is_none() && part.is_message() {
            check_charset(&part.content_type)?;
            message = Some(part.content);
        } else {
            resources.push(part.into_resource());
        }
    }
    check_unique(&resources)?;
    let message = message.ok_or(BodyError::NoMessage)?;
    Ok(Body { message, resources: Resources(resources) })
}

/// Cuts the body at its boundaries (RFC 2046 5.1.1); preamble and epilogue are dropped.
///
/// The line end before a boundary belongs to the boundary.
fn split<'b>(body: &'b [u8], boundary: &str, max: usize) -> Result<Vec<&'b [u8]>, BodyError> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut part_start = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line_start = at;
        at += line.len();
        let Some(tail) = line.strip_prefix(delimiter.as_bytes()) else { continue };
        let is_close = tail.trim_ascii() == b"--";
        if !is_close && !tail.trim_ascii().is_empty() {
            continue;
        }
        if let Some(start) = part_start.replace(at) {
            let part = body.get(start..line_start).unwrap_or_default();
            parts.push(trim_line_end(part));
        }
        if parts.len() > max {
            return Err(BodyError::TooManyParts(max));
        }
        if is_close {
            return Ok(parts);
        }
    }
    Err(BodyError::Unclosed)
}

/// One part: its headers that mean something here, and its content.
struct Part<'b> {
    content_type: ContentType,
    content_type_text: String,
    content_id: Option<String>,
    content: Cow<'b, [u8]>,
}

impl<'b> Part<'b> {
    fn parse(number: usize, bytes: &'b [u8], limits: &MultipartLimits) -> Result<Self, BodyError> {
        let (lines, content) = split_header(number, bytes, limits.header_bytes)?;
        let mut content_type_text = "text/plain".to_owned();
        let mut content_id = None;
        let mut encoding = "7bit".to_owned();
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                return Err(BodyError::Header { part: number, line });
            };
            let value = value.trim_ascii();
            match name.trim_ascii().to_ascii_lowercase().as_str() {
                "content-type" => value.clone_into(&mut content_type_text),
                "content-id" => content_id = Some(strip_angles(value).to_owned()),
                "content-transfer-encoding" => encoding = value.to_ascii_lowercase(),
                _ => {}
            }
        }
        let content_type = ContentType::parse(&content_type_text)
            .ok_or_else(|| BodyError::ContentType(content_type_text.clone()))?;
        let content = decode_content(number, content, encoding)?;
        Ok(Self { content_type, content_type_text, content_id, content })
    }

    fn is_message(&self) -> bool {
        self.content_type.essence == CONTENT_TYPE
    }

    fn into_resource(self) -> Resource {
        Resource {
            content_id: self.content_id,
            content_type: self.content_type_text,
            bytes: self.content.into_owned(),
        }
    }
}

/// The header lines of a part, folded ones joined, and what follows the empty line.
fn split_header(
    number: usize,
    bytes: &[u8],
    max: usize,
) -> Result<(Vec<String>, &[u8]), BodyError> {
    let mut lines: Vec<String> = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if at > max {
            break;
        }
        let text = String::from_utf8_lossy(trim_line_end(line));
        if text.is_empty() {
            return Ok((lines, bytes.get(at..).unwrap_or_default()));
        }
        match lines.last_mut() {
            Some(last) if text.starts_with([' ', '\t']) => last.push_str(&text),
            _ => lines.push(text.into_owned()),
        }
    }
    Err(BodyError::HeaderTooLong { part: number, max })
}

fn decode_content(
    number: usize,
    content: &[u8],
    encoding: String,
) -> Result<Cow<'_, [u8]>, BodyError> {
    match encoding.as_str() {
        "binary" | "8bit" | "7bit" => Ok(Cow::Borrowed(content)),
        "base64" => base64::decode(content).map(Cow::Owned).ok_or(BodyError::Base64(number)),
        _ => Err(BodyError::Encoding { part: number, encoding }),
    }
}

/// A `cid:` must name one resource; which of two would be anybody's guess.
fn check_unique(resources: &[Resource]) -> Result<(), BodyError> {
    let mut seen = Vec::new();
    for id in resources.iter().filter_map(|resource| resource.content_id.as_deref()) {
        if seen.contains(&id) {
            return Err(BodyError::DuplicateId(id.to_owned()));
        }
        seen.push(id);
    }
    Ok(())
}

fn strip_angles(id: &str) -> &str {
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
