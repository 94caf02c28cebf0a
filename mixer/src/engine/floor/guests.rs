//! The part of the floor that deals with other engines: who comes from there, and who is handed
//! over to them.

use super::{Floor, Stage};
use crate::capacities::RELAYED_TALKERS_MAX;
use crate::engine::is_previous;
use crate::engine::relay::{Relay, Relayed, To, others};
use crate::engine::rooms::{Room, Rooms, Span};
use crate::engine::streams::NONE;
use crate::port::FRAME_SAMPLES_MAX;
use crate::room::selection::{Candidate, choose};
use crate::room::{Policy, RoomId};
use crate::topology::Treatment;

impl Floor {
    /// Puts each guest into its room, and wakes the rooms in which that can be heard.
    pub(super) fn welcome(&mut self, stage: &mut Stage<'_>) {
        for guest in 0..stage.relay.len() as u32 {
            let To::Room { room: id, .. } = stage.relay.guest(guest).to else { continue };
            let Some(room) = stage.rooms.get_mut(id) else { continue };
            let is_first = room.visited != stage.tick;
            if is_first {
                (room.visited, room.first_guest) = (stage.tick, NONE);
            }
            stage.relay.set_next(guest, std::mem::replace(&mut room.first_guest, guest));
            if is_first {
                self.wake_downstream(stage, id.slot);
            }
        }
    }

    /// What a room chose at this engine, and its guests: again by its policy.
    pub(super) fn settle(&mut self, stage: &mut Stage<'_>, slot: u32) {
        let room = &mut stage.rooms[slot];
        let chosen = if room.spoken_in == stage.tick { room.chosen } else { Span::default() };
        let first = room.guests_in(stage.tick);
        let was = is_previous(room.settled_in, stage.tick);
        let before = if was { room.settled } else { Span::default() };
        (room.settled, room.settled_in) = (chosen, stage.tick);
        if first == NONE {
            return;
        }
        self.candidates.clear();
        self.candidates.extend_from_slice(&self.chosen[chosen.range()]);
        let mut guest = first;
        while guest != NONE {
            self.candidates.extend(self.candidate_of(guest, stage.relay));
            guest = stage.relay.next_of(guest);
        }
        self.pass += 1;
        for index in before.range() {
            let key = self.chosen_before[index].key;
            self.marks_mut(key).nominated = self.pass;
        }
        for index in 0..self.candidates.len() {
            let key = self.candidates[index].key;
            self.candidates[index].incumbent = self.marks_mut(key).nominated == self.pass;
        }
        let count = choose(room.policy, &mut self.candidates);
        let start = self.chosen.len() as u32;
        self.chosen.extend_from_slice(&self.candidates[..count]);
        room.settled = Span { start, end: self.chosen.len() as u32 };
    }

    /// A guest as a candidate; none if it only comes to fade out.
    pub(super) fn candidate_of(&self, guest: u32, relay: &Relay) -> Option<Candidate> {
        let voice = relay.guest(guest);
        let To::Room { preferred, stays: true, .. } = voice.to else { return None };
        Some(Candidate {
            origin: NONE,
            guest,
            key: self.key_of(voice),
            level: voice.level,
            speaks: voice.speaks,
            incumbent: false,
            held: voice.held,
            preferred,
            has_floor: true,
            since: 0,
            treatment: Treatment::default(),
            stream: NONE,
        })
    }

    /// Which guest of this tick is the talker with that key, in a room or in one that it hears.
    pub(super) fn guest_in(
        &self,
        tick: u64,
        room: &Room,
        key: u32,
        rooms: &Rooms,
        relay: &Relay,
    ) -> u32 {
        for upstream in &room.links.upstream {
            let mut guest = rooms[*upstream].guests_in(tick);
            while guest != NONE {
                if self.key_of(relay.guest(guest)) == key {
                    return guest;
                }
                guest = relay.next_of(guest);
            }
        }
        NONE
    }

    pub(super) fn key_of(&self, voice: &Relayed) -> u32 {
        self.ports + voice.origin.slot
    }

