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
//! All lists are refilled in each tick and sized for the worst of them. Their work follows the
//! ports that make a sound; a room or member that is silent appears in none.

use super::is_previous;
use super::outlets::Outlets;
use super::ports::{OwnVoice, Ports};
use super::relay::Relay;
use super::renditions::Renditions;
use super::rooms::{Room, Rooms, Span};
use super::stats::Stats;
use super::streams::{NONE, Stream, Streams};
use crate::capacities::{Capacities, RELAYS_MAX};
use crate::plan::{Feed, Shard};
use crate::port::{FRAME_SAMPLES_MAX, Rate};
use crate::room::RoomId;
use crate::room::selection::{Candidate, HOLD_TICKS, choose};
use crate::signal::fade::{Ramp, UNITY};
use crate::signal::resample::Filters;
use crate::signal::sum::{self, Sum};
use crate::time::Time;
use crate::topology::Treatment;

/// Someone who is mixed in a room in this tick, and with what gain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Talker {
    /// The port's slot, unless it is a guest.
    pub(super) origin: u32,
    /// Which guest it is in this tick, or [`NONE`].
    pub(super) guest: u32,
    /// Who it is, among all ports of all engines.
    key: u32,
    /// To 0 when this is the last tick.
    pub(super) ramp: Ramp,
    treatment: Treatment,
    /// Where its samples are.
    pub(super) rendition: u32,
}

impl Talker {
    pub(super) fn stays(&self) -> bool {
        self.ramp.to > 0
    }

    pub(super) fn is_guest(&self) -> bool {
        self.guest != NONE
    }
}

/// Notes about a port while one room is looked at; valid in the pass they name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    /// It was a talker of the room, at this place in the list of the last tick.
    talked: u64,
    place: u32,
    /// It is among the candidates already.
    pub(super) nominated: u64,
    /// It has the floor.
    talks: u64,
}

/// Everything that a tick's mixing works on.
pub(super) struct Stage<'a> {
    pub(super) rooms: &'a mut Rooms,
    pub(super) streams: &'a mut Streams,
    pub(super) ports: &'a mut Ports,
    pub(super) outlets: &'a mut Outlets,
    pub(super) stats: &'a mut Stats,
    pub(super) relay: &'a mut Relay,
    /// Deadline of the tick, for those whom its voices are handed to.
    pub(super) now: Time,
}

#[derive(Debug)]
pub(super) struct Floor {
    pub(super) shard: Shard,
    /// Ports of this engine; the keys of all engines' ports come after theirs.
    pub(super) ports: u32,
    /// Rooms that mix in this tick, and those that did in the last.
    live: Vec<u32>,
    live_before: Vec<u32>,
    /// Their talkers, room by room.
    talkers: Vec<Talker>,
    talkers_before: Vec<Talker>,
    /// What rooms chose among those who speak into them, room by room, now and in the last tick.
    pub(super) chosen: Vec<Candidate>,
    pub(super) chosen_before: Vec<Candidate>,
    /// What rooms handed to other engines, room by room.
    pub(super) relayed: Vec<Candidate>,
    pub(super) relayed_before: Vec<Candidate>,
    /// The room's that is being looked at.
    pub(super) candidates: Vec<Candidate>,
    marks: Box<[Mark]>,
    /// What is mixed in each live room.
    sums: Box<[Sum]>,
    pub(super) renditions: Renditions,
    pub(super) filters: Filters,
    /// Numbers the looks at a room, so that marks need no erasing.
    pub(super) pass: u64,
}

