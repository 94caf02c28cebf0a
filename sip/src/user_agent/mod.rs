//! The user agent as a value: messages, commands and the time go in, messages and events come
//! out. No socket, no clock, no thread.
//!
//! | comes in | then ask |
//! |---|---|
//! | [`handle_message`](UserAgent::handle_message), [`handle_unframed`](UserAgent::handle_unframed), [`handle_closed`](UserAgent::handle_closed) | [`poll_output`](UserAgent::poll_output) until it is empty |
//! | [`handle_command`](UserAgent::handle_command), [`handle_congestion`](UserAgent::handle_congestion) | the same |
//! | [`handle_timeout`](UserAgent::handle_timeout) at the time of [`poll_timeout`](UserAgent::poll_timeout) | the same |
//!
//! One file per request: what is done with an INVITE stands in `invite.rs`, and so on.

mod ack;
mod answer;
mod bye;
mod call;
mod cancel;
mod info;
mod invite;
mod options;
mod outgoing;
mod probe;
mod reinvite;
mod reply;
mod room;
mod screen;
#[cfg(test)]
mod tests;
pub(crate) mod token;
mod update;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::command::{Availability, Command};
use crate::dialog::Dialog;
use crate::hop::Hop;
use crate::io::{Io, Output, Timer, TransactionKey};
use crate::message::{Fault, Message, Method, Request, read, transaction_key};
use crate::transaction::{Absorbed, Clients, Finding, Servers};
use crate::{CallKey, Config, EndReason, Event, Refused};
use call::Call;

/// A table that is filled to less than this part of its room gives the rest back.
const SPARE: usize = 8;

/// One user agent: its calls and its transactions.
pub(crate) struct UserAgent {
    config: Config,
    /// What Contact and Via say.
    address: SocketAddr,
    io: Io,
    servers: Servers,
    clients: Clients,
    calls: HashMap<CallKey, Call>,
    /// Peers with a TCP connection.
    connected: HashSet<SocketAddr>,
    /// How many calls each of them has.
    callers: HashMap<SocketAddr, usize>,
    availability: Availability,
    /// The application is behind with its events.
    congested: bool,
    refused: Refused,
    rng: StdRng,
    /// Makes the tags of responses without state repeatable, and unguessable.
    salt: u64,
}

impl UserAgent {
    /// An agent reachable at `address`; `seed` makes its tags and branches.
    pub(crate) fn new(config: Config, address: SocketAddr, now: Instant, seed: [u8; 32]) -> Self {
        let mut rng = StdRng::from_seed(seed);
        Self {
            io: Io::new(now, config.timers),
            config,
            address,
            servers: Servers::default(),
            clients: Clients::default(),
            calls: HashMap::new(),
            connected: HashSet::new(),
            callers: HashMap::new(),
            availability: Availability::Open,
            congested: false,
            refused: Refused::default(),
            salt: rand::RngExt::random(&mut rng),
            rng,
        }
    }

    /// Takes in one datagram, or one frame of a stream.
    pub(crate) fn handle_message(&mut self, now: Instant, hop: Hop, bytes: &[u8]) {
        self.io.now = now;
        if let Hop::Tcp(peer) = hop {
            self.connected.insert(peer);
        }
        if bytes.len() > self.config.limits.message_bytes {
            return self.handle_unframed(hop, bytes, 413);
        }
        match read(bytes, hop) {
            Ok(Message::Request(request)) => self.handle_request(*request),
            Ok(Message::Response(response)) => {
                match self.clients.handle_response(&response, &mut self.io) {
                    Finding::Response(call) => self.handle_invite_response(&call, &response),
                    other => self.handle_finding(other),
                }
            }
            Err(Fault::Answer { request, status, reason }) => {
                self.answer_fault(&request, status, &reason);
            }
            Err(Fault::Garbage) => {
                tracing::debug!(source = %hop.address(), length = bytes.len(), "dropped garbage");
            }
        }
    }