    /// Hands what a room chose to the other engines in which it is heard, and once more, to fade
    /// out, what it chose no longer.
    pub(super) fn hand_over(&mut self, stage: &mut Stage<'_>, slot: u32) {
        let room = &mut stage.rooms[slot];
        let was_here = is_previous(room.handed_over, stage.tick);
        let before = if was_here { room.relayed } else { Span::default() };
        let audience = others(room.audience, self.shard);
        if audience == 0 && before.is_empty() {
            return;
        }
        room.handed_over = stage.tick;
        self.pass += 1;
        self.candidates.clear();
        if room.spoken_in == stage.tick {
            self.candidates.extend_from_slice(&self.chosen[room.chosen.range()]);
        }
        // Preferred ones come besides the loudest; all of them are to fit.
        let preferred = self.candidates.iter().filter(|candidate| candidate.preferred).count();
        let loudest = RELAYED_TALKERS_MAX.saturating_sub(preferred).max(1) as u16;
        let chosen = choose(Policy::NBest(loudest), &mut self.candidates);
        let room_left = self.relayed.capacity() - self.relayed.len();
        let count = chosen.min(RELAYED_TALKERS_MAX).min(room_left);
        stage.relay.leave_out(self.candidates.len() - count);
        let start = self.relayed.len() as u32;
        for index in 0..count {
            let candidate = self.candidates[index];
            self.marks_mut(candidate.key).nominated = self.pass;
            let Some(begins) = self.call_in(stage.tick, &candidate, stage.ports) else { continue };
            self.relayed.push(candidate);
            self.hand(stage, slot, &candidate, Some(begins));
        }
        stage.rooms[slot].relayed = Span { start, end: self.relayed.len() as u32 };
        for index in before.range() {
            let candidate = self.relayed_before[index];
            let goes = self.marks_mut(candidate.key).nominated != self.pass;
            if goes && stage.ports.voices[candidate.origin as usize].is_in_rooms() {
                stage.ports.judge(stage.tick, candidate.origin);
                self.hand(stage, slot, &candidate, None);
            }
        }
    }

    /// Hands a tick of a voice over: from one who stays, and begins with it or not, or, with `None`,
    /// from one who fades out.
    fn hand(
        &mut self,
        stage: &mut Stage<'_>,
        slot: u32,
        candidate: &Candidate,
        begins: Option<bool>,
    ) {
        let (room, ports) = (&stage.rooms[slot], &*stage.ports);
        let voice = &ports.voices[candidate.origin as usize];
        let origin = (candidate.origin, voice, &ports.judges[candidate.origin as usize]);
        let manner = (room.rate, candidate.treatment);
        let Some(id) = self.renditions.of(stage.tick, origin, manner, &self.filters) else {
            return;
        };
        let samples = self.renditions.frame(id).unwrap_or_else(|| voice.in_rooms());
        let mut frame = [0; FRAME_SAMPLES_MAX];
        frame[..samples.len()].copy_from_slice(samples);
        let room_id = RoomId { slot, generation: room.generation };
        let (preferred, stays) = (candidate.preferred, begins.is_some());
        stage.relay.send(others(room.audience, self.shard), || Relayed {
            said: stage.now,
            origin: ports.id(candidate.origin),
            to: To::Room { room: room_id, preferred, stays },
            rate: room.rate,
            level: voice.level,
            speaks: voice.speaks(),
            held: candidate.held,
            begins: begins.unwrap_or(false),
            frame,
        });
    }

    /// Hands voices to the engines at which others listen to them directly.
    pub(super) fn hand_to_listeners(&self, stage: &mut Stage<'_>) {
        let Stage { tick, now, ports, relay, .. } = stage;
        if relay.is_alone() {
            return;
        }
        for index in 0..ports.len() {
            let slot = ports.occupied(index);
            let voice = &ports.voices[slot as usize];
            let audience = others(voice.audience, self.shard);
            if audience == 0 {
                continue;
            }
            let newest = voice.newest();
            let mut frame = [0; FRAME_SAMPLES_MAX];
            if let Some(newest) = newest {
                frame[..newest.len()].copy_from_slice(newest);
            }
            let digits = ports.digits_of(slot, *tick);
            relay.send(audience, || Relayed {
                said: *now,
                origin: ports.id(slot),
                to: To::Listeners { digits, sounds: newest.is_some() },
                rate: voice.rate(),
                level: voice.level,
                speaks: voice.speaks(),
                held: false,
                begins: voice.begins,
                frame,
            });
        }
    }
}
