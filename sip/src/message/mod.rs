//! Messages as this crate sees them: read strictly from bytes, written from parts.
//!
//! The grammar of start line, header fields and URIs is rsipstack's; what stands here is what a
//! user agent must know about a message beyond it: which faults deserve which status, the top
//! Via with `received` and `rport`, tags, and the header fields that are copied verbatim.

mod name_addr;
mod read;
mod request;
mod response;
mod via;
mod write;

pub(crate) use name_addr::{NameAddr, split_list};
pub(crate) use read::{Fault, Message, read};
pub(crate) use request::{Method, Request};
pub(crate) use response::{Response, transaction_key};
pub(crate) use via::{DEFAULT_PORT, Via, branch};
pub(crate) use write::{Writer, reason_phrase};

use rsipstack::sip::Headers;

/// The media type of every session description.
pub(crate) const SDP: &str = "application/sdp";

/// The values of all header fields with this name, compact forms included, in order.
pub(crate) fn values<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().filter(move |h| h.name().eq_ignore_ascii_case(name)).map(|h| h.value())
}

/// The elements of a comma-separated header field that may be spread over several lines.
pub(crate) fn list(headers: &Headers, name: &str) -> Vec<String> {
    values(headers, name).flat_map(split_list).map(str::to_owned).collect()
}

/// Whether the Content-Type is a session description, parameters aside.
pub(crate) fn is_sdp(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(SDP))
}
