//! The part of the floor that gives it: who is mixed in a room, with what ramp, and what their sum is.

use super::{Floor, Stage, Talker};
use crate::engine::is_previous;
use crate::engine::ports::{OwnVoice, Ports};
use crate::engine::relay::Relay;
use crate::engine::rooms::{Room, Rooms, Span};
use crate::engine::streams::NONE;
use crate::plan::Feed;
use crate::port::Rate;
use crate::room::RoomId;
use crate::room::selection::{Candidate, choose};
use crate::signal::crowd::TALKERS_MIN;
use crate::signal::fade::{Ramp, UNITY};
use crate::signal::limiter::Limiter;
use crate::signal::sum;

impl Floor {
    /// Decides who is mixed in a room: those who enter and leave get a ramp.
    pub(super) fn give_floor(&mut self, stage: &mut Stage<'_>, slot: u32) {
        self.pass += 1;
        let room = &mut stage.rooms[slot];
        let before =
            if is_previous(room.mixed, stage.tick) { room.talkers } else { Span::default() };
        room.talkers_before = before;
        self.mark_talkers(before);
        let count = self.gather(stage.tick, slot, stage.rooms);
        let start = self.talkers.len() as u32;
        for index in 0..count {
            self.admit(stage, self.candidates[index], stage.rooms[slot].rate);
        }
        for index in before.range() {
            let talker = self.talkers_before[index];
            if !talker.stays() || self.marks[talker.key as usize].talks == self.pass {
                continue;
            }
            let ramp = Ramp { from: talker.ramp.to, to: 0 };
            let rate = stage.rooms[slot].rate;
            if talker.is_guest() {
                let guest = self.guest_in(
                    stage.tick,
                    &stage.rooms[slot],
                    talker.key,
                    stage.rooms,
                    stage.relay,
                );
                if guest != NONE {
                    let talker = Talker { ramp, guest, ..talker };
                    self.add_talker(stage, talker, rate);
                }
            } else if stage.ports.voices[talker.origin as usize].is_left_by(stage.tick) {
                let talker = Talker { ramp, ..talker };
                stage.ports.judge(stage.tick, talker.origin);
                self.add_talker(stage, talker, rate);
            }
        }
        stage.rooms[slot].talkers = Span { start, end: self.talkers.len() as u32 };
    }

    pub(super) fn mark_talkers(&mut self, before: Span) {
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
    pub(super) fn gather(&mut self, tick: u64, slot: u32, rooms: &Rooms) -> usize {
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
    pub(super) fn add_candidate(&mut self, candidate: Candidate, is_home: bool) {
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

    pub(super) fn admit(&mut self, stage: &mut Stage<'_>, candidate: Candidate, rate: Rate) {
        let Candidate { origin, guest, key, treatment, .. } = candidate;
        let begins = if guest == NONE {
            let Some(begins) = self.call_in(stage.tick, &candidate, stage.ports) else { return };
            begins
        } else {
            stage.relay.guest(guest).begins
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
        self.add_talker(stage, talker, rate);
    }

    /// A voice of this engine is heard in a room in this tick. Returns whether it begins with it;
    /// `None` when what would be heard was said before the voice was joined to the room.
    pub(super) fn call_in(
        &self,
        tick: u64,
        candidate: &Candidate,
        ports: &mut Ports,
    ) -> Option<bool> {
        let origin = candidate.origin as usize;
        let voice = &mut ports.voices[origin];
        voice.enter(tick, candidate.since);
        if let Some(body) = &mut ports.bodies[origin] {
            voice.decode(body.as_mut());
        }
        let (begins, late) = (voice.begins, voice.late() as u64);
        ports.judge(tick, candidate.origin);
        (tick - candidate.since >= late).then_some(begins)
    }

    pub(super) fn add_talker(&mut self, stage: &mut Stage<'_>, talker: Talker, rate: Rate) {
        let rendition = if talker.is_guest() {
            let guest = stage.relay.guest(talker.guest);
            self.renditions.of_guest(stage.tick, (talker.key, guest), rate, &self.filters)
        } else {
            let voice = &stage.ports.voices[talker.origin as usize];
            let manner = (rate, talker.treatment);
            let origin = (talker.origin, voice, &stage.ports.judges[talker.origin as usize]);
            self.renditions.of(stage.tick, origin, manner, &self.filters)
        };
        match rendition {
            Some(rendition) if self.talkers.len() < self.talkers.capacity() => {
                self.talkers.push(Talker { rendition, ..talker });
            }
            _ => stage.stats.talkers_dropped += 1,
        }
    }

    /// The samples of a talker, as its room mixes them but for the ramp.
    pub(in crate::engine) fn frame_of<'a>(
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

    pub(super) fn sum(&mut self, stage: &mut Stage<'_>, slot: u32) {
        let room = &mut stage.rooms[slot];
        let length = room.rate.frame_samples();
        let mut sum = std::mem::take(&mut self.sums);
        sum[room.sum as usize][..length].fill(0);
        for talker in &self.talkers[room.talkers.range()] {
            let frame = self.frame_of(talker, stage.ports, stage.relay);
            sum::add(&mut sum[room.sum as usize][..length], frame, talker.ramp);
            let voice = stage.ports.voices.get(talker.origin as usize);
            if voice.is_some_and(|voice| voice.is_changed(stage.tick)) {
                room.jumped = stage.tick;
            }
        }
        self.sums = sum;
        room.mixed = stage.tick;
    }

    /// Where so many talk so loudly that all their limiters would do the same, one does it for all.
    pub(super) fn crowd(&mut self, tick: u64, room: &mut Room) {
        room.crowd = NONE;
        let talkers = room.talkers.range().len();
        let Some(crowd) = self.crowds.get_mut(self.crowd_count) else { return };
        if talkers < TALKERS_MIN {
            return;
        }
        if !is_previous(room.crowded, tick) {
            room.limiter = Limiter::default();
        }
        let sum = &self.sums[room.sum as usize][..room.rate.frame_samples()];
        if crowd.limit(&mut room.limiter, sum) {
            room.crowd = self.crowd_count as u32;
            room.crowded = tick;
            self.crowd_count += 1;
        }
    }

    /// Tells those talkers who listen to the room which part of the sum is their own. They hear
    /// something else than the others from now on.
    pub(super) fn tell_talkers(&self, stage: &mut Stage<'_>, slot: u32) {
        let room = &stage.rooms[slot];
        let here = Feed::Room(RoomId { slot, generation: room.generation });
        for index in room.talkers.range() {
            if self.talkers[index].is_guest() {
                continue;
            }
            let own = OwnVoice { tick: stage.tick, talker: index as u32 };
            let ear = &mut stage.ports.ears[self.talkers[index].origin as usize];
            if ear.feed == here {
                ear.own = own;
            }
            if ear.previous == Some(here) {
                ear.own_previous = own;
            }
            let hears_here = ear.previous.unwrap_or(ear.feed) == here;
            if hears_here && ear.outlet != NONE && stage.outlets[ear.outlet].is_shared() {
                ear.outlet = stage.outlets.part(ear.outlet);
            }
        }
    }
}
