//! Bodies into messages and back, the same on every transport.

use crate::error::ParseError;
use crate::limits::Limits;
use crate::message::Message;
use crate::multipart::{self, Resources};

/// Reads the message of a body and the resources beside it.
///
/// # Errors
///
/// The Content-Type, the multipart structure or the message itself is faulty.
pub fn read_message(
    content_type: Option<&str>,
    body: &[u8],
    limits: &Limits,
) -> Result<(Message, Resources), ParseError> {
    let body = multipart::read_body(content_type, body, &limits.multipart)
        .map_err(|error| ParseError::whole(error.to_string()))?;
    let message = Message::parse(&body.message, &limits.xml)?;
    Ok((message, body.resources))
}

/// The Content-Type and the body of a message.
pub fn encode_message(message: &Message, resources: &Resources) -> (String, Vec<u8>) {
    multipart::encode(&message.to_xml(), resources)
}
