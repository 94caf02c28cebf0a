//! The media server's end of a TCP channel.

use std::time::Duration;

use super::body::read_message;
use super::correlation::{Correlation, Refusal};
use crate::error::ParseError;
use crate::framing::{Decoder, FrameError, Pdu, RequestIds, StartLine, Version, XmlIds};
use crate::limits::Limits;
use crate::message::{CONTENT_TYPE, Message};
use crate::multipart::Resources;
use crate::notification::{Notification, Role};
use crate::request::Request;

/// Reads what an AS sends. Answers are made by [`Correlation::answer`], [`Refusal::answer`] and
/// [`encode_notification`]; they need nothing of the channel and may be made anywhere.
#[derive(Debug)]
pub struct ServerChannel {
    limits: Limits,
    decoder: Decoder,
    request_ids: RequestIds,
    xml_ids: XmlIds,
    is_lost: bool,
}

/// What an AS sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A request to carry out and to answer.
    Request {
        /// Whom to answer.
        correlation: Correlation,
        /// What is asked.
        request: Request,
        /// What came with it, by `cid:`.
        resources: Resources,
    },
    /// A notification to act on; no answer.
    Notification {
        /// What it says.
        notification: Notification,
        /// What came with it, by `cid:`.
        resources: Resources,
    },
    /// A request that is not executed: send [`Refusal::answer`] and go on.
    Refused(Refusal),
    /// Something nobody is owed an answer for, with the reason to log.
    Ignored {
        /// Why it is of no use.
        reason: String,
    },
    /// The framing is lost: send the answer if there is one, then close. Nothing follows.
    Lost {
        /// The answer to the request that did it, if its request-id is known.
        refusal: Option<Refusal>,
        /// Why.
        error: FrameError,
    },
}

impl ServerChannel {
    /// The end of a new connection.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            decoder: Decoder::new(limits.frame),
            request_ids: RequestIds::default(),
            xml_ids: XmlIds::default(),
            is_lost: false,
        }
    }

    /// Takes bytes from the connection.
    pub fn push(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes);
    }

    /// The next thing that was sent, or `None` until more bytes come.
    pub fn poll(&mut self) -> Option<Incoming> {
        if self.is_lost {
            return None;
        }
        match self.decoder.poll() {
            Ok(pdu) => Some(self.incoming(pdu?)),
            Err(error) => {
                self.is_lost = true;
                Some(lost(error))
            }
        }
    }

    /// Whether the connection may end here without cutting a PDU in two.
    pub fn is_idle(&self) -> bool {
        self.decoder.is_idle()
    }

    /// Ends the channel within a PDU whose rest has not come `within` so long:
    /// [`Incoming::Lost`].
    pub fn give_up(&mut self, within: Duration) -> Incoming {
        self.is_lost = true;
        lost(self.decoder.give_up(within))
    }

    fn incoming(&mut self, pdu: Pdu) -> Incoming {
        match pdu.start {
            StartLine::Request { version, id } => self.request(version, id, &pdu),
            StartLine::Notification { version } => self.notification(version, &pdu),
            StartLine::Response { id, .. } => Incoming::Ignored {
                reason: format!("a response (request-id {id}) was sent to a media server"),
            },
        }
    }

    /// A faulty request uses up its request-id: it was answered under it.
    fn request(&mut self, version: Version, request_id: u64, pdu: &Pdu) -> Incoming {
        let in_order = self.request_ids.accept(request_id);
        let read = check_version(version)
            .and_then(|()| read_message(pdu.content_type.as_deref(), &pdu.body, &self.limits));
        let result = match read {
            Ok((Message::Request { id, body }, resources)) => {
                match in_order.and_then(|()| self.accept_xml_id(id.as_deref())) {
                    Ok(()) => Ok((id, body, resources)),
                    Err(reason) => {
                        let subject = body.to_subject();
                        Err(ParseError { id, subject, ..ParseError::whole(reason) })
                    }
                }
            }
            Ok(_) => Err(ParseError::whole("a REQ must carry a <request>")),
            Err(error) => Err(match in_order {
                Ok(()) => error,
                Err(reason) => ParseError { reason, ..error },
            }),
        };
        match result {
            Ok((id, request, resources)) => {
                let correlation = Correlation { request_id, id };
                Incoming::Request { correlation, request, resources }
            }
            Err(error) => Incoming::Refused(refusal(request_id, error)),
        }
    }

    fn accept_xml_id(&mut self, id: Option<&str>) -> Result<(), String> {
        id.map_or(Ok(()), |id| self.xml_ids.accept(id))
    }

    fn notification(&self, version: Version, pdu: &Pdu) -> Incoming {
        let read = check_version(version)
            .and_then(|()| read_message(pdu.content_type.as_deref(), &pdu.body, &self.limits));
        let ignored = |reason| Incoming::Ignored { reason };
        match read {
            Ok((Message::Notification(notification), resources)) => {
                if !notification.may_come_from(Role::ApplicationServer) {
                    let name = notification.name();
                    return ignored(format!("<{name}> is not for an application server to send"));
                }
                Incoming::Notification { notification, resources }
            }
            Ok(_) => ignored("a NOTIF must carry a <notification>".to_owned()),
            Err(error) => ignored(format!("a notification could not be read: {error}")),
        }
    }
}

/// The PDU of a notification to an AS.
pub fn encode_notification(notification: Notification) -> Vec<u8> {
    let start = StartLine::Notification { version: Version::V1_0 };
    let body = Message::Notification(notification).to_xml().into_bytes();
    Pdu { start, content_type: Some(CONTENT_TYPE.to_owned()), body }.encode()
}

fn lost(error: FrameError) -> Incoming {
    let refusal = error
        .request_id
        .map(|request_id| refusal(request_id, ParseError::whole(error.to_string())));
    Incoming::Lost { refusal, error }
}

fn refusal(request_id: u64, error: ParseError) -> Refusal {
    Refusal { correlation: Correlation { request_id, id: error.id.clone() }, error }
}

fn check_version(version: Version) -> Result<(), ParseError> {
    if version == Version::V1_0 {
        return Ok(());
    }
    let reason = format!("{version} is not spoken here; send {}", Version::V1_0);
    Err(ParseError::whole(reason))
}
