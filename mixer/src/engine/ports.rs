//! The engine's table of ports.

use super::voice::Voice;
use crate::plan::Feed;
use crate::port::{Port, PortId};
use crate::signal::limiter::Limiter;

/// Key presses of one port that are passed on in one tick; real ones last longer than a tick.
const DIGITS_MAX: usize = 8;

/// Keys pressed in one tick.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Digits {
    tick: u64,
    events: [u8; DIGITS_MAX],
    count: usize,
}

impl Digits {
    /// Adds a key press; `false` when there are too many.
    pub(super) fn push(&mut self, tick: u64, event: u8) -> bool {
        if self.tick != tick {
            *self = Digits { tick, ..Digits::default() };
        }
        let Some(place) = self.events.get_mut(self.count) else { return false };
        *place = event;
        self.count += 1;
        true
    }

    pub(super) fn of_tick(&self, tick: u64) -> &[u8] {
        if self.tick == tick { &self.events[..self.count] } else { &[] }
    }
}

/// What a port listens to, and how.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ear {
    pub(super) feed: Feed,
    /// What it listened to until now, in the tick of the change.
    pub(super) previous: Option<Feed>,
    /// Its place among the talkers of the rooms in `feed` and `previous`.
    pub(super) own: OwnVoice,
    pub(super) own_previous: OwnVoice,
    /// Limits what it hears while that differs from what the others hear.
    pub(super) limiter: Limiter,
    /// It heard a mix of its own in the last tick.
    pub(super) apart: bool,
}

impl Ear {
    /// Turns to another source. Of several changes in one tick, only the last will be heard.
    pub(super) fn turn_to(&mut self, feed: Feed) {
        let before = self.previous.unwrap_or(self.feed);
        self.previous = (before != feed).then_some(before);
        self.feed = feed;
    }
}

/// Where a listener finds itself among a room's talkers, if it does so in this tick.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OwnVoice {
    pub(super) tick: u64,
    pub(super) talker: u32,
}

impl OwnVoice {
    pub(super) fn in_tick(self, tick: u64) -> Option<u32> {
        (self.tick == tick).then_some(self.talker)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Occupancy {
    generation: u32,
    state: State,
    /// Place in the list of occupied slots.
    position: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Free,
    Present,
    /// Heard once more, and then gone.
    Leaving,
}

/// Ports by slot, as parallel columns: each stage of a tick touches only what it needs.
pub(super) struct Ports {
    occupancy: Box<[Occupancy]>,
    pub(super) bodies: Box<[Option<Box<dyn Port>>]>,
    pub(super) voices: Box<[Voice]>,
    pub(super) ears: Box<[Ear]>,
    pub(super) digits: Box<[Digits]>,
    occupied: Vec<u32>,
}

impl Ports {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            occupancy: vec![Occupancy::default(); capacity].into(),
            bodies: (0..capacity).map(|_| None).collect(),
            voices: vec![Voice::SILENT; capacity].into(),
            ears: vec![Ear::default(); capacity].into(),
            digits: vec![Digits::default(); capacity].into(),
            occupied: Vec::with_capacity(capacity),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.occupied.len()
    }

    /// Takes the body in; leaves it where it is, and says `false`, when the slot is not free.
    pub(super) fn insert(&mut self, port: PortId, body: &mut Option<Box<dyn Port>>) -> bool {
        let slot = port.slot as usize;
        let Some(place) = self.occupancy.get_mut(slot) else { return false };
        if place.state != State::Free || body.is_none() {
            return false;
        }
        *place = Occupancy {
            generation: port.generation,
            state: State::Present,
            position: self.occupied.len() as u32,
        };
        self.occupied.push(port.slot);
        self.bodies[slot] = body.take();
        self.voices[slot] = Voice::SILENT;
        self.ears[slot] = Ear::default();
        self.digits[slot] = Digits::default();
        true
    }

    /// From now on the port hears nothing; what it says in this tick is the last of it.
    pub(super) fn begin_leaving(&mut self, port: PortId) -> bool {
        let Some(slot) = self.slot(port) else { return false };
        self.occupancy[slot as usize].state = State::Leaving;
        true
    }

    /// The port is gone.
    pub(super) fn remove(&mut self, port: PortId) -> Option<Box<dyn Port>> {
        let slot = self.slot(port)?;
        let place = std::mem::take(&mut self.occupancy[slot as usize]);
        self.occupied.swap_remove(place.position as usize);
        if let Some(moved) = self.occupied.get(place.position as usize) {
            self.occupancy[*moved as usize].position = place.position;
        }
        self.voices[slot as usize].end();
        self.bodies[slot as usize].take()
    }

    /// The slot of a port that exists.
    pub(super) fn slot(&self, port: PortId) -> Option<u32> {
        let place = self.occupancy.get(port.slot as usize)?;
        let same = place.state != State::Free && place.generation == port.generation;
        same.then_some(port.slot)
    }

    /// The key of whatever port occupies a slot.
    pub(super) fn id(&self, slot: u32) -> PortId {
        PortId { slot, generation: self.occupancy[slot as usize].generation }
    }

    pub(super) fn is_leaving(&self, slot: u32) -> bool {
        self.occupancy[slot as usize].state == State::Leaving
    }

    /// Keys pressed in this tick by the port that is listened to directly.
    pub(super) fn digits_heard(&self, feed: Feed, tick: u64) -> &[u8] {
        let Feed::Port(port) = feed else { return &[] };
        self.slot(port).map_or(&[], |slot| self.digits[slot as usize].of_tick(tick))
    }

    /// The n-th occupied slot, in no particular but always the same order.
    pub(super) fn occupied(&self, index: usize) -> u32 {
        self.occupied[index]
    }
}
