//! What the pure parts read of the outside world and what they ask of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::hop::Hop;
use crate::{CallKey, Event, Timers};

/// The shortest time ahead of which a deadline is set.
const TICK: Duration = Duration::from_millis(1);

/// The bytes of one message, shared with its retransmissions.
pub(crate) type Packet = Arc<[u8]>;
/// The name of a transaction.
pub(crate) type TransactionKey = Arc<str>;

/// Something the shell must do.
#[derive(Debug)]
pub(crate) enum Output {
    /// Send a message. `open` allows a TCP connection to be opened for it.
    Send { hop: Hop, bytes: Packet, open: bool },
    /// Tell the application.
    Event(Event),
}

/// Whose deadline has passed.
#[derive(Clone, Debug)]
pub(crate) enum Timer {
    /// Repeat the final response (timer G).
    ServerRepeat(TransactionKey),
    /// Forget the server transaction (timers H, I, J and L).
    ServerEnd(TransactionKey),
    /// Repeat the request (timers A and E).
    ClientRepeat(TransactionKey),
    /// Give the client transaction up or forget it (timers B, D, F and M).
    ClientEnd(TransactionKey),
    /// Repeat the 2xx to an INVITE until its ACK comes (RFC 3261, 13.3.1.4).
    AnswerRepeat(CallKey),
    /// Stop waiting for that ACK.
    AnswerEnd(CallKey),
    /// Ask the peer whether it still knows the call.
    Probe(CallKey),
}

/// Names one row of the deadline table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(Instant, u64);

/// The current time, the deadlines and the outputs, shared by all parts of one agent.
pub(crate) struct Io {
    pub(crate) now: Instant,
    pub(crate) timers: Timers,
    deadlines: BTreeMap<Deadline, Timer>,
    next_deadline: u64,
    outputs: VecDeque<Output>,
}

impl Io {
    pub(crate) fn new(now: Instant, timers: Timers) -> Self {
        Self { now, timers, deadlines: BTreeMap::new(), next_deadline: 0, outputs: VecDeque::new() }
    }

    /// Sets a deadline. Deadlines at the same instant pass in the order they were set; none is
    /// set at the present instant, where it could follow itself for ever.
    pub(crate) fn set(&mut self, after: Duration, timer: Timer) -> Deadline {
        self.next_deadline += 1;
        let deadline = Deadline(self.now + after.max(TICK), self.next_deadline);
        self.deadlines.insert(deadline, timer);
        deadline
    }

    /// Takes a deadline back; one that has passed is gone already.
    pub(crate) fn cancel(&mut self, deadline: Option<Deadline>) {
        if let Some(deadline) = deadline {
            self.deadlines.remove(&deadline);
        }
    }

    /// The soonest deadline.
    pub(crate) fn soonest(&self) -> Option<Instant> {
        self.deadlines.keys().next().map(|deadline| deadline.0)
    }

    /// The next timer whose deadline has passed.
    pub(crate) fn pop_due(&mut self) -> Option<Timer> {
        let first = self.deadlines.first_entry()?;
        (first.key().0 <= self.now).then(|| first.remove())
    }

    /// Sends a response, or the repetition of one, where its request came from.
    pub(crate) fn respond(&mut self, hop: Hop, bytes: Packet) {
        self.outputs.push_back(Output::Send { hop, bytes, open: false });
    }

    /// Sends a request.
    pub(crate) fn request(&mut self, hop: Hop, bytes: Packet) {
        self.outputs.push_back(Output::Send { hop, bytes, open: true });
    }

    /// Tells the application.
    pub(crate) fn tell(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    pub(crate) fn pop_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether no deadline is set.
    pub(crate) fn is_empty(&self) -> bool {
        self.deadlines.is_empty()
    }
}
