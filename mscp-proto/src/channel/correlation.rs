//! What ties an answer to its request (3.2, 7.2.4).

use crate::error::ParseError;
use crate::framing::{Pdu, StartLine, Status, Version};
use crate::message::{CONTENT_TYPE, Message};
use crate::response::Response;

/// The two ids a response repeats: that of the PDU and, if it had one, that of the XML.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Correlation {
    /// The request-id of the start-line.
    pub request_id: u64,
    /// The `id` of the `<request>`.
    pub id: Option<String>,
}

impl Correlation {
    /// The PDU that answers the request.
    pub fn answer(&self, status: Status, response: Response) -> Vec<u8> {
        let message = Message::Response { id: self.id.clone(), body: response };
        let start = StartLine::Response { version: Version::V1_0, status, id: self.request_id };
        let content_type = Some(CONTENT_TYPE.to_owned());
        Pdu { start, content_type, body: message.to_xml().into_bytes() }.encode()
    }
}

/// A request that is not executed; it is owed an answer with status 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whom to answer.
    pub correlation: Correlation,
    /// What is wrong.
    pub error: ParseError,
}

impl Refusal {
    /// The PDU that answers the request; `fresh_id` as in [`ParseError::to_response`].
    pub fn answer(&self, fresh_id: impl FnOnce() -> String) -> Vec<u8> {
        self.correlation.answer(Status::BadRequest, self.error.to_response(fresh_id))
    }
}
