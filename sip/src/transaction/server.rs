//! Server transactions: a request is heard once, its response as often as it is asked for.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::CallKey;
use crate::hop::Hop;
use crate::io::{Deadline, Io, Packet, Timer, TransactionKey};
use crate::message::{Method, Request};

/// All server transactions of an agent.
#[derive(Default)]
pub(crate) struct Servers {
    table: HashMap<TransactionKey, Server>,
    /// Call-ID, From tag and CSeq of the INVITEs outside of dialogs, to find those that come
    /// over two ways (RFC 3261, 8.2.2.2).
    unforked: HashSet<String>,
}

struct Server {
    state: State,
    invite: bool,
    hop: Hop,
    /// The call whose INVITE it is.
    call: Option<CallKey>,
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

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty() && self.unforked.is_empty()
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

    /// Begins a transaction.
    pub(crate) fn open(&mut self, key: TransactionKey, request: &Request, call: Option<CallKey>) {
        let invite = request.method == Method::Invite;
        let identity = (invite && request.to_tag.is_none()).then(|| identity(request));
        if let Some(identity) = &identity {
            self.unforked.insert(identity.clone());
        }
        let server = Server {
            state: State::Proceeding,
            invite,
            hop: request.return_hop(),
            call,
            identity,
            last: None,
            interval: Duration::ZERO,
            repeat: None,
            end: None,
        };
        self.table.insert(key, server);
    }

    /// Binds an INVITE to its call, so that a CANCEL finds it.
    pub(crate) fn bind(&mut self, key: &str, call: CallKey) {
        if let Some(server) = self.table.get_mut(key) {
            server.call = Some(call);
        }
    }

    /// The call of an INVITE transaction, if it has one, and whether its final response is still
    /// to come; `None` if there is no such transaction.
    pub(crate) fn cancellable(&self, key: &str) -> Option<(Option<CallKey>, bool)> {
        let server = self.table.get(key)?;
        Some((server.call.clone(), server.state == State::Proceeding))
    }

    /// Sends a response and keeps it for repetitions of the request.
    pub(crate) fn respond(&mut self, key: &TransactionKey, status: u16, last: Packet, io: &mut Io) {
        let Some(server) = self.table.get_mut(key) else { return };
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
        io.cancel(server.repeat.take());
        io.cancel(server.end.take());
        if server.hop.is_reliable() {
            self.remove(key, io);
        } else {
            // Timer I: repetitions of the ACK may still be under way.
            server.end = Some(io.set(io.timers.t4, Timer::ServerEnd(key.into())));
        }
    }

    fn remove(&mut self, key: &str, io: &mut Io) {
        let Some(server) = self.table.remove(key) else { return };
        io.cancel(server.repeat);
        io.cancel(server.end);
        if let Some(identity) = server.identity {
            self.unforked.remove(&identity);
        }
        if self.table.is_empty() {
            // The room that a rush of calls took is given back when all is quiet.
            self.table.shrink_to_fit();
            self.unforked.shrink_to_fit();
        }
    }
}

fn identity(request: &Request) -> String {
    format!("{} {} {}", request.call_id, request.from_tag, request.cseq)
}
