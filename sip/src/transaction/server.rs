//! Server transactions: a request is heard once, its response as often as it is asked for.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::unacked::{Place, Unacked};
use crate::CallKey;
use crate::hop::Hop;
use crate::io::{Deadline, Io, Packet, Timer, TransactionKey};
use crate::message::{Method, Request};

/// A table that is filled to less than this part of its room gives the rest back.
const SPARE: usize = 8;

/// All server transactions of an agent.
#[derive(Default)]
pub(crate) struct Servers {
    table: HashMap<TransactionKey, Server>,
    /// Call-ID, From tag and CSeq of the INVITEs outside of dialogs, to find those that come
    /// over two ways (RFC 3261, 8.2.2.2).
    unforked: HashSet<String>,
    /// How many transactions each source has.
    sources: HashMap<IpAddr, usize>,
    unacked: Unacked,
}

struct Server {
    state: State,
    invite: bool,
    hop: Hop,
    source: IpAddr,
    /// The call that it began or belongs to.
    call: CallKey,
    /// Its row among the INVITEs without ACK.
    unacked: Option<u64>,
    identity: Option<String>,
    last: Option<Packet>,
    interval: Duration,
    repeat: Option<Deadline>,
    end: Option<Deadline>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No final response yet.
    Proceeding,
    /// A final response was sent; to an INVITE, one other than 2xx.
    Completed,
    /// The ACK to that one came.
    Confirmed,
    /// A 2xx to an INVITE was sent; repeating it is the dialog's business (RFC 6026).
    Accepted,
}

/// What became of a request that was offered to the existing transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absorbed {
    /// It was a repetition, or the ACK to a refusal: nothing is left to do.
    Yes,
    /// It is new.
    No,
}

impl Servers {
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Those that requests from this address began.
    pub(crate) fn len_of(&self, source: IpAddr) -> usize {
        self.sources.get(&source).copied().unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        let named = self.unforked.is_empty() && self.sources.is_empty();
        self.table.is_empty() && named && self.unacked.is_empty()
    }

    /// Whether there is room for one more INVITE without ACK.
    pub(crate) fn place(&self, max: usize, source: IpAddr, now: Instant, grace: Duration) -> Place {
        let answered =
            |key: &str| self.table.get(key).is_some_and(|server| server.state != State::Proceeding);
        self.unacked.place(max, source, now, grace, answered)
    }

    /// Offers a request to its transaction, if there is one.
    pub(crate) fn absorb(&mut self, key: &str, request: &Request, io: &mut Io) -> Absorbed {
        let Some(server) = self.table.get_mut(key) else { return Absorbed::No };
        if request.method != Method::Ack {
            if let Some(last) = &server.last {
                io.respond(server.hop, last.clone());
            }
            return Absorbed::Yes;
        }
        match server.state {
            // The ACK to a 2xx belongs to the dialog, even with the branch of its INVITE.
            State::Accepted => Absorbed::No,
            State::Completed => {
                self.confirm(key, io);
                Absorbed::Yes
            }
            State::Proceeding | State::Confirmed => Absorbed::Yes,
        }
    }

    /// Whether the same INVITE came before over another way.
    pub(crate) fn is_merged(&self, request: &Request) -> bool {
        self.unforked.contains(&identity(request))
    }

    /// Begins the transaction of a request that begins this call or belongs to it.
    pub(crate) fn open(
        &mut self,
        key: TransactionKey,
        request: &Request,
        call: CallKey,
        now: Instant,
    ) {
        let invite = request.method == Method::Invite;
        let source = request.source().ip();
        let first = invite && request.to_tag.is_none();
        let identity = first.then(|| identity(request));
        if let Some(identity) = &identity {
            self.unforked.insert(identity.clone());
        }
        *self.sources.entry(source).or_default() += 1;
        let server = Server {
            state: State::Proceeding,
            invite,
            hop: request.return_hop(),
            source,
            call,
            unacked: first.then(|| self.unacked.insert(key.clone(), source, now)),
            identity,
            last: None,
            interval: Duration::ZERO,
            repeat: None,
            end: None,
        };
        self.table.insert(key, server);
    }

