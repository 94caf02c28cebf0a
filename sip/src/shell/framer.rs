//! Cutting a byte stream into messages (RFC 3261 section 18.3), at any split of its segments.

/// The most bytes before the empty line that ends the header section.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// The end of a header section.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// One piece of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A whole message.
    Message(Vec<u8>),
    /// A keep-alive to be answered (RFC 5626 section 3.5.1).
    Ping,
    /// The stream cannot be followed any further: the header section so far and the status to
    /// answer with.
    Lost { head: Vec<u8>, status: u16 },
}

/// The bytes that came and were not yet given out.
#[derive(Debug)]
pub(crate) struct Framer {
    buffer: Vec<u8>,
    /// The bytes in front of which no end of the header section can begin.
    searched: usize,
    message_bytes_max: usize,
}

impl Framer {
    pub(crate) fn new(message_bytes_max: usize) -> Self {
        Self { buffer: Vec::new(), searched: 0, message_bytes_max }
    }

    pub(crate) fn push(&mut self, segment: &[u8]) {
        self.buffer.extend_from_slice(segment);
    }

    /// Whether a message has begun and not ended.
    pub(crate) fn is_amid(&self) -> bool {
        !HEAD_END.starts_with(&self.buffer)
    }

    /// The next piece, if it is complete. After [`Frame::Lost`] there is nothing more to ask.
    pub(crate) fn pop(&mut self) -> Option<Frame> {
        if self.searched == 0 && self.buffer.starts_with(HEAD_END) {
            self.buffer.drain(..HEAD_END.len());
            return Some(Frame::Ping);
        }
        // A single empty line between messages is ignored (RFC 3261, 7.5); two in a row, perhaps
        // with the second one still on its way, are a ping.
        if HEAD_END.starts_with(&self.buffer) {
            return None;
        }
        if self.searched == 0 && self.buffer.starts_with(b"\r\n") {
            self.buffer.drain(..2);
        }
        let Some(head) = self.head_length() else {
            let excess = self.buffer.len() > HEAD_BYTES_MAX;
            return excess.then(|| self.lost(HEAD_BYTES_MAX, 513));
        };
        let length = match content_length(self.buffer.get(..head).unwrap_or_default()) {
            Some(length) if head.saturating_add(length) <= self.message_bytes_max => length,
            Some(_) => return Some(self.lost(head, 413)),
            None => return Some(self.lost(head, 400)),
        };
        if self.buffer.len() < head + length {
            return None;
        }
        self.searched = 0;
        let rest = self.buffer.split_off(head + length);
        Some(Frame::Message(std::mem::replace(&mut self.buffer, rest)))
    }

    fn head_length(&mut self) -> Option<usize> {
        let tail = self.buffer.get(self.searched..).unwrap_or_default();
        let found = tail.windows(HEAD_END.len()).position(|four| four == HEAD_END);
        match found {
            Some(at) => Some(self.searched + at + HEAD_END.len()),
            None => {
                self.searched = self.buffer.len().saturating_sub(HEAD_END.len() - 1);
                None
            }
        }
    }

    fn lost(&mut self, head: usize, status: u16) -> Frame {
        let mut buffer = std::mem::take(&mut self.buffer);
        self.searched = 0;
        buffer.truncate(head);
        Frame::Lost { head: buffer, status }
    }
}

/// The one Content-Length that a stream needs; `None` when it is missing, twice there or no
/// number. A number beyond `usize` is one that is too large.
fn content_length(head: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(head);
    let mut found = text.lines().skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.trim_end();
        (name.eq_ignore_ascii_case("Content-Length") || name.eq_ignore_ascii_case("l"))
            .then(|| value.trim())
    });
    let value = found.next()?;
    if found.next().is_some() || value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(value.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = b"INFO sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";

    fn frames(segments: &[&[u8]]) -> Vec<Frame> {
        let mut framer = Framer::new(1_000);
        let mut frames = Vec::new();
        for segment in segments {
            framer.push(segment);
            frames.extend(std::iter::from_fn(|| framer.pop()));
        }
        frames
    }

    #[test]
    fn two_messages_survive_every_split_point() {
        let stream = [b"\r\n".as_slice(), ONE, b"\r\n\r\n", ONE].concat();
        let whole = [Frame::Message(ONE.into()), Frame::Ping, Frame::Message(ONE.into())];
        for at in 0..stream.len() {
            let (left, right) = stream.split_at(at);
            assert_eq!(frames(&[left, right]), whole, "split at {at}");
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(frames(&bytes), whole);
    }

    #[test]
    fn an_absurd_or_missing_length_loses_the_stream() {
        let status = |head: &[u8]| match frames(&[head]).pop() {
            Some(Frame::Lost { status, .. }) => status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status(b"X\r\nContent-Length: 100000000000000\r\n\r\n"), 413);
        assert_eq!(status(b"X\r\nl: 99999999999999999999999999\r\n\r\n"), 413);
        assert_eq!(status(b"X\r\nl: -1\r\n\r\n"), 400);
        assert_eq!(status(b"X\r\nl: 1\r\nl: 1\r\n\r\n"), 400);
        assert_eq!(status(b"X\r\nVia: y\r\n\r\n"), 400);
        assert_eq!(status(&vec![b'x'; HEAD_BYTES_MAX + 1]), 513);
    }
}
