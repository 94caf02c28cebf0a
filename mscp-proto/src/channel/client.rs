//! The application server's end of a TCP channel.

use std::collections::BTreeSet;

use thiserror::Error;

use super::body::{encode_message, read_message};
use crate::error::ParseError;
use crate::framing::{Decoder, FrameError, Pdu, StartLine, Status, Version};
use crate::limits::{Limits, PENDING};
use crate::message::Message;
use crate::multipart::Resources;
use crate::notification::{Notification, Role};
use crate::request::Request;
use crate::response::Response;

/// Numbers requests, knows which are unanswered, and reads what the MS sends.
#[derive(Debug)]
pub struct ClientChannel {
    limits: Limits,
    decoder: Decoder,
    next_id: u64,
    pending: BTreeSet<u64>,
    is_lost: bool,
}

/// What a media server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// The answer to a request.
    Response {
        /// Which one.
        request_id: u64,
        /// How it went with reading it.
        status: Status,
        /// The answer; an error if the server sent something unreadable.
        response: Result<Response, ParseError>,
    },
    /// An event.
    Notification(Notification),
    /// Something that is of no use, with the reason to log.
    Ignored {
        /// Why it is of no use.
        reason: String,
    },
    /// The framing is lost: close. Nothing follows.
    Lost(FrameError),
}

/// More requests are unanswered than [`PENDING`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{PENDING} requests are unanswered; wait for a response before sending another")]
pub struct TooManyPending;

impl ClientChannel {
    /// The end of a new connection. The first request-id is arbitrary (7.2.3); a client that
    /// wants to tell its connections apart in a log begins each elsewhere.
    pub fn new(limits: Limits, first_id: u64) -> Self {
        Self {
            limits,
            decoder: Decoder::new(limits.frame),
            next_id: first_id,
            pending: BTreeSet::new(),
            is_lost: false,
        }
    }

    /// The request-id and the PDU of a request.
    ///
    /// # Errors
    ///
    /// Too many requests are unanswered, or 64 bits of request-ids are used up.
    pub fn request(&mut self, request: Request) -> Result<(u64, Vec<u8>), TooManyPending> {
        self.request_with(request, &Resources::default())
    }

    /// The same with resources that the request refers to by `cid:`.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request).
    pub fn request_with(
        &mut self,
        request: Request,
        resources: &Resources,
    ) -> Result<(u64, Vec<u8>), TooManyPending> {
        if self.pending.len() >= PENDING {
            return Err(TooManyPending);
        }
        let id = self.next_id;
        self.next_id = id.checked_add(1).ok_or(TooManyPending)?;
        self.pending.insert(id);
        let start = StartLine::Request { version: Version::V1_0, id };
        let message = Message::Request { id: None, body: request };
        Ok((id, pdu(start, &message, resources)))
    }

    /// The PDU of a notification to the MS.
    pub fn notify(&self, notification: Notification) -> Vec<u8> {
        let start = StartLine::Notification { version: Version::V1_0 };
        pdu(start, &Message::Notification(notification), &Resources::default())
    }

    /// How many requests are unanswered.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Takes bytes from the connection.
    pub fn push(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes);
    }

    /// The next thing that was sent, or `None` until more bytes come.
    pub fn poll(&mut self) -> Option<ClientEvent> {
        if self.is_lost {
            return None;
        }
        match self.decoder.poll() {
            Ok(pdu) => Some(self.event(&pdu?)),
            Err(error) => {
                self.is_lost = true;
                Some(ClientEvent::Lost(error))
            }
        }
    }

    fn event(&mut self, pdu: &Pdu) -> ClientEvent {
        let message = read_message(pdu.content_type.as_deref(), &pdu.body, &self.limits);
        let message = message.map(|(message, _)| message);
        match (pdu.start, message) {
            (StartLine::Request { id, .. }, _) => {
                ignored(format!("a request (request-id {id}) was sent to an application server"))
            }
            // In the examples of 6.1 <dialogexit> comes as one more response to the request that
            // started the dialog (mscp.md section 2).
            (_, Ok(Message::Notification(notification))) => notification_event(notification),
            (StartLine::Response { status, id, .. }, message) => self.response(id, status, message),
            (StartLine::Notification { .. }, Ok(_)) => {
                ignored("a NOTIF must carry a <notification>".to_owned())
            }
            (StartLine::Notification { .. }, Err(error)) => {
                ignored(format!("a notification could not be read: {error}"))
            }
        }
    }

    fn response(
        &mut self,
        request_id: u64,
        status: Status,
        message: Result<Message, ParseError>,
    ) -> ClientEvent {
        if !self.pending.remove(&request_id) {
            return ignored(format!(
                "a response to no request under way (request-id {request_id})"
            ));
        }
        let response = match message {
            Ok(Message::Response { body, .. }) => Ok(body),
            Ok(_) => Err(ParseError::whole("the answer to a request must be a <response>")),
            Err(error) => Err(error),
        };
        ClientEvent::Response { request_id, status, response }
    }
}

fn notification_event(notification: Notification) -> ClientEvent {
    if notification.may_come_from(Role::MediaServer) {
        return ClientEvent::Notification(notification);
    }
    ignored(format!("<{}> is not for a media server to send", notification.name()))
}

fn ignored(reason: String) -> ClientEvent {
    ClientEvent::Ignored { reason }
}

fn pdu(start: StartLine, message: &Message, resources: &Resources) -> Vec<u8> {
    let (content_type, body) = encode_message(message, resources);
    Pdu { start, content_type: Some(content_type), body }.encode()
}
