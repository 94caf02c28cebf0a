//! `start-line = (request-line | response-line | notification-line) CRLF` (7.2.2 to 7.2.5).

use std::fmt;

use super::error::FrameFault;
use super::version::Version;

/// The first line of a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine {
    /// `REQ MSCP/1.0 21091`.
    Request {
        /// The version the peer speaks.
        version: Version,
        /// The request-id.
        id: u64,
    },
    /// `MSCP/1.0 200 OK 21091`.
    Response {
        /// The version the peer speaks.
        version: Version,
        /// The result.
        status: Status,
        /// The request-id of the request.
        id: u64,
    },
    /// `NOTIF MSCP/1.0`.
    Notification {
        /// The version the peer speaks.
        version: Version,
    },
}

/// `status-code` with its `reason-phrase` (7.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// 200: received and processed; the body says with what result.
    Ok,
    /// 400: could not be read, or breaks the schema or an attribute rule.
    BadRequest,
    /// 500: the server failed.
    InternalError,
}

impl Status {
    /// The number on the wire.
    pub fn code(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::BadRequest => 400,
            Self::InternalError => 500,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "200" => Some(Self::Ok),
            "400" => Some(Self::BadRequest),
            "500" => Some(Self::InternalError),
            _ => None,
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::BadRequest => "Bad Request",
            Self::InternalError => "Internal Error",
        }
    }
}

impl StartLine {
    /// The version the peer speaks.
    pub fn version(&self) -> Version {
        match self {
            Self::Request { version, .. }
            | Self::Response { version, .. }
            | Self::Notification { version } => *version,
        }
    }

    /// The request-id, where there is one.
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::Request { id, .. } | Self::Response { id, .. } => Some(*id),
            Self::Notification { .. } => None,
        }
    }

    pub(super) fn parse(line: &str) -> Result<Self, FrameFault> {
        let fields: Vec<&str> = line.split(' ').filter(|field| !field.is_empty()).collect();
        match fields.as_slice() {
            [verb, version, id] if verb.eq_ignore_ascii_case("REQ") => {
                Ok(Self::Request { version: parse_version(version)?, id: parse_id(id)? })
            }
            [verb, version] if verb.eq_ignore_ascii_case("NOTIF") => {
                Ok(Self::Notification { version: parse_version(version)? })
            }
            // The reason-phrase is for people: any words, even none, stand before the id.
            [version, status, .., id] if Version::parse(version).is_some() => Ok(Self::Response {
                version: parse_version(version)?,
                status: Status::parse(status)
                    .ok_or_else(|| FrameFault::Status((*status).to_owned()))?,
                id: parse_id(id)?,
            }),
            _ => Err(FrameFault::StartLine(line.to_owned())),
        }
    }
}

impl fmt::Display for StartLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { version, id } => write!(f, "REQ {version} {id}"),
            Self::Notification { version } => write!(f, "NOTIF {version}"),
            Self::Response { version, status, id } => {
                write!(f, "{version} {} {} {id}", status.code(), status.phrase())
            }
        }
    }
}

fn parse_version(text: &str) -> Result<Version, FrameFault> {
    Version::parse(text).ok_or_else(|| FrameFault::Version(text.to_owned()))
}

/// `request-id = 1*DIGIT`; the draft sets no upper bound, 64 bits are ours.
fn parse_id(text: &str) -> Result<u64, FrameFault> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FrameFault::RequestId(text.to_owned()));
    }
    text.parse().map_err(|_| FrameFault::RequestId(text.to_owned()))
}
