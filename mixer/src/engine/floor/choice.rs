//! The part of the floor that finds who wants it: who speaks into which room, and whom each room
//! chooses among them.

use super::{Floor, Stage};
use crate::engine::is_previous;
use crate::engine::rooms::Span;
use crate::engine::streams::{NONE, Stream};
use crate::room::selection::{Candidate, HOLD_TICKS, choose};

impl Floor {
    pub(super) fn nominate(&mut self, stage: &mut Stage<'_>) {
        for index in 0..stage.ports.audible.len() {
            let mut stream = stage.streams.first_of(stage.ports.audible[index]);
            while stream != NONE {
                self.nominate_into(stage, stream);
                stream = stage.streams.next_of(stream);
            }
        }
    }

    pub(super) fn nominate_into(&mut self, stage: &mut Stage<'_>, stream: u32) {
        let Stream { room: slot, treatment, since, .. } = stage.streams[stream];
        let room = &mut stage.rooms[slot];
        // What was said before it was joined is not for the room.
        let is_too_early = stage.tick - since < treatment.lookahead() as u64;
        if !room.is_open || is_too_early {
            return;
        }
        let is_first = room.spoken_in != stage.tick;
        if is_first {
            room.spoken_in = stage.tick;
            room.first_candidate = NONE;
        }
        stage.streams[stream].next_candidate = std::mem::replace(&mut room.first_candidate, stream);
        if is_first {
            self.wake_downstream(stage, slot);
        }
    }

    /// Puts the rooms in which `slot` can be heard, and itself, on the list of those that mix.
    pub(super) fn wake_downstream(&mut self, stage: &mut Stage<'_>, slot: u32) {
        for index in 0..stage.rooms[slot].links.downstream.len() {
            let downstream = stage.rooms[slot].links.downstream[index];
            self.wake(stage, downstream);
        }
    }

    /// A room whose talkers have all fallen silent or left mixes once more, for their ramps.
    pub(super) fn wake_fading(&mut self, stage: &mut Stage<'_>) {
        for index in 0..self.live_before.len() {
            let slot = self.live_before[index];
            if !stage.rooms[slot].talkers.is_empty() {
                self.wake(stage, slot);
            }
        }
    }

    pub(super) fn wake(&mut self, stage: &mut Stage<'_>, slot: u32) {
        let room = &mut stage.rooms[slot];
        if !room.is_open || room.awake == stage.tick {
            return;
        }
        room.awake = stage.tick;
        if self.live.len() == self.sums.len() {
            stage.stats.rooms_dropped += 1;
            return;
        }
        room.sum = self.live.len() as u32;
        self.live.push(slot);
    }

    /// The room's own choice among those who speak into it.
    pub(super) fn choose(&mut self, stage: &mut Stage<'_>, slot: u32) {
        let room = &mut stage.rooms[slot];
        if room.spoken_in != stage.tick {
            return;
        }
        self.candidates.clear();
        let mut id = room.first_candidate;
        while id != NONE {
            let stream = &stage.streams[id];
            let voice = &stage.ports.voices[stream.port as usize];
            let incumbent = is_previous(stream.chosen, stage.tick);
            self.candidates.push(Candidate {
                origin: stream.port,
                guest: NONE,
                key: stream.port,
                level: voice.level,
                speaks: voice.speaks(),
                incumbent,
                held: incumbent && stage.tick - stream.chosen_since < HOLD_TICKS,
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
            let stream = &mut stage.streams[candidate.stream];
            if !candidate.incumbent {
                stream.chosen_since = stage.tick;
            }
            stream.chosen = stage.tick;
        }
    }
}
