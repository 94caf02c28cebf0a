//! What a message brings along besides itself.

/// A part of a multipart body that is not the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The Content-ID without its angle brackets.
    pub content_id: Option<String>,
    /// The Content-Type as written; `text/plain` if the part gives none (RFC 2046 5.1).
    pub content_type: String,
    /// The content, transfer encoding undone.
    pub bytes: Vec<u8>,
}

/// The resources of one body, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources(pub Vec<Resource>);

impl Resources {
    /// The resource that a `cid:` URI names (RFC 2392); `None` for any other URI.
    pub fn by_cid(&self, uri: &str) -> Option<&Resource> {
        let (scheme, id) = uri.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("cid") {
            return None;
        }
        let id = percent_decode(id)?;
        self.0.iter().find(|resource| {
            resource.content_id.as_ref().is_some_and(|other| other.as_bytes() == id)
        })
    }
}

fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' {
            let (high, low) = (hex(bytes.next()?)?, hex(bytes.next()?)?);
            high << 4 | low
        } else {
            byte
        };
        decoded.push(byte);
    }
    Some(decoded)
}

fn hex(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}
