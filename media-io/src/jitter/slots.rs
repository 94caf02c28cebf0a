//! The packets that wait, sorted by timestamp, and the last ones played, in memory taken once: a
//! slot for each, and a ring of bytes for the payloads of all (`payloads`).

use std::time::Duration;

use super::Packet;
use super::payloads::{Payloads, Place};
use crate::codec::Codec;
use crate::rtp::Timestamp;

/// The shortest packet that senders use.
const PACKET_SHORT: Duration = Duration::from_millis(10);

/// Packets that may wait beyond a bound filled with the shortest.
const SLOTS_MORE: usize = 12;

/// Packets that may wait at most.
const SLOTS_MAX: usize = 128;

/// Packets kept after they were played, or passed over. Decoding that was put off needs 80 ms and
/// three ticks of them, here in packets of 10 ms, and the one that begins before.
const KEPT_MAX: usize = 15;

/// Bytes of the largest payload taken: 80 ms of G.711, 40 ms of L16 at 16 kHz, 20 ms of Opus at
/// its highest rate.
pub const PAYLOAD_MAX: usize = 1_280;

/// A packet, waiting or played.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) timestamp: Timestamp,
    /// When it arrived, in units on our clock.
    pub(super) arrival: i64,
    pub(super) units: i64,
    pub(super) codec: &'static Codec,
    /// Its loudness by RFC 6464.
    pub(super) level: Option<u8>,
    payload: Place,
}

impl Stored {
    /// Units from `first` to this packet.
    fn after(&self, first: Timestamp) -> i64 {
        i64::from(self.timestamp.since(first))
    }

    /// Units of it from `cursor` on, if it holds the cursor.
    fn rest_at(&self, cursor: Timestamp) -> Option<i64> {
        let into = i64::from(cursor.since(self.timestamp));
        (into >= 0 && into < self.units).then_some(self.units - into)
    }
}

/// What there is to play from a cursor on.
#[derive(Debug)]
pub(super) enum Segment<'a> {
    /// So many units of a packet.
    Audio(&'a Stored, i64),
    /// So many units of nothing.
    Gap(i64),
}

/// All packets.
#[derive(Debug)]
pub(super) struct Slots {
    stored: Box<[Stored]>,
    payloads: Payloads,
    /// Indices into `stored`: the first `waiting` in order of timestamp; from there to `usable`
    /// free ones.
    order: Box<[u8]>,
    waiting: usize,
    usable: usize,
    /// Indices of those played, in that order.
    kept: [u8; KEPT_MAX],
    kept_len: usize,
}

impl Slots {
    /// Room for so much in the shortest packets.
    pub(super) fn new(bound: Duration) -> Slots {
        let empty = || Stored {
            timestamp: Timestamp(0),
            arrival: 0,
            units: 0,
            codec: &crate::codec::PCMU,
            level: None,
            payload: Place::default(),
        };
        let packets = (bound.as_nanos() / PACKET_SHORT.as_nanos()) as usize;
        let count = (packets + SLOTS_MORE).min(SLOTS_MAX) + KEPT_MAX;
        Slots {
            stored: (0..count).map(|_| empty()).collect(),
            payloads: Payloads::new(bound),
            order: (0..count as u8).collect(),
            waiting: 0,
            usable: count,
            kept: [0; KEPT_MAX],
            kept_len: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting == self.stored.len() - KEPT_MAX
    }

    pub(super) fn clear(&mut self) {
        self.waiting = 0;
        while self.kept_len > 0 {
            self.release_oldest();
        }
    }

    /// Timestamp of the oldest packet that waits.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.peek().map(|stored| stored.timestamp)
    }

    /// The oldest packet that waits.
    pub(super) fn peek(&self) -> Option<&Stored> {
        self.iter().next()
    }