impl Floor {
    /// The floor of one of the engines that share these capacities.
    pub(super) fn new(shard: Shard, capacities: &Capacities) -> Self {
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
            renditions: Renditions::new(ports, ports + capacities.ports),
            filters: Filters::new(),
            pass: 0,
        }
    }

    pub(super) fn live(&self) -> &[u32] {
        &self.live
    }

    pub(super) fn talkers(&self, span: Span) -> &[Talker] {
        &self.talkers[span.range()]
    }

    /// The sum of a room that mixed in this tick.
    pub(super) fn sum_of(&self, room: &Room) -> &[i32] {
        &self.sums[room.sum as usize][..room.rate.frame_samples()]
    }

    pub(super) fn mix(&mut self, tick: u64, scene: Stage<'_>) {
        let Stage { rooms, streams, ports, outlets, stats, relay, now } = scene;
        self.clear();
        self.nominate(tick, rooms, streams, ports, stats);
        self.welcome(tick, rooms, relay, stats);
        self.wake_fading(tick, rooms, stats);
        for index in 0..self.live.len() {
            self.choose(tick, self.live[index], rooms, streams, ports);
            self.settle(tick, self.live[index], rooms, relay);
        }
        self.hand_to_listeners(tick, now, ports, relay);
        for index in 0..self.live.len() {
            self.hand_over(tick, self.live[index], now, rooms, ports, relay);
        }
        for index in 0..self.live.len() {
            let room = self.live[index];
            self.give_floor(tick, room, rooms, ports, relay, stats);
            self.sum(tick, room, rooms, ports, relay);
            self.tell_talkers(tick, room, rooms, ports, outlets);
        }
        self.renditions.sweep(tick);
    }

    fn clear(&mut self) {
        std::mem::swap(&mut self.live, &mut self.live_before);
        std::mem::swap(&mut self.talkers, &mut self.talkers_before);
        std::mem::swap(&mut self.relayed, &mut self.relayed_before);
        self.live.clear();
        self.relayed.clear();
        self.talkers.clear();
        std::mem::swap(&mut self.chosen, &mut self.chosen_before);
        self.chosen.clear();
    }

    fn nominate(
        &mut self,
        tick: u64,
        rooms: &mut Rooms,
        streams: &mut Streams,
        ports: &Ports,
        stats: &mut Stats,
    ) {
        for index in 0..ports.len() {
            let port = ports.occupied(index);
            if !ports.voices[port as usize].is_audible() {
                continue;
            }
            let mut stream = streams.first_of(port);
            while stream != NONE {
                self.nominate_into(tick, stream, rooms, streams, stats);
                stream = streams.next_of(stream);
            }
        }
    }

    fn nominate_into(
        &mut self,
        tick: u64,
        stream: u32,
        rooms: &mut Rooms,
        streams: &mut Streams,
        stats: &mut Stats,
    ) {
        let Stream { room: slot, treatment, since, .. } = streams[stream];
        let room = &mut rooms[slot];
        // What was said before it was joined is not for the room.
        let is_too_early = tick - since < treatment.lookahead() as u64;
        if !room.is_open || is_too_early {
            return;
        }
        let is_first = room.spoken_in != tick;
        if is_first {
            room.spoken_in = tick;
            room.first_candidate = NONE;
        }
        streams[stream].next_candidate = std::mem::replace(&mut room.first_candidate, stream);
        if is_first {
            self.wake_downstream(tick, slot, rooms, stats);
        }
    }

    /// Puts the rooms in which `slot` can be heard, and itself, on the list of those that mix.
    pub(super) fn wake_downstream(
        &mut self,
        tick: u64,
        slot: u32,
        rooms: &mut Rooms,
        stats: &mut Stats,
    ) {
        for index in 0..rooms[slot].links.downstream.len() {
            self.wake(tick, rooms[slot].links.downstream[index], rooms, stats);
        }
    }

    /// A room whose talkers have all fallen silent or left mixes once more, for their ramps.
    fn wake_fading(&mut self, tick: u64, rooms: &mut Rooms, stats: &mut Stats) {
        for index in 0..self.live_before.len() {
            let slot = self.live_before[index];
            if !rooms[slot].talkers.is_empty() {
                self.wake(tick, slot, rooms, stats);
            }
        }
    }

    fn wake(&mut self, tick: u64, slot: u32, rooms: &mut Rooms, stats: &mut Stats) {
        let room = &mut rooms[slot];
        if !room.is_open || room.awake == tick {
            return;
        }
        room.awake = tick;
        if self.live.len() == self.sums.len() {
            stats.rooms_dropped += 1;
            return;
        }
        room.sum = self.live.len() as u32;
        self.live.push(slot);
    }

    /// The room's own choice among those who speak into it.
    fn choose(
        &mut self,
        tick: u64,
        slot: u32,
        rooms: &mut Rooms,
        streams: &mut Streams,
        ports: &Ports,
    ) {
        let room = &mut rooms[slot];
        if room.spoken_in != tick {
            return;
        }
        self.candidates.clear();
        let mut id = room.first_candidate;
        while id != NONE {
            let stream = &streams[id];
            let voice = &ports.voices[stream.port as usize];
            let incumbent = is_previous(stream.chosen, tick);
            self.candidates.push(Candidate {
                origin: stream.port,
                guest: NONE,
                key: stream.port,
                level: voice.level,
                speaks: voice.speaks(),
                incumbent,
                held: incumbent && tick - stream.chosen_since < HOLD_TICKS,
                preferred: stream.preferred,
                has_floor: stream.has_floor,
                since: stream.since,
                treatment: stream.treatment,
                stream: id,
            });
            id = stream.next_candidate;
        }
        let count = choose(room.policy, &mut self.candidates);
        let start = self.chosen.len() as u32;
        self.chosen.extend_from_slice(&self.candidates[..count]);
        room.chosen = Span { start, end: self.chosen.len() as u32 };
        for candidate in &self.candidates[..count] {
            let stream = &mut streams[candidate.stream];
            if !candidate.incumbent {
                stream.chosen_since = tick;
            }
            stream.chosen = tick;
        }
    }

    /// Decides who is mixed in a room: those who enter and leave get a ramp.
    fn give_floor(
        &mut self,
        tick: u64,
        slot: u32,
        rooms: &mut Rooms,
        ports: &mut Ports,
        relay: &Relay,
        stats: &mut Stats,
    ) {
        self.pass += 1;
        let room = &mut rooms[slot];
        let before = if is_previous(room.mixed, tick) { room.talkers } else { Span::default() };
        room.talkers_before = before;
        self.mark_talkers(before);
        let count = self.gather(tick, slot, rooms);
        let start = self.talkers.len() as u32;
        for index in 0..count {
            self.admit(tick, self.candidates[index], rooms[slot].rate, ports, relay, stats);
        }
        for index in before.range() {
            let talker = self.talkers_before[index];
            if !talker.stays() || self.marks[talker.key as usize].talks == self.pass {
                continue;
            }
            let ramp = Ramp { from: talker.ramp.to, to: 0 };
            let rate = rooms[slot].rate;
            if talker.is_guest() {
                let guest = self.guest_in(tick, &rooms[slot], talker.key, rooms, relay);
                if guest != NONE {
                    let talker = Talker { ramp, guest, ..talker };
                    self.add_talker(tick, talker, rate, ports, relay, stats);
                }
            } else if ports.voices[talker.origin as usize].is_in_rooms() {
                let talker = Talker { ramp, ..talker };
                ports.judge(tick, talker.origin);
                self.add_talker(tick, talker, rate, ports, relay, stats);
            }
        }
        rooms[slot].talkers = Span { start, end: self.talkers.len() as u32 };
    }

    fn mark_talkers(&mut self, before: Span) {
        for index in before.range() {
            let talker = self.talkers_before[index];
            if talker.stays() {
                let mark = &mut self.marks[talker.key as usize];
                mark.talked = self.pass;
                mark.place = index as u32;
            }
        }
    }

    /// Puts those who are mixed in front of the candidates and returns how many they are. A room
    /// that hears no other has chosen already; one that does chooses among what all of them
    /// chose. Being preferred counts in the room that one was joined to, and in its audiences.
    fn gather(&mut self, tick: u64, slot: u32, rooms: &Rooms) -> usize {
        self.candidates.clear();
        let room = &rooms[slot];
        for upstream in &room.links.upstream {
            for index in rooms[*upstream].settled_at(tick).range() {
                let is_home = *upstream == slot || *upstream == room.home;
                self.add_candidate(self.chosen[index], is_home);
            }
        }
        match room.links.upstream.len() {
            0 | 1 => self.candidates.len(),
            _ => choose(room.policy, &mut self.candidates),
        }
    }

    /// Each origin once.
    fn add_candidate(&mut self, candidate: Candidate, is_home: bool) {
        let mark = &mut self.marks[candidate.key as usize];
        if mark.nominated == self.pass {
            return;
        }
        mark.nominated = self.pass;
        self.candidates.push(Candidate {
            incumbent: mark.talked == self.pass,
            preferred: candidate.preferred && is_home,
            has_floor: true,
            ..candidate
        });
    }

    fn admit(
        &mut self,
        tick: u64,
        candidate: Candidate,
        rate: Rate,
        ports: &mut Ports,
        relay: &Relay,
        stats: &mut Stats,
    ) {
        let Candidate { origin, guest, key, treatment, .. } = candidate;
        let begins = if guest == NONE {
            self.call_in(tick, &candidate, ports)
        } else {
            relay.guest(guest).begins
        };
        let mark = &mut self.marks[key as usize];
        mark.talks = self.pass;
        let from = if mark.talked == self.pass {
            self.talkers_before[mark.place as usize].ramp.to
        } else if begins {
            UNITY
        } else {
            0
        };
        let ramp = Ramp { from, to: UNITY };
        let talker = Talker { origin, guest, key, ramp, treatment, rendition: NONE };
        self.add_talker(tick, talker, rate, ports, relay, stats);
    }

    /// A voice of this engine is heard in a room in this tick. Returns whether it begins with it.
    pub(super) fn call_in(&self, tick: u64, candidate: &Candidate, ports: &mut Ports) -> bool {
        let origin = candidate.origin as usize;
        let voice = &mut ports.voices[origin];
        voice.enter(tick, candidate.since);
        if let Some(body) = &mut ports.bodies[origin] {
            voice.decode(body.as_mut());
        }
        let begins = voice.begins;
        ports.judge(tick, candidate.origin);
        begins
    }

    fn add_talker(
        &mut self,
        tick: u64,
        talker: Talker,
        rate: Rate,
        ports: &Ports,
        relay: &Relay,
        stats: &mut Stats,
    ) {
        let rendition = if talker.is_guest() {
            let guest = relay.guest(talker.guest);
            self.renditions.of_guest(tick, (talker.key, guest), rate, &self.filters)
        } else {
            let voice = &ports.voices[talker.origin as usize];
            let manner = (rate, talker.treatment);
            let origin = (talker.origin, voice, &ports.judges[talker.origin as usize]);
            self.renditions.of(tick, origin, manner, &self.filters)
        };
        match rendition {
            Some(rendition) if self.talkers.len() < self.talkers.capacity() => {
                self.talkers.push(Talker { rendition, ..talker });
            }
            _ => stats.talkers_dropped += 1,
        }
    }

    /// The samples of a talker, as its room mixes them but for the ramp.
    pub(super) fn frame_of<'a>(
        &'a self,
        talker: &Talker,
        ports: &'a Ports,
        relay: &'a Relay,
    ) -> &'a [i16] {
        match self.renditions.frame(talker.rendition) {
            Some(frame) => frame,
            None if talker.is_guest() => relay.guest(talker.guest).frame(),
            None => ports.voices[talker.origin as usize].in_rooms(),
        }
    }

    fn sum(&mut self, tick: u64, slot: u32, rooms: &mut Rooms, ports: &Ports, relay: &Relay) {
        let room = &mut rooms[slot];
        let length = room.rate.frame_samples();
        let mut sum = std::mem::take(&mut self.sums);
        sum[room.sum as usize][..length].fill(0);
        for talker in &self.talkers[room.talkers.range()] {
            let frame = self.frame_of(talker, ports, relay);
            sum::add(&mut sum[room.sum as usize][..length], frame, talker.ramp);
        }
        self.sums = sum;
        room.mixed = tick;
    }

    /// Tells those talkers who listen to the room which part of the sum is their own. They hear
    /// something else than the others from now on.
    fn tell_talkers(
        &self,
        tick: u64,
        slot: u32,
        rooms: &Rooms,
        ports: &mut Ports,
        outlets: &mut Outlets,
    ) {
        let room = &rooms[slot];
        let here = Feed::Room(RoomId { slot, generation: room.generation });
        for index in room.talkers.range() {
            if self.talkers[index].is_guest() {
                continue;
            }
            let own = OwnVoice { tick, talker: index as u32 };
            let ear = &mut ports.ears[self.talkers[index].origin as usize];
            if ear.feed == here {
                ear.own = own;
            }
            if ear.previous == Some(here) {
                ear.own_previous = own;
            }
            let hears_here = ear.previous.unwrap_or(ear.feed) == here;
            if hears_here && ear.outlet != NONE && outlets[ear.outlet].is_shared() {
                ear.outlet = outlets.part(ear.outlet);
            }
        }
    }

    pub(super) fn marks_mut(&mut self, key: u32) -> &mut Mark {
        &mut self.marks[key as usize]
    }

    pub(super) fn talker(&self, index: u32) -> Talker {
        self.talkers[index as usize]
    }
}