    /// The call of a transaction, and whether its final response is still to come; `None` if
    /// there is no such transaction.
    pub(crate) fn call(&self, key: &str) -> Option<(CallKey, bool)> {
        let server = self.table.get(key)?;
        Some((server.call.clone(), server.state == State::Proceeding))
    }

    /// Sends a response and keeps it for repetitions of the request; without a transaction it is
    /// only sent (RFC 3261, 8.2.7).
    pub(crate) fn respond(
        &mut self,
        key: &TransactionKey,
        hop: Hop,
        status: u16,
        last: Packet,
        io: &mut Io,
    ) {
        let Some(server) = self.table.get_mut(key) else { return io.respond(hop, last) };
        io.respond(server.hop, last.clone());
        server.last = Some(last);
        if status < 200 {
            return;
        }
        let reliable = server.hop.is_reliable();
        server.state =
            if server.invite && status < 300 { State::Accepted } else { State::Completed };
        if !server.invite && reliable {
            self.remove(key, io);
            return;
        }
        if server.invite && status >= 300 && !reliable {
            server.interval = io.timers.t1;
            server.repeat = Some(io.set(server.interval, Timer::ServerRepeat(key.clone())));
        }
        server.end = Some(io.set(io.timers.t1x64(), Timer::ServerEnd(key.clone())));
    }

    /// The 2xx of this INVITE was acknowledged: its repetitions are no longer answered.
    pub(crate) fn settle(&mut self, key: &str) {
        if let Some(server) = self.table.get_mut(key) {
            server.last = None;
            self.unacked.remove(server.unacked.take());
        }
    }

    /// Timer G.
    pub(crate) fn handle_repeat(&mut self, key: &TransactionKey, io: &mut Io) {
        let Some(server) = self.table.get_mut(key) else { return };
        if let Some(last) = &server.last {
            io.respond(server.hop, last.clone());
        }
        server.interval = (server.interval * 2).min(io.timers.t2);
        server.repeat = Some(io.set(server.interval, Timer::ServerRepeat(key.clone())));
    }

    /// Timers H, I, J and L.
    pub(crate) fn handle_end(&mut self, key: &str, io: &mut Io) {
        self.remove(key, io);
    }

    fn confirm(&mut self, key: &str, io: &mut Io) {
        let Some(server) = self.table.get_mut(key) else { return };
        server.state = State::Confirmed;
        server.last = None;
        self.unacked.remove(server.unacked.take());
        io.cancel(server.repeat.take());
        io.cancel(server.end.take());
        if server.hop.is_reliable() {
            self.remove(key, io);
        } else {
            // Timer I: repetitions of the ACK may still be under way.
            server.end = Some(io.set(io.timers.t4, Timer::ServerEnd(key.into())));
        }
    }

    /// Forgets a transaction, whatever its state.
    pub(crate) fn remove(&mut self, key: &str, io: &mut Io) {
        let Some(server) = self.table.remove(key) else { return };
        self.unacked.remove(server.unacked);
        if let Some(count) = self.sources.get_mut(&server.source) {
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&server.source);
            }
        }
        io.cancel(server.repeat);
        io.cancel(server.end);
        if let Some(identity) = server.identity {
            self.unforked.remove(&identity);
        }
        // The room that a rush of calls took is given back when it is over.
        if self.table.len() < self.table.capacity() / SPARE {
            self.table.shrink_to(self.table.len() * 2);
            self.unforked.shrink_to(self.unforked.len() * 2);
            self.sources.shrink_to(self.sources.len() * 2);
        }
    }
}

fn identity(request: &Request) -> String {
    format!("{} {} {}", request.call_id, request.from_tag, request.cseq)
}
