//! The floor: who is mixed where, in this tick.
//!
//! ```text
//! nominate        each audible port, for each room it speaks into
//! welcome         guests from other engines, each for its room
//! choose          each room that is spoken into: among those, by its policy
//! settle          the same among those and its guests
//! hand over       what was chosen, to other engines in which the room is heard
//! give the floor  each room in which they can be heard: among what its upstream rooms chose,
//!                 each origin once, by its own policy
//! sum             each room's talkers, once
//! ```
//!
//! All lists are refilled in each tick and sized for the worst of them. A room that is silent, or a
//! port that is, appears in none; that a port is silent is looked up once in a tick.

mod choice;
mod guests;
mod talkers;

use crate::capacities::{Capacities, RELAYS_MAX};
use crate::engine::outlets::Outlets;
use crate::engine::ports::Ports;
use crate::engine::relay::Relay;
use crate::engine::renditions::Renditions;
use crate::engine::rooms::{Room, Rooms, Span};
use crate::engine::stats::Stats;
use crate::engine::streams::{NONE, Streams};
use crate::plan::Shard;
use crate::port::FRAME_SAMPLES_MAX;
use crate::room::selection::Candidate;
use crate::signal::crowd::{Crowd, TALKERS_MIN};
use crate::signal::fade::Ramp;
use crate::signal::resample::Filters;
use crate::signal::sum::Sum;
use crate::time::Time;
use crate::topology::Treatment;

/// Someone who is mixed in a room in this tick, and with what gain.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Talker {
    /// The port's slot, unless it is a guest.
    pub(in crate::engine) origin: u32,
    /// Which guest it is in this tick, or [`NONE`].
    pub(in crate::engine) guest: u32,
    /// Who it is, among all ports of all engines.
    key: u32,
    /// To 0 when this is the last tick.
    pub(in crate::engine) ramp: Ramp,
    treatment: Treatment,
    /// Where its samples are.
    pub(in crate::engine) rendition: u32,
}

impl Talker {
    pub(in crate::engine) fn stays(&self) -> bool {
        self.ramp.to > 0
    }

    pub(in crate::engine) fn is_guest(&self) -> bool {
        self.guest != NONE
    }
}

/// Notes about a port while one room is looked at; valid in the pass they name.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine) struct Mark {
    /// It was a talker of the room, at this place in the list of the last tick.
    talked: u64,
    place: u32,
    /// It is among the candidates already.
    pub(in crate::engine) nominated: u64,
    /// It has the floor.
    talks: u64,
}

/// Everything that a tick's mixing works on.
pub(in crate::engine) struct Stage<'a> {
    pub(in crate::engine) tick: u64,
    pub(in crate::engine) rooms: &'a mut Rooms,
    pub(in crate::engine) streams: &'a mut Streams,
    pub(in crate::engine) ports: &'a mut Ports,
    pub(in crate::engine) outlets: &'a mut Outlets,
    pub(in crate::engine) stats: &'a mut Stats,
    pub(in crate::engine) relay: &'a mut Relay,
    /// Deadline of the tick, for those whom its voices are handed to.
    pub(in crate::engine) now: Time,
}

#[derive(Debug)]
pub(in crate::engine) struct Floor {
    pub(in crate::engine) shard: Shard,
    /// Ports of this engine; the keys of all engines' ports come after theirs.
    pub(in crate::engine) ports: u32,
    /// Rooms that mix in this tick, and those that did in the last.
    live: Vec<u32>,
    live_before: Vec<u32>,
    /// Their talkers, room by room.
    talkers: Vec<Talker>,
    talkers_before: Vec<Talker>,
    /// What rooms chose among those who speak into them, room by room, now and in the last tick.
    pub(in crate::engine) chosen: Vec<Candidate>,
    pub(in crate::engine) chosen_before: Vec<Candidate>,
    /// What rooms handed to other engines, room by room.
    pub(in crate::engine) relayed: Vec<Candidate>,
    pub(in crate::engine) relayed_before: Vec<Candidate>,
    /// The room's that is being looked at.
    pub(in crate::engine) candidates: Vec<Candidate>,
    marks: Box<[Mark]>,
    /// What is mixed in each live room.
    sums: Box<[Sum]>,
    /// The same of rooms that are crowds; how many there are in this tick.
    crowds: Box<[Crowd]>,
    crowd_count: usize,
    pub(in crate::engine) renditions: Renditions,
    pub(in crate::engine) filters: Filters,
    /// Numbers the looks at a room, so that marks need no erasing.
    pub(in crate::engine) pass: u64,
}