    /// Takes in the head of a stream that cannot be followed, to be answered with `status`.
    pub(crate) fn handle_unframed(&mut self, hop: Hop, head: &[u8], status: u16) {
        match read(head, hop) {
            Ok(Message::Request(request)) if request.method != Method::Ack => {
                self.answer_fault(&request, status, &crate::message::reason_phrase(status));
            }
            Err(Fault::Answer { request, .. }) => {
                self.answer_fault(&request, status, &crate::message::reason_phrase(status));
            }
            Ok(_) | Err(Fault::Garbage) => {}
        }
    }

    /// The connection to this peer is closed.
    pub(crate) fn handle_closed(&mut self, now: Instant, peer: SocketAddr) {
        self.io.now = now;
        self.connected.remove(&peer);
        for finding in self.clients.handle_closed(Hop::Tcp(peer), &mut self.io) {
            self.handle_finding(finding);
        }
    }

    /// Does what the application asks for.
    pub(crate) fn handle_command(&mut self, now: Instant, command: Command) {
        self.io.now = now;
        match command {
            Command::Ring(call) => self.ring(&call),
            Command::Accept(call, sdp) => self.accept(&call, &sdp),
            Command::Reject(call, rejection) => self.reject(&call, &rejection),
            Command::Bye(call, reason) => self.end(&call, reason, EndReason::LocalBye),
            Command::Call(call, new) => self.call(call, &new),
            Command::Acknowledge(call, sdp) => self.acknowledge(&call, Some(&sdp)),
            Command::Change(call, offer) => self.change(&call, &offer),
            Command::Available(availability) => self.availability = availability,
            Command::Shutdown => self.shut_down(),
        }
    }

