//! Client transactions: a request is repeated until it is answered or given up.

use std::collections::HashMap;
use std::time::Duration;

use crate::CallKey;
use crate::hop::Hop;
use crate::io::{Deadline, Io, Packet, Timer, TransactionKey};
use crate::message::Response;

/// All client transactions of an agent, by branch and method (17.1.3).
#[derive(Default)]
pub(crate) struct Clients {
    table: HashMap<TransactionKey, Client>,
}

struct Client {
    state: State,
    purpose: Purpose,
    hop: Hop,
    request: Packet,
    interval: Duration,
    repeat: Option<Deadline>,
    end: Option<Deadline>,
    /// Nobody waits for its answer any more: ringing does not prolong it.
    abandoned: bool,
    /// The ACK that was sent, and the To tag it went to.
    ack: Option<(Option<String>, Hop, Packet)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Calling,
    Proceeding,
    /// The final response to an INVITE came; its repetitions get the ACK again.
    Answered,
}

/// What a transaction is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The INVITE of this outgoing call.
    Invite(CallKey),
    /// The question whether the peer still knows this call.
    Probe(CallKey),
    /// A request whose outcome changes nothing any more: BYE, CANCEL.
    Farewell,
}

/// What a response or a passed deadline means to the calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing.
    None,
    /// A response to the INVITE of this call that was not seen before.
    Response(CallKey),
    /// The INVITE of this call was never answered.
    Unanswered(CallKey),
    /// The peer still knows this call, or it does not.
    Probed(CallKey, bool),
}

impl Clients {
    /// Sends a request for the first time.
    pub(crate) fn start(
        &mut self,
        key: TransactionKey,
        purpose: Purpose,
        hop: Hop,
        request: Packet,
        io: &mut Io,
    ) {
        io.request(hop, request.clone());
        let interval = io.timers.t1;
        let repeat =
            (!hop.is_reliable()).then(|| io.set(interval, Timer::ClientRepeat(key.clone())));
        let end = Some(io.set(io.timers.t1x64(), Timer::ClientEnd(key.clone())));
        let state = State::Calling;
        let client = Client {
            state,
            purpose,
            hop,
            request,
            interval,
            repeat,
            end,
            abandoned: false,
            ack: None,
        };
        self.table.insert(key, client);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Whether every request has its final response.
    pub(crate) fn is_quiet(&self) -> bool {
        self.table.values().all(|client| client.state == State::Answered)
    }

    /// Takes in a response.
    pub(crate) fn handle_response(&mut self, response: &Response, io: &mut Io) -> Finding {
        let key = response.transaction_key();
        let Some(client) = self.table.get_mut(&key) else { return Finding::None };
        let Purpose::Invite(call) = client.purpose.clone() else {
            return self.handle_other(&key, response.status, io);
        };
        match (client.state, response.status) {
            (State::Answered, 100..=199) => return Finding::None,
            (_, 100..=199) => {
                // An INVITE that is being worked on may ring for ever (17.1.1.2).
                client.state = State::Proceeding;
                io.cancel(client.repeat.take());
                if !client.abandoned {
                    io.cancel(client.end.take());
                }
            }
            (State::Answered, status) => {
                let known = client.ack.as_ref().is_some_and(|(tag, ..)| *tag == response.to_tag);
                if known || status >= 300 {
                    client.repeat_ack(io);
                    return Finding::None;
                }
            }
            (_, _) => {
                client.state = State::Answered;
                io.cancel(client.repeat.take());
                io.cancel(client.end.take());
                client.end = Some(io.set(io.timers.t1x64(), Timer::ClientEnd(key)));
            }
        }
        Finding::Response(call)
    }

    /// Sends the ACK to a final response and keeps it for the repetitions of that response.
    pub(crate) fn acknowledge(
        &mut self,
        key: &str,
        to_tag: Option<String>,
        hop: Hop,
        ack: Packet,
        io: &mut Io,
    ) {
        io.request(hop, ack.clone());
        if let Some(client) = self.table.get_mut(key) {
            // The first answer is the call's; the ACK to a fork's is not worth keeping.
            client.ack.get_or_insert((to_tag, hop, ack));
        }
    }

    /// An INVITE that nobody waits for any more is given up if it is not answered soon (RFC 3261,
    /// 9.1).
    pub(crate) fn limit(&mut self, key: &TransactionKey, io: &mut Io) {
        let Some(client) = self.table.get_mut(key) else { return };
        if client.state != State::Answered {
            client.abandoned = true;
            io.cancel(client.end.take());
            client.end = Some(io.set(io.timers.t1x64(), Timer::ClientEnd(key.clone())));
        }
    }

    /// Timers A and E.
    pub(crate) fn handle_repeat(&mut self, key: &TransactionKey, io: &mut Io) {
        let Some(client) = self.table.get_mut(key) else { return };
        io.request(client.hop, client.request.clone());
        client.interval *= 2;
        if !matches!(client.purpose, Purpose::Invite(_)) {
            let proceeding = client.state == State::Proceeding;
            let t2 = io.timers.t2;
            client.interval = if proceeding { t2 } else { client.interval.min(t2) };
        }
        client.repeat = Some(io.set(client.interval, Timer::ClientRepeat(key.clone())));
    }

    /// Timers B, D, F and M.
    pub(crate) fn handle_end(&mut self, key: &str, io: &mut Io) -> Finding {
        self.remove(key, io)
    }

    /// A TCP connection broke: what waits for an answer on it will not get one.
    pub(crate) fn handle_closed(&mut self, hop: Hop, io: &mut Io) -> Vec<Finding> {
        let waiting = |c: &Client| c.hop == hop && c.state != State::Answered;
        let lost: Vec<TransactionKey> =
            self.table.iter().filter(|(_, c)| waiting(c)).map(|(key, _)| key.clone()).collect();
        lost.iter().map(|key| self.remove(key, io)).collect()
    }

    /// A response to anything but INVITE.
    fn handle_other(&mut self, key: &str, status: u16, io: &mut Io) -> Finding {
        if status < 200 {
            if let Some(client) = self.table.get_mut(key) {
                client.state = State::Proceeding;
            }
            return Finding::None;
        }
        match self.remove(key, io) {
            Finding::Probed(call, _) => Finding::Probed(call, !matches!(status, 408 | 481)),
            other => other,
        }
    }

    /// Forgets a transaction; the finding is that of one without an answer.
    fn remove(&mut self, key: &str, io: &mut Io) -> Finding {
        let Some(client) = self.table.remove(key) else { return Finding::None };
        io.cancel(client.repeat);
        io.cancel(client.end);
        match client.purpose {
            Purpose::Invite(call) if client.state != State::Answered => Finding::Unanswered(call),
            Purpose::Probe(call) => Finding::Probed(call, false),
            Purpose::Invite(_) | Purpose::Farewell => Finding::None,
        }
    }
}

impl Client {
    fn repeat_ack(&self, io: &mut Io) {
        if let Some((_, hop, ack)) = &self.ack {
            io.request(*hop, ack.clone());
        }
    }
}
