//! The user agent in virtual time: schedules to the millisecond, and random histories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod congestion;
mod floods;
mod histories;
mod refused;
mod schedules;

use std::time::{Duration, Instant};

use super::UserAgent;
use crate::command::Command;
use crate::hop::Hop;
use crate::io::Output;
use crate::{CallKey, Config, Event};

/// Longer than anything in SIP takes to be forgotten.
const LONG: Duration = Duration::from_secs(600);

/// An agent, a clock and all that came out.
struct World {
    agent: UserAgent,
    start: Instant,
    now: Instant,
    /// Milliseconds since the start, where to, and what.
    sent: Vec<(u128, Hop, String)>,
    events: Vec<Event>,
}

impl World {
    fn new() -> Self {
        let start = Instant::now();
        let listen = "192.0.2.1:5060".parse().unwrap();
        let agent = UserAgent::new(Config::new(listen), listen, start, [7; 32]);
        Self { agent, start, now: start, sent: Vec::new(), events: Vec::new() }
    }

    fn hear(&mut self, hop: Hop, text: &str) {
        self.hear_bytes(hop, text.as_bytes());
    }

    fn hear_bytes(&mut self, hop: Hop, bytes: &[u8]) {
        self.agent.handle_message(self.now, hop, bytes);
        self.collect();
    }

    fn command(&mut self, command: Command) {
        self.agent.handle_command(self.now, command);
        self.collect();
    }

    fn advance(&mut self, time: Duration) {
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
                Output::Send { hop, bytes, .. } => {
                    let at = self.now.duration_since(self.start).as_millis();
                    self.sent.push((at, hop, String::from_utf8_lossy(&bytes).into_owned()));
                }
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    /// When messages whose start line begins so were sent, in milliseconds.
    fn times(&self, start: &str) -> Vec<u128> {
        self.sent.iter().filter(|(.., text)| text.starts_with(start)).map(|sent| sent.0).collect()
    }

    fn last_tag(&self) -> String {
        let (.., text) = self.sent.last().unwrap();
        let to = text.lines().find(|line| line.starts_with("To: ")).unwrap();
        to.split(";tag=").nth(1).unwrap().to_owned()
    }

    fn invited(&mut self) -> CallKey {
        match self.events.last() {
            Some(Event::Invited(invitation)) => invitation.call.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Nothing is held any more: no call, no transaction, no deadline.
    fn is_empty(&self) -> bool {
        self.agent.is_empty()
    }
}

/// The peer.
fn peer() -> Hop {
    Hop::Udp("192.0.2.9:5060".parse().unwrap())
}

/// A request of the peer.
fn request(method: &str, call_id: &str, cseq: u32, to_tag: &str, branch: &str) -> String {
    let tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
    format!(
        "{method} sip:ms@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK{branch}\r\n\
         From: <sip:ann@192.0.2.9>;tag=ann\r\nTo: <sip:ms@192.0.2.1>{tag}\r\n\
         Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:ann@192.0.2.9>\r\n\
         Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n"
    )
}
