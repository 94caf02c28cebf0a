//! When datagrams may pass: the rate a port may receive at, and the times of those that leave
//! later.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use mixer::port::PortId;
use mixer::time::Time;

use super::slot::Slot;

/// Datagrams a port may receive per second from its peer, and as many again from everybody else,
/// RTP and RTCP together: five times those of 10 ms packets.
const RATE_PER_SECOND: u64 = 500;

/// Datagrams a port may receive at once: what a stall of more than a second lets loose.
const BURST: u64 = 150;

/// Datagrams that may wait for their time.
const SCHEDULED_MAX: usize = 4_096;

const NANOS_PER_DATAGRAM: u64 = 1_000_000_000 / RATE_PER_SECOND;

/// A token bucket: keeps a flood on one port from filling the ring that all ports share.
#[derive(Debug)]
pub(super) struct Allowance {
    /// When the bucket would be empty, had nothing come since; lags `now` by at most the burst.
    spent_until: Time,
}

impl Allowance {
    pub(super) fn full() -> Allowance {
        Allowance { spent_until: Time(0) }
    }

    /// Takes one datagram's worth, if there is one.
    pub(super) fn take(&mut self, now: Time) -> bool {
        let full = now.0.saturating_sub(BURST * NANOS_PER_DATAGRAM);
        let spent = self.spent_until.0.max(full) + NANOS_PER_DATAGRAM;
        if spent > now.0 {
            return false;
        }
        self.spent_until = Time(spent);
        true
    }
}

/// Datagrams that must not leave yet, the soonest first.
#[derive(Default)]
pub(super) struct Schedule {
    order: BinaryHeap<Reverse<(Time, u64, usize)>>,
    slots: Vec<Slot>,
    free: Vec<usize>,
    count: u64,
}

impl Schedule {
    /// Keeps a datagram until its time; `false` when too many wait.
    pub(super) fn push(&mut self, slot: Slot) -> bool {
        if self.order.len() >= SCHEDULED_MAX {
            return false;
        }
        let time = slot.time;
        let index = match self.free.pop() {
            Some(index) => {
                self.slots[index] = slot;
                index
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        // The count keeps those of one moment in order.
        self.count += 1;
        self.order.push(Reverse((time, self.count, index)));
        true
    }

    /// When the first one is due.
    pub(super) fn soonest(&self) -> Option<Time> {
        self.order.peek().map(|Reverse((time, ..))| *time)
    }

    /// The next datagram whose time has come, lent until the next call.
    pub(super) fn pop_due(&mut self, now: Time) -> Option<&Slot> {
        if self.soonest()? > now {
            return None;
        }
        let Reverse((_, _, index)) = self.order.pop()?;
        self.free.push(index);
        self.slots.get(index)
    }

    /// Makes everything of a port due at once: its sockets are about to close.
    pub(super) fn hurry(&mut self, port: PortId) {
        let slots = &self.slots;
        let mut hurried = Vec::new();
        self.order.retain(|Reverse((_, count, index))| {
            let stays = slots[*index].port != port;
            if !stays {
                hurried.push(Reverse((Time(0), *count, *index)));
            }
            stays
        });
        self.order.extend(hurried);
    }
}