impl Floor {
    /// The floor of one of the engines that share these capacities.
    pub(in crate::engine) fn new(shard: Shard, capacities: &Capacities) -> Self {
        let ports = capacities.share_of(capacities.ports);
        let relayed = if capacities.shards() > 1 { RELAYS_MAX } else { 0 };
        Self {
            shard,
            ports: ports as u32,
            relayed: Vec::with_capacity(relayed),
            relayed_before: Vec::with_capacity(relayed),
            live: Vec::with_capacity(capacities.rooms),
            live_before: Vec::with_capacity(capacities.rooms),
            talkers: Vec::with_capacity(capacities.talkers),
            talkers_before: Vec::with_capacity(capacities.talkers),
            chosen: Vec::with_capacity(2 * capacities.streams + 2 * relayed),
            chosen_before: Vec::with_capacity(2 * capacities.streams + 2 * relayed),
            candidates: Vec::with_capacity(capacities.streams.max(capacities.ports) + 2 * relayed),
            marks: vec![Mark::default(); ports + capacities.ports].into(),
            sums: vec![[0; FRAME_SAMPLES_MAX]; capacities.live_rooms].into(),
            crowds: vec![Crowd::new(); capacities.talkers / TALKERS_MIN].into(),
            crowd_count: 0,
            renditions: Renditions::new(ports, ports + capacities.ports),
            filters: Filters::new(),
            pass: 0,
        }
    }

    pub(in crate::engine) fn live(&self) -> &[u32] {
        &self.live
    }

    pub(in crate::engine) fn talkers(&self, span: Span) -> &[Talker] {
        &self.talkers[span.range()]
    }

    /// The sum of a room that mixed in this tick.
    pub(in crate::engine) fn sum_of(&self, room: &Room) -> &[i32] {
        &self.sums[room.sum as usize][..room.rate.frame_samples()]
    }

    /// The same, if that is a crowd's.
    pub(in crate::engine) fn crowd_of(&self, room: &Room) -> Option<&Crowd> {
        self.crowds.get(room.crowd as usize)
    }

    pub(in crate::engine) fn mix(&mut self, stage: &mut Stage<'_>) {
        self.clear();
        self.nominate(stage);
        self.welcome(stage);
        self.wake_fading(stage);
        for index in 0..self.live.len() {
            self.choose(stage, self.live[index]);
            self.settle(stage, self.live[index]);
        }
        self.hand_to_listeners(stage);
        for index in 0..self.live.len() {
            self.hand_over(stage, self.live[index]);
        }
        for index in 0..self.live.len() {
            let room = self.live[index];
            self.give_floor(stage, room);
            self.sum(stage, room);
            self.crowd(stage.tick, &mut stage.rooms[room]);
            self.tell_talkers(stage, room);
        }
        self.renditions.sweep(stage.tick);
    }

    fn clear(&mut self) {
        std::mem::swap(&mut self.live, &mut self.live_before);
        std::mem::swap(&mut self.talkers, &mut self.talkers_before);
        std::mem::swap(&mut self.relayed, &mut self.relayed_before);
        self.live.clear();
        self.crowd_count = 0;
        self.relayed.clear();
        self.talkers.clear();
        std::mem::swap(&mut self.chosen, &mut self.chosen_before);
        self.chosen.clear();
    }

    pub(in crate::engine) fn marks_mut(&mut self, key: u32) -> &mut Mark {
        &mut self.marks[key as usize]
    }

    pub(in crate::engine) fn talker(&self, index: u32) -> Talker {
        self.talkers[index as usize]
    }
}
