//! The part of the floor that finds who wants it: who speaks into which room, and whom each room
//! chooses among them.

use super::Floor;
use crate::engine::is_previous;
use crate::engine::ports::Ports;
use crate::engine::rooms::{Rooms, Span};
use crate::engine::stats::Stats;
use crate::engine::streams::{NONE, Stream, Streams};
use crate::room::selection::{Candidate, HOLD_TICKS, choose};

impl Floor {
    pub(super) fn nominate(
        &mut self,
        tick: u64,
        rooms: &mut Rooms,
        streams: &mut Streams,
        ports: &Ports,
        stats: &mut Stats,
    ) {
        for port in &ports.audible {
            let mut stream = streams.first_of(*port);
            while stream != NONE {
                self.nominate_into(tick, stream, rooms, streams, stats);
                stream = streams.next_of(stream);
            }
        }
    }

    pub(super) fn nominate_into(
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
    pub(super) fn wake_fading(&mut self, tick: u64, rooms: &mut Rooms, stats: &mut Stats) {
        for index in 0..self.live_before.len() {
            let slot = self.live_before[index];
            if !rooms[slot].talkers.is_empty() {
                self.wake(tick, slot, rooms, stats);
            }
        }
    }

    pub(super) fn wake(&mut self, tick: u64, slot: u32, rooms: &mut Rooms, stats: &mut Stats) {
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
    pub(super) fn choose(
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
}