    /// The oldest packet waits no longer; it is kept for a while.
    pub(super) fn pop(&mut self) {
        if self.waiting == 0 {
            return;
        }
        if self.kept_len == KEPT_MAX {
            self.release_oldest();
        }
        self.kept[self.kept_len] = self.order[0];
        self.kept_len += 1;
        self.order[..self.usable].rotate_left(1);
        self.waiting -= 1;
        self.usable -= 1;
    }

    /// Copies a packet in; `false` if there is no slot, or one of this timestamp waits.
    pub(super) fn insert(&mut self, packet: &Packet<'_>, units: i64, arrival: i64) -> bool {
        let older =
            self.iter().take_while(|stored| stored.timestamp.since(packet.timestamp) < 0).count();
        let same = self.iter().nth(older).is_some_and(|next| next.timestamp == packet.timestamp);
        if same || self.is_full() {
            return false;
        }
        let Some(payload) = self.payloads.put(packet.payload) else { return false };
        let slot = &mut self.stored[usize::from(self.order[self.waiting])];
        slot.payload = payload;
        slot.timestamp = packet.timestamp;
        slot.arrival = arrival;
        slot.units = units;
        slot.codec = packet.codec;
        slot.level = packet.level;
        self.order[older..=self.waiting].rotate_right(1);
        self.waiting += 1;
        true
    }

    /// The packet to begin with at `time`, in units on our clock, if each one is played as if it
    /// had travelled as quickly as the quickest of them: the first whose turn has come within the
    /// last tick. Those before it have waited too long, unless there is nothing later.
    pub(super) fn due(&self, time: i64, tick: i64) -> Option<Timestamp> {
        let first = self.first()?;
        let quickest = self.quickest()?;
        let overdue = |stored: &Stored| time - quickest - stored.after(first);
        let mut due = self.iter().take_while(|stored| overdue(stored) >= 0).peekable();
        while let Some(stored) = due.next() {
            if overdue(stored) < tick || due.peek().is_none() {
                return Some(stored.timestamp);
            }
        }
        None
    }

    /// When the oldest packet would have arrived, had it travelled as quickly as the quickest of
    /// all: the longest wait, if playout begins with the oldest, is counted from here.
    pub(super) fn quickest(&self) -> Option<i64> {
        let first = self.first()?;
        self.iter().map(|stored| stored.arrival - stored.after(first)).min()
    }

    /// What there is to play from `cursor` on, at most so many units, among the packets kept.
    pub(super) fn segment(&self, cursor: Timestamp, most: i64) -> Segment<'_> {
        let mut gap = most;
        for stored in self.kept().rev() {
            if let Some(rest) = stored.rest_at(cursor) {
                return Segment::Audio(stored, rest.min(most));
            }
            let ahead = stored.after(cursor);
            if ahead > 0 {
                gap = gap.min(ahead);
            }
        }
        Segment::Gap(gap)
    }

    /// The packet that begins at this timestamp, kept or next to be played.
    pub(super) fn starting_at(&self, timestamp: Timestamp) -> Option<&Stored> {
        self.kept().rev().chain(self.peek()).find(|stored| stored.timestamp == timestamp)
    }

    /// The payload of a packet; empty if so much came since that it is gone.
    pub(super) fn payload(&self, stored: &Stored) -> &[u8] {
        self.payloads.get(stored.payload).unwrap_or_default()
    }

    /// Those played, the oldest first.
    pub(super) fn kept(&self) -> impl DoubleEndedIterator<Item = &Stored> {
        let kept = &self.kept[..self.kept_len];
        kept.iter().filter_map(|&index| self.stored.get(usize::from(index)))
    }

    fn iter(&self) -> impl Iterator<Item = &Stored> {
        self.order[..self.waiting].iter().filter_map(|&index| self.stored.get(usize::from(index)))
    }

    fn release_oldest(&mut self) {
        self.order[self.usable] = self.kept[0];
        self.usable += 1;
        self.kept[..self.kept_len].rotate_left(1);
        self.kept_len -= 1;
    }
}
