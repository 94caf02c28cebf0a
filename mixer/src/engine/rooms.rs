//! The engine's table of rooms.

use super::NEVER;
use super::streams::NONE;
use crate::plan::{Links, Shards};
use crate::port::Rate;
use crate::room::{Policy, RoomId};
use crate::signal::limiter::Limiter;

/// A part of one of the tick's lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A room. One that nobody makes a sound in is not touched by a tick at all, so everything here
/// that belongs to a tick says to which.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) generation: u32,
    pub(super) is_open: bool,
    pub(super) policy: Policy,
    /// The room in which one must be preferred to be so here: itself, or that of which it is an
    /// audience.
    pub(super) home: u32,
    pub(super) links: Links,
    /// At which it mixes: the highest of its members.
    pub(super) rate: Rate,
    /// Shards in which it is heard.
    pub(super) audience: Shards,
    /// Voices that came from other shards in this tick, and in which tick that was.
    pub(super) visited: u64,
    pub(super) first_guest: u32,
    /// Whose voices were handed to other shards, and in which tick that was.
    pub(super) relayed: Span,
    pub(super) handed_over: u64,
    /// Last tick in which someone spoke into this very room, the list of those streams, and
    /// whom the room chose among them.
    pub(super) spoken_in: u64,
    pub(super) first_candidate: u32,
    pub(super) chosen: Span,
    /// The same with those who speak into it at other engines, and in which tick that was.
    pub(super) settled: Span,
    pub(super) settled_in: u64,
    /// Last tick in which one of its voices did not go on where it was.
    pub(super) jumped: u64,
    /// Last tick in which it was put on the list of rooms that mix.
    pub(super) awake: u64,
    /// Last tick in which it mixed.
    pub(super) mixed: u64,
    /// The talkers of that tick; those that leave are among them with a ramp to 0.
    pub(super) talkers: Span,
    /// The talkers of the tick before that.
    pub(super) talkers_before: Span,
    /// Where its sum lies in that tick.
    pub(super) sum: u32,
    /// The same as a crowd, if it is one, or [`NONE`]; the last tick in which it was, and where the
    /// limiter was then.
    pub(super) crowd: u32,
    pub(super) crowded: u64,
    pub(super) limiter: Limiter,
}

impl Room {
    fn closed() -> Self {
        Self {
            generation: 0,
            is_open: false,
            policy: Policy::default(),
            home: NONE,
            links: Links::default(),
            rate: Rate::Narrow,
            audience: 0,
            visited: NEVER,
            first_guest: NONE,
            relayed: Span::default(),
            handed_over: NEVER,
            spoken_in: NEVER,
            first_candidate: NONE,
            chosen: Span::default(),
            settled: Span::default(),
            settled_in: NEVER,
            awake: NEVER,
            jumped: NEVER,
            mixed: NEVER,
            talkers: Span::default(),
            talkers_before: Span::default(),
            sum: 0,
            crowd: NONE,
            crowded: NEVER,
            limiter: Limiter::default(),
        }
    }

    /// Whether there is anything to hear in this tick.
    pub(super) fn sounds_in(&self, tick: u64) -> bool {
        self.mixed == tick && !self.talkers.is_empty()
    }

    /// Whom it chose in this tick among all who speak into it, wherever they do.
    pub(super) fn settled_at(&self, tick: u64) -> Span {
        if self.settled_in == tick { self.settled } else { Span::default() }
    }

    /// The first of those who came from other engines in this tick, or [`NONE`].
    pub(super) fn guests_in(&self, tick: u64) -> u32 {
        if self.visited == tick { self.first_guest } else { NONE }
    }

    /// Whether everything to be heard in this tick begins with it.
    pub(super) fn begins(&self) -> bool {
        self.talkers_before.is_empty()
    }
}

/// Rooms by slot.
#[derive(Debug)]
pub(super) struct Rooms {
    table: Box<[Room]>,
    open: usize,
}

impl Rooms {
    pub(super) fn new(capacity: usize) -> Self {
        Self { table: (0..capacity).map(|_| Room::closed()).collect(), open: 0 }
    }

    pub(super) fn open_count(&self) -> usize {
        self.open
    }

    /// Opens a room; `false` when the slot is not free.
    pub(super) fn open(
        &mut self,
        id: RoomId,
        policy: Policy,
        home: RoomId,
        links: &mut Links,
    ) -> bool {
        let Some(room) = self.table.get_mut(id.slot as usize).filter(|room| !room.is_open) else {
            return false;
        };
        // The links of a closed room are empty boxes, which own nothing.
        *room = Room {
            generation: id.generation,
            is_open: true,
            policy,
            home: home.slot,
            links: std::mem::take(links),
            ..Room::closed()
        };
        self.open += 1;
        true
    }

    /// Closes a room and moves its links out.
    pub(super) fn close(&mut self, id: RoomId, links: &mut Links) -> bool {
        let Some(room) = self.get_mut(id) else { return false };
        room.is_open = false;
        std::mem::swap(&mut room.links, links);
        self.open -= 1;
        true
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Room> {
        let room = self.table.get(id.slot as usize)?;
        (room.is_open && room.generation == id.generation).then_some(room)
    }

    pub(super) fn get_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        let room = self.table.get_mut(id.slot as usize)?;
        (room.is_open && room.generation == id.generation).then_some(room)
    }
}

impl std::ops::Index<u32> for Rooms {
    type Output = Room;

    fn index(&self, slot: u32) -> &Room {
        &self.table[slot as usize]
    }
}

impl std::ops::IndexMut<u32> for Rooms {
    fn index_mut(&mut self, slot: u32) -> &mut Room {
        &mut self.table[slot as usize]
    }
}