    /// Whether the application is behind with its events: new work is refused meanwhile.
    pub(crate) fn handle_congestion(&mut self, congested: bool) {
        self.congested = congested;
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.io.now = now;
        while let Some(timer) = self.io.pop_due() {
            match timer {
                Timer::ServerRepeat(key) => self.servers.handle_repeat(&key, &mut self.io),
                Timer::ServerEnd(key) => self.servers.handle_end(&key, &mut self.io),
                Timer::ClientRepeat(key) => self.clients.handle_repeat(&key, &mut self.io),
                Timer::ClientEnd(key) => {
                    let finding = self.clients.handle_end(&key, &mut self.io);
                    self.handle_finding(finding);
                }
                Timer::AnswerRepeat(call) => self.repeat_answer(&call),
                Timer::AnswerEnd(call) => self.give_up_answer(&call),
                Timer::Probe(call) => self.probe(&call),
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is wanted.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.io.soonest()
    }

    /// The next thing to be done outside.
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.io.pop_output()
    }

    /// Whether a call came over the TCP connection of this peer, or went out over it.
    pub(crate) fn has_call(&self, peer: SocketAddr) -> bool {
        self.callers.contains_key(&peer)
    }

    /// Calls alive.
    pub(crate) fn calls(&self) -> usize {
        self.calls.len()
    }

    /// New calls that were refused here.
    pub(crate) fn refused(&self) -> Refused {
        self.refused
    }

    /// Whether nothing is held any more: no call, no transaction, no deadline.
    pub(crate) fn is_empty(&self) -> bool {
        let transactions = self.servers.is_empty() && self.clients.is_empty();
        self.calls.is_empty() && self.callers.is_empty() && transactions && self.io.is_empty()
    }

    /// Whether no request of ours awaits its answer.
    pub(crate) fn is_quiet(&self) -> bool {
        self.clients.is_quiet()
    }

    fn handle_request(&mut self, request: Request) {
        let about = match request.method {
            Method::Ack => Method::Invite,
            other => other,
        };
        let key: TransactionKey = request.transaction_key(about).into();
        if self.servers.absorb(&key, &request, &mut self.io) == Absorbed::Yes {
            return;
        }
        if request.method == Method::Ack {
            return self.handle_ack(&request);
        }
        let incoming = Incoming { key, request: Arc::new(request) };
        if incoming.request.method == Method::Cancel {
            return self.handle_cancel(&incoming);
        }
        let first = incoming.request.method == Method::Invite && incoming.request.to_tag.is_none();
        if first && self.servers.is_merged(&incoming.request) {
            return self.answer_fault(&incoming.request, reply::MERGED, "Loop Detected");
        }
        if !self.screen(&incoming) {
            return;
        }
        match incoming.request.to_tag {
            None => self.handle_outside(&incoming),
            Some(_) => self.handle_inside(&incoming),
        }
    }

    /// A request outside of dialogs that passed the screening.
    fn handle_outside(&mut self, incoming: &Incoming) {
        match incoming.request.method {
            Method::Invite => self.handle_invite(incoming),
            Method::Options => self.handle_options(incoming),
            // BYE, INFO and UPDATE mean nothing outside.
            _ => self.refuse(incoming, 481, |writer| writer),
        }
    }

    /// A request within a dialog, or what claims to be one.
    fn handle_inside(&mut self, incoming: &Incoming) {
        let request = &incoming.request;
        let Some(key) = self.find(request) else {
            return self.refuse(incoming, 481, |writer| writer);
        };
        // A BYE gives room back and asks for none: it is never turned away.
        let bye = request.method == Method::Bye;
        let room = self.has_room_inside(request.source().ip());
        if !room && !bye {
            return self.refuse_for_now(incoming, 503);
        }
        let in_order = self.calls.get_mut(&key).is_some_and(|c| c.dialog.advance(request.cseq));
        if !in_order {
            return self.refuse(incoming, 500, |writer| writer);
        }
        if room {
            self.servers.open(incoming.key.clone(), request, key.clone(), self.io.now);
        }
        self.await_silence(&key);
        match request.method {
            Method::Bye => self.handle_bye(&key, incoming),
            Method::Invite => self.handle_reinvite(&key, incoming),
            Method::Update => self.handle_update(&key, incoming),
            Method::Info => self.handle_info(&key, incoming),
            _ => self.handle_options(incoming),
        }
    }

    /// The call that a request names by Call-ID and tags, from either side's view.
    fn find(&self, request: &Request) -> Option<CallKey> {
        let ours = request.to_tag.as_deref()?;
        let came_in = CallKey::incoming(&request.call_id, &request.from_tag, ours);
        if self.calls.contains_key(&came_in) {
            return Some(came_in);
        }
        let went_out = CallKey::outgoing(&request.call_id, ours);
        let dialog = &self.calls.get(&went_out)?.dialog;
        let names = dialog.call_id == request.call_id && dialog.remote_tag == request.from_tag;
        names.then_some(went_out)
    }

    /// What a client transaction found out, other than a response to an INVITE.
    fn handle_finding(&mut self, finding: Finding) {
        match finding {
            Finding::Unanswered(call) => self.handle_unanswered(&call),
            Finding::Probed(call, true) => self.await_silence(&call),
            Finding::Probed(call, false) => self.end(&call, None, EndReason::PeerLost),
            Finding::Response(_) | Finding::None => {}
        }
    }

    /// Holds a new call.
    fn keep(&mut self, key: CallKey, dialog: Dialog) {
        if let Hop::Tcp(peer) = dialog.hop() {
            *self.callers.entry(peer).or_default() += 1;
        }
        self.calls.insert(key, Call::new(dialog));
    }

    /// Forgets a call and what is still planned for it.
    fn forget(&mut self, key: &CallKey) {
        self.stop_repeating(key);
        let Some(call) = self.calls.remove(key) else { return };
        if self.calls.len() < self.calls.capacity() / SPARE {
            self.calls.shrink_to(self.calls.len() * 2);
        }
        if let Hop::Tcp(peer) = call.dialog.hop()
            && let Entry::Occupied(mut calls) = self.callers.entry(peer)
        {
            *calls.get_mut() -= 1;
            if *calls.get() == 0 {
                calls.remove();
            }
        }
        self.io.cancel(call.probe);
        if let Some(calling) = &call.calling {
            // A re-INVITE that was being worked on would be waited for without end.
            let transaction = transaction_key(&calling.branch, "INVITE");
            self.clients.limit(&transaction, &mut self.io);
        }
    }

    /// Tells the application the last thing about a call, once.
    fn report(&mut self, key: &CallKey, event: Event) {
        if let Some(call) = self.calls.get_mut(key)
            && !std::mem::replace(&mut call.reported, true)
        {
            self.io.tell(event);
        }
    }
}

/// A request and the name of its transaction.
#[derive(Clone, Debug)]
struct Incoming {
    key: TransactionKey,
    request: Arc<Request>,
}
