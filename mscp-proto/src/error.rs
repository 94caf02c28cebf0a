//! What is wrong with a message, where, and what its sender can do about it.
//!
//! Inside the crate a fault carries a byte offset; [`ParseError`] is the same with line and
//! column, and with what the message had already said about itself when it went wrong. From that
//! the answer to a bad request is made: its own error element where the request was understood,
//! the project's `<error>` element otherwise (mscp.md section 2, "400/500").

use thiserror::Error;

use crate::conference::{
    ErrorConferenceCreate, ErrorConferenceDestroy, ErrorConferenceJoin, ErrorConferenceUnjoin,
};
use crate::dialog::{ErrorDialogNotPrepared, ErrorDialogNotStarted};
use crate::extension::ErrorReport;
use crate::id::{ConferenceId, DialogId, EndPoint, ParticipantId};
use crate::response::Response;

/// A message that could not be read, or that breaks the schema or an attribute rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct ParseError {
    /// What is wrong, with the element and attribute by name, and what to do.
    pub reason: String,
    /// Line of the fault, from 1.
    pub line: u32,
    /// Column of the fault in characters, from 1.
    pub column: u32,
    /// The XML `id` of the `<request>`, where it was read before the fault; its response repeats it.
    pub id: Option<String>,
    /// The request that was meant and the identifiers it named, where that is known.
    pub subject: Option<Subject>,
}

impl ParseError {
    /// A fault of the message as a whole, which has no better place than its start.
    pub fn whole(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), line: 1, column: 1, id: None, subject: None }
    }

    /// The body of the answer with status 400 (or 500) to this request.
    ///
    /// `fresh_id` is called at most once, where the error element needs an identifier although
    /// nothing was created; the identifier must never be used for anything else.
    pub fn to_response(&self, fresh_id: impl FnOnce() -> String) -> Response {
        let reason = self.to_string();
        match self.subject.clone() {
            Some(subject) => subject.to_response(reason, fresh_id),
            None => Response::Error(ErrorReport {
                reason: self.reason.clone(),
                line: Some(self.line),
                column: Some(self.column),
            }),
        }
    }
}

/// A request that was understood, with the identifiers its error element has to repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `<dialogprepare>`.
    DialogPrepare {
        /// The end point it named.
        endpoint: Option<EndPoint>,
    },
    /// `<dialogstart>`.
    DialogStart {
        /// The `prepareddialogid` it named.
        prepareddialogid: Option<DialogId>,
        /// The end point it named.
        endpoint: Option<EndPoint>,
    },
    /// `<createconference>`.
    CreateConference,
    /// `<destroyconference>`.
    DestroyConference {
        /// The conference it named.
        conferenceid: ConferenceId,
    },
    /// `<join>`.
    Join {
        /// First participant.
        id1: ParticipantId,
        /// Second participant.
        id2: ParticipantId,
    },
    /// `<unjoin>`.
    Unjoin {
        /// First participant.
        id1: ParticipantId,
        /// Second participant.
        id2: ParticipantId,
    },
}

impl Subject {
    /// The request's own error element, with `reason` and the identifiers it named.
    ///
    /// `fresh_id` is called where a mandatory identifier names nothing that exists.
    pub fn to_response(self, reason: String, fresh_id: impl FnOnce() -> String) -> Response {
        match self {
            Self::DialogPrepare { endpoint } => {
                let dialogid = DialogId::new(fresh_id());
                Response::ErrorDialogNotPrepared(ErrorDialogNotPrepared {
                    dialogid,
                    endpoint,
                    reason,
                })
            }
            Self::DialogStart { prepareddialogid, endpoint } => {
                let dialogid = prepareddialogid.unwrap_or_else(|| DialogId::new(fresh_id()));
                Response::ErrorDialogNotStarted(ErrorDialogNotStarted {
                    dialogid,
                    endpoint,
                    reason,
                })
            }
            Self::CreateConference => {
                let conferenceid = ConferenceId::new(fresh_id());
                Response::ErrorConferenceCreate(ErrorConferenceCreate { conferenceid, reason })
            }
            Self::DestroyConference { conferenceid } => {
                Response::ErrorConferenceDestroy(ErrorConferenceDestroy { conferenceid, reason })
            }
            Self::Join { id1, id2 } => {
                Response::ErrorConferenceJoin(ErrorConferenceJoin { id1, id2, reason })
            }
            Self::Unjoin { id1, id2 } => {
                Response::ErrorConferenceUnjoin(ErrorConferenceUnjoin { id1, id2, reason })
            }
        }
    }
}

/// A fault at a byte of the message; becomes a [`ParseError`] at the edge of the crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: String,
    /// Offset in bytes from the start of the message.
    pub(crate) at: usize,
}

impl Fault {
    pub(crate) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), at }
    }

    /// Line and column come from counting, and only when something went wrong.
    pub(crate) fn locate(self, text: &str) -> ParseError {
        let mut end = self.at.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        let columns = before.get(line_start..).unwrap_or_default().chars().count();
        ParseError {
            reason: self.reason,
            line: u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1),
            column: u32::try_from(columns).unwrap_or(u32::MAX).saturating_add(1),
            id: None,
            subject: None,
        }
    }
}
