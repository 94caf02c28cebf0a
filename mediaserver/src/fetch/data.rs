//! `data:` URIs (RFC 2397): the body is in the URI itself, in base64 or percent-encoded.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::{FetchError, Fetched, shown};

/// The media type of a `data:` URI that names none (RFC 2397 section 2).
const DEFAULT_TYPE: &str = "text/plain;charset=US-ASCII";

/// Padding may be missing: many writers leave it away, and nothing becomes ambiguous.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What follows `data:`, whatever its case, if `uri` is one.
pub(super) fn strip_scheme(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    scheme.eq_ignore_ascii_case("data").then_some(rest)
}

/// Reads what follows `data:`.
pub(super) fn read(rest: &str, max_bytes: usize) -> Result<Fetched, FetchError> {
    let uri = || shown(&format!("data:{rest}"));
    let malformed = |why: &str| FetchError::Malformed { uri: uri(), why: why.to_owned() };
    let (head, body) = rest.split_once(',').ok_or_else(|| malformed("no comma before the data"))?;
    // Encoded text is longer than what it stands for, but never more than three times (%41).
    if body.len() / 3 > max_bytes {
        return Err(FetchError::TooLarge { uri: uri(), limit: max_bytes });
    }
    let (kind, bytes) = match strip_base64_mark(head) {
        Some(kind) => (kind, decode_base64(body).ok_or_else(|| malformed("bad base64"))?),
        None => (head, percent_decode_str(body).collect()),
    };
    if bytes.len() > max_bytes {
        return Err(FetchError::TooLarge { uri: uri(), limit: max_bytes });
    }
    Ok(Fetched {
        bytes: Bytes::from(bytes),
        content_type: Some(media_type(kind)),
        final_uri: uri(),
    })
}

fn strip_base64_mark(head: &str) -> Option<&str> {
    let (kind, mark) = head.rsplit_once(';')?;
    mark.trim().eq_ignore_ascii_case("base64").then_some(kind)
}

/// XML attributes are often wrapped, so white space within the data is no part of it.
fn decode_base64(body: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = percent_decode_str(body).filter(|b| !b.is_ascii_whitespace()).collect();
    BASE64.decode(text).ok()
}

fn media_type(kind: &str) -> String {
    let kind = percent_decode_str(kind.trim()).decode_utf8_lossy();
    if kind.is_empty() {
        return DEFAULT_TYPE.to_owned();
    }
    if kind.starts_with(';') {
        return format!("text/plain{kind}");
    }
    kind.into_owned()
}
