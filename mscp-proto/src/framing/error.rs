//! Why the framing was lost.

use std::time::Duration;

use thiserror::Error;

/// The channel cannot go on: where the next PDU begins is not known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct FrameError {
    /// What is wrong.
    #[source]
    pub fault: FrameFault,
    /// The request-id, if the faulty PDU was a request and its start-line could be read: then the
    /// peer is owed a 400 before the channel closes.
    pub request_id: Option<u64>,
}

/// What is wrong with the header of a PDU (7.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrameFault {
    /// Not one of the three start-lines.
    #[error(
        "\"{0}\" is not a start-line; send \"REQ MSCP/1.0 <request-id>\" or \"NOTIF MSCP/1.0\""
    )]
    StartLine(String),
    /// Where the version should be.
    #[error("\"{0}\" is not a version; send \"MSCP/1.0\"")]
    Version(String),
    /// Where the status should be.
    #[error("\"{0}\" is not a status; 200, 400 and 500 are")]
    Status(String),
    /// Not digits, or more than 64 bits hold.
    #[error("\"{0}\" is not a request-id; send digits, at most 18446744073709551615")]
    RequestId(String),
    /// The start-line does not end.
    #[error("the start-line is longer than the {0} bytes allowed")]
    StartLineTooLong(usize),
    /// The header part does not end.
    #[error("the header part is longer than the {0} bytes allowed")]
    HeaderTooLong(usize),
    /// Too many header fields.
    #[error("more than the {0} header fields allowed")]
    TooManyHeaders(usize),
    /// A byte that is not printable ASCII, or a CR without LF.
    #[error("the byte 0x{0:02X} is not allowed in a header")]
    Byte(u8),
    /// A line without a colon, or without a name before it.
    #[error("\"{0}\" is not a header; send \"Name: value\"")]
    Header(String),
    /// No Content-Length.
    #[error("the header Content-Length is missing; without it the body has no end")]
    NoLength,
    /// Content-Length or Content-Type came twice.
    #[error("the header {0} is given twice")]
    Twice(&'static str),
    /// The rest does not come.
    #[error("the message did not come whole within {} s; its header did not end", .0.as_secs())]
    HeaderStalled(Duration),
    /// The rest does not come.
    #[error(
        "the message did not come whole within {} s; {came} of the {length} bytes that \
         Content-Length says came", within.as_secs()
    )]
    BodyStalled {
        /// How long was waited.
        within: Duration,
        /// What Content-Length says.
        length: usize,
        /// How much of it there is.
        came: usize,
    },
    /// Not digits.
    #[error("\"{0}\" is not a Content-Length; send the number of body bytes in digits")]
    Length(String),
    /// A body over the limit.
    #[error(
        "a body of {length} bytes exceeds the {max} bytes allowed; refer to large scripts by URI"
    )]
    BodyTooLong {
        /// What Content-Length says, as it was written.
        length: String,
        /// The limit.
        max: usize,
    },
}
