//! A message to an application server as it waits to be sent: encoded, because its size counts
//! against what may wait, and with what is still needed of it when it is sent or cannot be.

use bytes::Bytes;
use mscp_proto::Notification;
use mscp_proto::Response;
use mscp_proto::channel::{Correlation, Refusal, encode_notification};
use mscp_proto::error::Subject;
use mscp_proto::framing::Status;

use crate::metrics::{RequestKind, RequestOutcome};

/// One message.
pub(in crate::server) struct ToChannel {
    pub(super) bytes: Bytes,
    /// Which request it answers, as it is counted; `None` for what was counted already, or answers
    /// nothing.
    pub(super) answers: Option<(RequestKind, RequestOutcome)>,
    /// What the application server still must be told if the channel ends before it is sent.
    pub(super) kept: Option<Box<Notification>>,
}

impl ToChannel {
    /// The answer to a request.
    pub(in crate::server) fn answer(correlation: &Correlation, response: Response) -> ToChannel {
        let refused = response.error_reason().is_some();
        let outcome = if refused { RequestOutcome::Refused } else { RequestOutcome::Done };
        let answers = Some((kind_of(&response), outcome));
        let bytes = correlation.answer(Status::Ok, response).into();
        ToChannel { bytes, answers, kept: None }
    }

    /// An event; `kept` as in [`Output::Notify`](crate::control::Output::Notify).
    pub(in crate::server) fn event(notification: Notification, kept: bool) -> ToChannel {
        let kept = kept.then(|| Box::new(notification.clone()));
        ToChannel { bytes: encode_notification(notification).into(), answers: None, kept }
    }

    /// The answer to what could not be read.
    pub(super) fn refusal(refusal: &Refusal, fresh_id: impl FnOnce() -> String) -> ToChannel {
        ToChannel { bytes: refusal.answer(fresh_id).into(), answers: None, kept: None }
    }
}

fn kind_of(response: &Response) -> RequestKind {
    match response {
        Response::DialogPrepared(_) | Response::ErrorDialogNotPrepared(_) => {
            RequestKind::DialogPrepare
        }
        Response::DialogStarted(_)
        | Response::ErrorDialogNotStarted(_)
        | Response::ErrorDialogWrongState(_) => RequestKind::DialogStart,
        Response::ConferenceCreated(_) | Response::ErrorConferenceCreate(_) => {
            RequestKind::CreateConference
        }
        Response::ConferenceDestroyed(_) | Response::ErrorConferenceDestroy(_) => {
            RequestKind::DestroyConference
        }
        Response::ConferenceJoined(_) | Response::ErrorConferenceJoin(_) => RequestKind::Join,
        Response::ConferenceUnjoined(_) | Response::ErrorConferenceUnjoin(_) => RequestKind::Unjoin,
        Response::Error(_) | Response::Unknown(_) => RequestKind::Unreadable,
        Response::Extension(_) => RequestKind::Extension,
    }
}

pub(super) fn kind_of_subject(subject: &Subject) -> RequestKind {
    match subject {
        Subject::DialogPrepare { .. } => RequestKind::DialogPrepare,
        Subject::DialogStart { .. } => RequestKind::DialogStart,
        Subject::CreateConference => RequestKind::CreateConference,
        Subject::DestroyConference { .. } => RequestKind::DestroyConference,
        Subject::Join { .. } => RequestKind::Join,
        Subject::Unjoin { .. } => RequestKind::Unjoin,
    }
}
