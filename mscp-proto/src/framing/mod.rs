//! The TCP transport channel (7.2): PDUs out of bytes and into bytes.
//!
//! ```text
//! REQ MSCP/1.0 21091                  start-line
//! Content-Type: application/mscp+xml  message-header
//! Content-Length: 192
//!                                     empty line
//! <mscp …                             message-body, Content-Length bytes
//! ```
//!
//! Decisions where the draft is silent or contradicts itself:
//!
//! * One space is sent between the fields of a start-line, one or more are read.
//! * Lines end in CR LF. A bare LF is read too, for a person with a terminal; it is safe here,
//!   because no intermediary frames the same bytes by another rule. A CR elsewhere is an error.
//! * Empty lines before a start-line are skipped, as RFC 3261 7.5 does.
//! * A length that cannot be trusted (missing, doubled, not digits, over the limit) is the end of
//!   the channel: where the next PDU begins can no longer be known.

mod decoder;
mod error;
mod header;
mod pdu;
mod request_id;
mod start_line;
mod version;

pub use decoder::Decoder;
pub use error::{FrameError, FrameFault};
pub use pdu::Pdu;
pub use request_id::{RequestIds, XmlIds};
pub use start_line::{StartLine, Status};
pub use version::Version;
