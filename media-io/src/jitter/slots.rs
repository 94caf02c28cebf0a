//! The packets that wait, sorted by timestamp, in memory taken once.

use mixer::port::FRAME_SAMPLES;

use super::Packet;
use crate::codec::Codec;
use crate::rtp::Timestamp;

/// Samples of the shortest packet that senders use: 10 ms.
const PACKET_SAMPLES_SHORT: usize = 80;

/// Packets that may wait beyond a bound filled with the shortest.
const SLOTS_MORE: usize = 12;

/// Packets that may wait at most.
const SLOTS_MAX: usize = 128;

/// Bytes of the largest payload kept: 80 ms of G.711.
pub const PAYLOAD_MAX: usize = 640;

/// Samples in the longest packet kept: 80 ms.
pub const PACKET_SAMPLES_MAX: usize = 640;

/// A packet that waits.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) timestamp: Timestamp,
    /// When it arrived, in samples on our clock.
    pub(super) arrival: i64,
    pub(super) samples: usize,
    pub(super) codec: &'static Codec,
    len: usize,
    payload: [u8; PAYLOAD_MAX],
}

impl Stored {
    pub(super) fn payload(&self) -> &[u8] {
        &self.payload[..self.len]
    }

    /// Samples from `first` to this packet.
    fn after(&self, first: Timestamp) -> i64 {
        i64::from(self.timestamp.since(first))
    }
}

/// All packets that wait.
#[derive(Debug)]
pub(super) struct Slots {
    stored: Box<[Stored]>,
    /// Indices into `stored`: the first `len` in order of timestamp, the others free.
    order: Box<[u8]>,
    len: usize,
}

impl Slots {
    /// Room for this many samples in the shortest packets.
    pub(super) fn new(bound: usize) -> Slots {
        let empty = || Stored {
            timestamp: Timestamp(0),
            arrival: 0,
            samples: 0,
            codec: &crate::codec::PCMU,
            len: 0,
            payload: [0; PAYLOAD_MAX],
        };
        let count = (bound / PACKET_SAMPLES_SHORT + SLOTS_MORE).min(SLOTS_MAX);
        Slots {
            stored: (0..count).map(|_| empty()).collect(),
            order: (0..count as u8).collect(),
            len: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.len == self.stored.len()
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Timestamp of the oldest packet.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.peek().map(|stored| stored.timestamp)
    }

    /// The oldest packet.
    pub(super) fn peek(&self) -> Option<&Stored> {
        self.iter().next()
    }

    /// Removes the oldest packet.
    pub(super) fn pop(&mut self) {
        if self.len > 0 {
            self.order[..self.len].rotate_left(1);
            self.len -= 1;
        }
    }

    /// Copies a packet in; `false` if there is no slot, or one of this timestamp waits.
    pub(super) fn insert(&mut self, packet: &Packet<'_>, samples: usize, arrival: i64) -> bool {
        let older =
            self.iter().take_while(|stored| stored.timestamp.since(packet.timestamp) < 0).count();
        let same = self.iter().nth(older).is_some_and(|next| next.timestamp == packet.timestamp);
        if same || self.is_full() {
            return false;
        }
        let slot = &mut self.stored[usize::from(self.order[self.len])];
        let Some(room) = slot.payload.get_mut(..packet.payload.len()) else { return false };
        room.copy_from_slice(packet.payload);
        slot.len = packet.payload.len();
        slot.timestamp = packet.timestamp;
        slot.arrival = arrival;
        slot.samples = samples;
        slot.codec = packet.codec;
        self.order[older..=self.len].rotate_right(1);
        self.len += 1;
        true
    }

    /// The packet to begin with at `time`, in samples on our clock, if each one is played as if
    /// it had travelled as quickly as the quickest of them: the first whose turn has come within
    /// the last tick. Those before it have waited too long, unless there is nothing later.
    pub(super) fn due(&self, time: i64) -> Option<Timestamp> {
        let first = self.first()?;
        let quickest = self.quickest()?;
        let overdue = |stored: &Stored| time - quickest - stored.after(first);
        let mut due = self.iter().take_while(|stored| overdue(stored) >= 0).peekable();
        while let Some(stored) = due.next() {
            if overdue(stored) < FRAME_SAMPLES as i64 || due.peek().is_none() {
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

    fn iter(&self) -> impl Iterator<Item = &Stored> {
        self.order[..self.len].iter().filter_map(|&index| self.stored.get(usize::from(index)))
    }
}
