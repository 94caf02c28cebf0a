//! What the fuzz targets in `fuzz/` do with any bytes, and what must hold then. Here, so that the
//! corpus is replayed by `cargo test` too.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::command::Command;
use crate::hop::Hop;
use crate::io::Output;
use crate::shell::framer::{Frame, Framer};
use crate::user_agent::UserAgent;
use crate::{CallKey, Config, Event, Rejection};

/// Longer than anything in SIP takes to be forgotten.
const LONG: Duration = Duration::from_secs(600);
/// Bytes of one step of a history.
const STEP_BYTES: usize = 3;
/// Call-IDs in a history.
const CALLS: u8 = 3;
/// The most bytes of a message that a fuzzed stream may hold.
const MESSAGE_BYTES: usize = 2_000;
const METHODS: [&str; 8] =
    ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "REGISTER"];
const STATUSES: [u16; 8] = [100, 180, 183, 200, 302, 408, 481, 487];

/// Reads a message as a datagram, as a frame and as one that cannot be followed. Whatever comes of
/// it ends when the application hangs up.
pub fn message(data: &[u8]) {
    let mut history = History::new();
    let (udp, tcp) = hops();
    for hop in [udp, tcp] {
        history.agent.handle_message(history.now, hop, data);
        history.agent.handle_unframed(hop, data, 513);
        history.collect();
    }
    history.finish();
}

/// Cuts a stream into messages: whole, byte by byte, and in two at the place the first byte names.
pub fn framing(data: &[u8]) {
    let (at, stream) = data.split_first().map_or((0, data), |(at, rest)| (usize::from(*at), rest));
    let whole = frames(&[stream]);
    let (left, right) = stream.split_at(at.min(stream.len()));
    assert!(frames(&[left, right]) == whole, "cut at {at}");
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert!(frames(&bytes) == whole, "byte by byte");
}

/// Lives through a history of requests, responses, commands and waiting, three bytes to a step.
/// Each call has one final event at most, and in the end nothing is left.
pub fn history(data: &[u8]) {
    let mut history = History::new();
    for step in data.chunks_exact(STEP_BYTES) {
        if let [kind, what, which] = *step {
            history.step(kind, what, which);
        }
    }
    history.finish();
}

fn frames(segments: &[&[u8]]) -> Vec<Frame> {
    let mut framer = Framer::new(MESSAGE_BYTES);
    let mut frames = Vec::new();
    for segment in segments {
        framer.push(segment);
        while let Some(frame) = framer.pop() {
            let lost = matches!(frame, Frame::Lost { .. });
            // How much of an endless head was read depends on the segments.
            frames.push(if lost { Frame::Lost { head: Vec::new(), status: 0 } } else { frame });
            if lost {
                return frames;
            }
        }
    }
    frames
}

fn hops() -> (Hop, Hop) {
    (Hop::Udp(([192, 0, 2, 9], 5060).into()), Hop::Tcp(([192, 0, 2, 9], 40_000).into()))
}

/// An agent, a clock that is moved by hand, and what came out.
struct History {
    agent: UserAgent,
    now: Instant,
    /// The latest call under each Call-ID.
    latest: HashMap<u8, CallKey>,
    calls: Vec<CallKey>,
    over: HashSet<CallKey>,
    /// The last request of the agent.
    asked: Option<String>,
}

impl History {
    fn new() -> Self {
        // Any instant will do: there is no other way to have one.
        #[allow(clippy::disallowed_methods)]
        let now = Instant::now();
        let address = ([192, 0, 2, 1], 5060).into();
        let agent = UserAgent::new(Config::new(address), address, now, [7; 32]);
        let (latest, calls, over) = Default::default();
        Self { agent, now, latest, calls, over, asked: None }
    }

    fn step(&mut self, kind: u8, what: u8, which: u8) {
        match kind % 8 {
            0..=2 => self.hear(what, which),
            3 => self.respond(what),
            4 | 5 => self.command(what, which),
            6 => self.wait(Duration::from_millis(u64::from(what) * u64::from(which))),
            _ => self.agent.handle_closed(self.now, hops().1.address()),
        }
        self.collect();
    }

    fn hear(&mut self, what: u8, which: u8) {
        let method = METHODS[usize::from(what) % METHODS.len()];
        let (call, cseq) = (which % CALLS, which / CALLS % 4);
        let tag = self.latest.get(&call).filter(|_| which & 0x40 == 0);
        let tag = tag.map(|key| format!(";tag={}", key.local_tag())).unwrap_or_default();
        let text = format!(
            "{method} sip:ms@192.0.2.1 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK{call}-{cseq}-{}\r\n\
             From: <sip:ann@192.0.2.9>;tag=ann\r\nTo: <sip:ms@192.0.2.1>{tag}\r\n\
             Call-ID: {call}\r\nCSeq: {cseq} {method}\r\nContact: <sip:ann@192.0.2.9>\r\n\
             Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0",
            what >> 5
        );
        let (udp, tcp) = hops();
        let hop = if which & 0x80 == 0 { udp } else { tcp };
        self.agent.handle_message(self.now, hop, text.as_bytes());
    }

    fn respond(&mut self, what: u8) {
        let Some(asked) = &self.asked else { return };
        let status = STATUSES[usize::from(what) % STATUSES.len()];
        let headers = asked.split_once("\r\n").map_or("", |(_, headers)| headers);
        let text = format!("SIP/2.0 {status} X\r\n{headers}");
        self.agent.handle_message(self.now, hops().0, text.as_bytes());
    }

    fn command(&mut self, what: u8, which: u8) {
        let Some(key) = self.latest.get(&(which % CALLS)).cloned() else { return };
        let sdp = b"v=0".to_vec();
        let command = match what % 6 {
            0 | 1 => Command::Accept(key, sdp),
            2 => Command::Reject(key, Rejection::new(488)),
            3 => Command::Bye(key, None),
            4 => Command::Change(key, sdp),
            _ => Command::Ring(key),
        };
        self.agent.handle_command(self.now, command);
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.agent.poll_timeout().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.agent.handle_timeout(self.now);
            self.collect();
        }
        self.now = end;
    }

    fn collect(&mut self) {
        while let Some(output) = self.agent.poll_output() {
            match output {
                Output::Send { bytes, .. } => {
                    let text = String::from_utf8_lossy(&bytes);
                    if !text.starts_with("SIP/") && !text.starts_with("ACK") {
                        self.asked = Some(text.into_owned());
                    }
                }
                Output::Event(event) => self.notice(&event),
            }
        }
    }

    fn notice(&mut self, event: &Event) {
        let key = event.call();
        assert!(!self.over.contains(key), "{event:?} after the end");
        if event.is_final() {
            self.over.insert(key.clone());
        }
        if let Event::Invited(invitation) = event {
            let call_id = invitation.call.connection_id().bytes().next().unwrap_or_default();
            self.latest.insert(call_id.wrapping_sub(b'0'), key.clone());
            self.calls.push(key.clone());
        }
    }

    /// The application hangs up everywhere and time passes.
    fn finish(mut self) {
        for key in std::mem::take(&mut self.calls) {
            self.agent.handle_command(self.now, Command::Bye(key, None));
            self.collect();
        }
        self.wait(LONG);
        assert!(self.agent.is_empty(), "something is left");
    }
}
