//! Writing messages.

use rsipstack::sip::StatusCode;

use super::Request;

/// Builds one message: start line, header fields, then [`Writer::body`] or [`Writer::end`].
pub(crate) struct Writer(String);

impl Writer {
    /// A request.
    pub(crate) fn request(method: &str, uri: &str) -> Self {
        Self(format!("{method} {uri} SIP/2.0\r\n"))
    }

    /// A response with everything it must copy from its request (RFC 3261, 8.2.6). `to_tag` is
    /// added unless the request had one.
    pub(crate) fn response(request: &Request, status: u16, reason: &str, to_tag: &str) -> Self {
        let mut writer = Self(format!("SIP/2.0 {status} "));
        writer.text(reason);
        writer.0.push_str("\r\n");
        for via in &request.vias {
            writer = writer.header("Via", via);
        }
        writer = writer.header("From", &request.from);
        let to = match (&request.to_tag, to_tag) {
            (None, tag) if !tag.is_empty() => format!("{};tag={tag}", request.to),
            _ => request.to.clone(),
        };
        writer
            .header("To", &to)
            .header("Call-ID", &request.call_id)
            .header("CSeq", &request.cseq_value)
    }

    /// One header field.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.0.push_str(name);
        self.0.push_str(": ");
        self.text(value);
        self.0.push_str("\r\n");
        self
    }

    /// One header field, when there is a value.
    pub(crate) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// The message without a body.
    pub(crate) fn end(self) -> Vec<u8> {
        self.header("Content-Length", "0").finish(&[])
    }

    /// The message with a body.
    pub(crate) fn body(self, content_type: &str, body: &[u8]) -> Vec<u8> {
        let length = body.len().to_string();
        self.header("Content-Type", content_type).header("Content-Length", &length).finish(body)
    }

    fn finish(mut self, body: &[u8]) -> Vec<u8> {
        self.0.push_str("\r\n");
        let mut bytes = self.0.into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    /// Values come from peers and from the application: a control character in one must not
    /// begin a new header field.
    fn text(&mut self, value: &str) {
        self.0.extend(value.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }));
    }
}

/// The reason phrase of RFC 3261 and its extensions.
pub(crate) fn reason_phrase(status: u16) -> String {
    StatusCode::from(status).text().to_owned()
}
