//! Who talks in a room and how loudly, published once a tick for whoever looks.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::port::PortId;
use crate::room::RoomId;

/// Talkers of one room that are published; a room with more shows this many.
pub const METERED_TALKERS_MAX: usize = 8;

/// A port that is mixed in a room and is more than the noise on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Talking {
    /// Who talks.
    pub port: PortId,
    /// Smoothed level in dB below full scale, 0 (loudest) to 127, as in RFC 6464. A sine of
    /// full scale is 3.
    pub level_dbov: u8,
}

/// One room's talkers. Each entry is one word, so that none is ever seen half written.
#[derive(Debug, Default)]
struct Meter {
    /// Generation of the room in the upper half, number of talkers in the lower.
    head: AtomicU64,
    talkers: [AtomicU64; METERED_TALKERS_MAX],
}

/// The meters of all rooms, by slot.
#[derive(Debug)]
pub(super) struct Meters(Box<[Meter]>);

/// An entry as it was read: slot, the lower 24 bits of the generation, level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) slot: u32,
    generation: u32,
    level_dbov: u8,
}

const GENERATION_MASK: u32 = 0x00FF_FFFF;

impl Meters {
    pub(super) fn new(rooms: usize) -> Self {
        Self((0..rooms).map(|_| Meter::default()).collect())
    }

    /// Engine thread: publishes the talkers of a room, at most [`METERED_TALKERS_MAX`].
    pub(super) fn publish(&self, room: RoomId, talkers: impl Iterator<Item = Talking>) {
        let Some(meter) = self.0.get(room.slot as usize) else { return };
        let mut count = 0u64;
        for (cell, talking) in meter.talkers.iter().zip(talkers) {
            cell.store(pack(talking), Relaxed);
            count += 1;
        }
        meter.head.store(u64::from(room.generation) << 32 | count, Relaxed);
    }

    /// Any thread: the entries of a room, none when the slot is another room's by now.
    pub(super) fn read(&self, room: RoomId) -> impl Iterator<Item = Reading> {
        let meter = self.0.get(room.slot as usize);
        let count = meter.map_or(0, |meter| {
            let head = meter.head.load(Relaxed);
            let same = head >> 32 == u64::from(room.generation);
            if same { head as u32 as usize } else { 0 }
        });
        let cells = meter.map_or(&[][..], |meter| &meter.talkers[..]);
        cells.iter().take(count).map(|cell| unpack(cell.load(Relaxed)))
    }
}

impl Reading {
    /// The entry as being about `port`, unless the slot was another port's then.
    pub(super) fn of(self, port: PortId) -> Option<Talking> {
        let same = port.slot == self.slot && port.generation & GENERATION_MASK == self.generation;
        same.then_some(Talking { port, level_dbov: self.level_dbov })
    }
}

fn pack(talking: Talking) -> u64 {
    u64::from(talking.port.slot) << 32
        | u64::from(talking.port.generation & GENERATION_MASK) << 8
        | u64::from(talking.level_dbov)
}

fn unpack(word: u64) -> Reading {
    Reading {
        slot: (word >> 32) as u32,
        generation: (word >> 8) as u32 & GENERATION_MASK,
        level_dbov: word as u8,
    }
}
