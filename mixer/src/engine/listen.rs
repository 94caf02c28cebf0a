//! What each port hears.

use super::floor::Floor;
use super::ports::{Ear, Ports};
use super::rooms::{Room, Rooms};
use super::stats::Stats;
use crate::plan::Feed;
use crate::port::{FRAME_SAMPLES, Frame, Heard};
use crate::signal::fade::cross_fade;
use crate::signal::sum;

/// Where the audio lies that a port hears in this tick.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Nowhere,
    /// The voice of the port in this slot.
    Voice(u32),
    /// The mix of the room in this slot, which all share who do not talk.
    Mix(u32),
    /// The listener's own frame.
    Own,
}

/// Everything that was read and mixed in this tick.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) tick: u64,
    pub(super) ports: &'a Ports,
    pub(super) rooms: &'a Rooms,
    pub(super) floor: &'a Floor,
}

/// Room for the audio of the listener that is being served.
#[derive(Debug)]
pub(super) struct OwnFrames {
    now: Frame,
    before: Frame,
}

impl Default for OwnFrames {
    fn default() -> Self {
        Self { now: [0; FRAME_SAMPLES], before: [0; FRAME_SAMPLES] }
    }
}

impl OwnFrames {
    /// Works out what a port hears. When its source changed in this tick, that is 5 ms of fading
    /// from the old one to the new.
    pub(super) fn listen(&mut self, ear: &mut Ear, scene: Scene<'_>, stats: &mut Stats) -> Place {
        let Some(previous) = ear.previous.take() else {
            let own = ear.own.in_tick(scene.tick);
            return scene.render(ear, ear.feed, own, &mut self.now, stats);
        };
        let own = ear.own_previous.in_tick(scene.tick);
        let old = scene.render(ear, previous, own, &mut self.before, stats);
        ear.apart = false;
        let own = ear.own.in_tick(scene.tick);
        let new = scene.render(ear, ear.feed, own, &mut self.now, stats);
        match (old, new) {
            (Place::Nowhere, Place::Nowhere) => return Place::Nowhere,
            (Place::Nowhere, _) if scene.begins(ear.feed) => return new,
            _ => {}
        }
        scene.copy(old, &mut self.before);
        scene.copy(new, &mut self.now);
        cross_fade(&self.before, &mut self.now);
        Place::Own
    }

    /// The audio at a place.
    pub(super) fn at<'a>(&'a self, place: Place, ports: &'a Ports, rooms: &'a Rooms) -> Heard<'a> {
        match place {
            Place::Nowhere => Heard::Nothing,
            Place::Voice(slot) => {
                ports.voices[slot as usize].newest().map_or(Heard::Nothing, Heard::Audio)
            }
            Place::Mix(slot) => Heard::Audio(&rooms[slot].mix),
            Place::Own => Heard::Audio(&self.now),
        }
    }
}

impl Scene<'_> {
    fn render(
        self,
        ear: &mut Ear,
        feed: Feed,
        own: Option<u32>,
        frame: &mut Frame,
        stats: &mut Stats,
    ) -> Place {
        match feed {
            Feed::Nothing => Place::Nowhere,
            Feed::Port(port) => match self.ports.slot(port) {
                Some(slot) if self.ports.voices[slot as usize].newest().is_some() => {
                    Place::Voice(slot)
                }
                _ => Place::Nowhere,
            },
            Feed::Room(id) => match self.rooms.get(id) {
                Some(room) if room.sounds_in(self.tick) => {
                    let is_own = self.render_own(ear, room, own, frame, stats);
                    if is_own { Place::Own } else { Place::Mix(id.slot) }
                }
                _ => {
                    ear.apart = false;
                    Place::Nowhere
                }
            },
        }
    }

    /// A room's sum without the listener's own voice, limited by itself. `false` when the
    /// listener hears what everyone hears.
    fn render_own(
        self,
        ear: &mut Ear,
        room: &Room,
        own: Option<u32>,
        frame: &mut Frame,
        stats: &mut Stats,
    ) -> bool {
        if !ear.apart {
            ear.limiter = room.limiter_before;
        }
        // Who has fallen silent stays apart until the two limiters have met.
        ear.apart = own.is_some() || (ear.apart && !ear.limiter.is_near(&room.limiter_before));
        if !ear.apart {
            return false;
        }
        let mut sum = room.sum;
        if let Some(talker) = own.map(|index| self.floor.talker(index)) {
            let voice = &self.ports.voices[talker.origin as usize];
            sum::subtract(&mut sum, voice.in_rooms(), talker.ramp);
        }
        stats.count(ear.limiter.limit(&sum, frame));
        true
    }

    /// Whether everything that is heard from there begins in this tick.
    fn begins(self, feed: Feed) -> bool {
        match feed {
            Feed::Nothing => true,
            Feed::Port(port) => {
                self.ports.slot(port).is_none_or(|slot| self.ports.voices[slot as usize].begins)
            }
            Feed::Room(room) => self.rooms.get(room).is_none_or(Room::begins),
        }
    }

    fn copy(self, place: Place, frame: &mut Frame) {
        match place {
            Place::Nowhere => frame.fill(0),
            Place::Voice(slot) => match self.ports.voices[slot as usize].newest() {
                Some(voice) => *frame = *voice,
                None => frame.fill(0),
            },
            Place::Mix(slot) => *frame = self.rooms[slot].mix,
            // It was written there.
            Place::Own => {}
        }
    }
}
