//! One PDU of the TCP channel (7.2.2).

use super::start_line::StartLine;

/// A start-line, the type of the body, and the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdu {
    /// The start-line.
    pub start: StartLine,
    /// The Content-Type as written; a PDU must have one, but without it can still be answered.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Pdu {
    /// The PDU as bytes, lines ended by CR LF.
    pub fn encode(&self) -> Vec<u8> {
        let mut header = format!("{}\r\n", self.start);
        if let Some(content_type) = &self.content_type {
            header.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        header.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let mut bytes = header.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
