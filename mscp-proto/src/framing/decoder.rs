//! Bytes of a TCP stream into PDUs, however the stream was cut.

use std::time::Duration;

use super::error::{FrameError, FrameFault};
use super::header::{self, Header};
use super::pdu::Pdu;
use super::start_line::StartLine;
use crate::limits::FrameLimits;

/// Capacity an empty buffer may keep after a large PDU has passed.
const IDLE_CAPACITY: usize = 64 * 1024;

/// The incremental reader of one direction of a channel.
///
/// Call [`push`](Self::push) with what the socket gave, then [`poll`](Self::poll) until it has no
/// PDU left. Between the two the decoder holds at most one unfinished PDU, that is, no more than
/// the limits, plus what was pushed last. After an error it stays in error.
#[derive(Debug)]
pub struct Decoder {
    limits: FrameLimits,
    buffer: Vec<u8>,
    /// Where in `buffer` the current header part or body begins. What lies before is dropped at
    /// the next `push`: dropping it PDU by PDU would move the rest each time.
    start: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// In the header part; `line` is where the current line begins, `scanned` how far it has been
    /// searched for its end, so that a byte is looked at once however slowly they come. Both count
    /// from `start`.
    Header { line: usize, scanned: usize },
    /// In the body.
    Body(Header),
    /// Framing is lost.
    Failed(FrameError),
}

/// The beginning of a header part.
const AT_START: State = State::Header { line: 0, scanned: 0 };

impl Decoder {
    /// A decoder at the beginning of a stream.
    pub fn new(limits: FrameLimits) -> Self {
        Self { limits, buffer: Vec::new(), start: 0, state: AT_START }
    }

    /// Takes bytes from the stream; after an error they are dropped.
    pub fn push(&mut self, bytes: &[u8]) {
        if matches!(self.state, State::Failed(_)) {
            return;
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.is_empty() {
            self.buffer.shrink_to(IDLE_CAPACITY);
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole PDU, or `None` until more bytes come.
    ///
    /// # Errors
    ///
    /// The framing is lost; every later call returns the same error.
    pub fn poll(&mut self) -> Result<Option<Pdu>, FrameError> {
        self.advance().inspect_err(|error| self.fail(error))
    }

    /// Whether the stream may end here: no PDU has begun.
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Header { .. }) && self.unread().is_empty()
    }

    /// Ends the stream within a PDU whose rest has not come `within` so long.
    pub fn give_up(&mut self, within: Duration) -> FrameError {
        let error = match &self.state {
            State::Failed(error) => error.clone(),
            State::Header { .. } => {
                let fault = FrameFault::HeaderStalled(within);
                FrameError { fault, request_id: self.peek_request_id() }
            }
            State::Body(header) => {
                let (length, came) = (header.length, self.unread().len());
                let fault = FrameFault::BodyStalled { within, length, came };
                FrameError { fault, request_id: header::request_id(&header.start) }
            }
        };
        self.fail(&error);
        error
    }

    fn fail(&mut self, error: &FrameError) {
        self.buffer = Vec::new();
        self.start = 0;
        self.state = State::Failed(error.clone());
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn advance(&mut self) -> Result<Option<Pdu>, FrameError> {
        loop {
            match &self.state {
                State::Failed(error) => return Err(error.clone()),
                State::Body(header) if self.unread().len() < header.length => return Ok(None),
                State::Body(_) => return Ok(self.finish_body()),
                State::Header { line, scanned } => {
                    let (line, scanned) = (*line, *scanned);
                    if !self.header(line, scanned)? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Looks for the end of one line; false if it has not come yet.
    fn header(&mut self, line: usize, scanned: usize) -> Result<bool, FrameError> {
        let unread = self.unread();
        let mut unseen = unread.iter().skip(scanned);
        let Some(found) = unseen.position(|byte| *byte == b'\n') else {
            let scanned = unread.len();
            self.state = State::Header { line, scanned };
            return self.check_size(line, scanned).map(|()| false);
        };
        let end = scanned + found;
        let is_empty = trim_line_end(unread.get(line..=end).unwrap_or_default()).is_empty();
        self.check_size(line, end)?;
        match (is_empty, line) {
            (true, 0) => self.skip(end + 1),
            (true, _) => self.finish_header(line, end + 1)?,
            (false, _) => self.state = State::Header { line: end + 1, scanned: end + 1 },
        }
        Ok(true)
    }

    /// Bounds the start-line and the header part, `end` being as far as they are known.
    fn check_size(&self, line: usize, end: usize) -> Result<(), FrameError> {
        if line == 0 && end > self.limits.start_line {
            let fault = FrameFault::StartLineTooLong(self.limits.start_line);
            return Err(FrameError { fault, request_id: None });
        }
        if end > self.limits.header_bytes {
            let fault = FrameFault::HeaderTooLong(self.limits.header_bytes);
            return Err(FrameError { fault, request_id: self.peek_request_id() });
        }
        Ok(())
    }

    /// The request-id of a header part that is not complete.
    fn peek_request_id(&self) -> Option<u64> {
        let line = self.unread().split(|byte| *byte == b'\n').next()?;
        let line = header::text(line.strip_suffix(b"\r").unwrap_or(line)).ok()?;
        header::request_id(&StartLine::parse(line).ok()?)
    }

    fn finish_header(&mut self, lines_end: usize, body: usize) -> Result<(), FrameError> {
        let lines = self.unread().get(..lines_end).unwrap_or_default();
        let lines = lines.split_inclusive(|byte| *byte == b'\n').map(trim_line_end);
        let header = Header::parse(lines, &self.limits)?;
        self.skip(body);
        self.state = State::Body(header);
        Ok(())
    }

    fn finish_body(&mut self) -> Option<Pdu> {
        let State::Body(header) = std::mem::replace(&mut self.state, AT_START) else {
            return None;
        };
        let body = self.unread().get(..header.length).unwrap_or_default().to_vec();
        self.skip(header.length);
        Some(Pdu { start: header.start, content_type: header.content_type, body })
    }

    /// Steps over bytes that are done with.
    fn skip(&mut self, count: usize) {
        self.start = (self.start + count).min(self.buffer.len());
        self.state = AT_START;
    }
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
