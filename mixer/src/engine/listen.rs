//! What each port hears.

use super::floor::Floor;
use super::outlets::{Form, Outlets, Part};
use super::ports::{Digits, Ear, Ports};
use super::relay::{Relay, To};
use super::rooms::{Room, Rooms};
use super::stats::Stats;
use super::streams::NONE;
use super::voice::Voice;
use crate::encoder::PAYLOAD_MAX;
use crate::plan::Feed;
use crate::port::{Audio, FRAME_SAMPLES_MAX, Heard, PortId, Rate};
use crate::signal::fade::cross_fade;

/// Where the audio lies that a port hears in this tick.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Nowhere,
    /// The voice of the port in this slot.
    Voice(u32),
    /// This outlet.
    Outlet(u32),
    /// The scratch pad, and the payload of so many bytes beside it.
    Pad(usize),
}

impl Place {
    fn is_nowhere(self) -> bool {
        matches!(self, Place::Nowhere)
    }
}

/// Everything that was read and mixed in this tick.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) tick: u64,
    pub(super) ports: &'a Ports,
    pub(super) rooms: &'a Rooms,
    pub(super) floor: &'a Floor,
    pub(super) relay: &'a Relay,
}

/// Room for the audio of a listener that is going over from one source to another.
#[derive(Debug)]
pub(super) struct Pad {
    now: [i16; FRAME_SAMPLES_MAX],
    before: [i16; FRAME_SAMPLES_MAX],
    payload: [u8; PAYLOAD_MAX],
}

impl Default for Pad {
    fn default() -> Self {
        Self {
            now: [0; FRAME_SAMPLES_MAX],
            before: [0; FRAME_SAMPLES_MAX],
            payload: [0; PAYLOAD_MAX],
        }
    }
}

impl Pad {
    /// Works out what a port hears. When its source changed in this tick, that is 5 ms of fading from
    /// the old one to the new.
    pub(super) fn listen(
        &mut self,
        ear: &mut Ear,
        scene: Scene<'_>,
        outlets: &mut Outlets,
        stats: &mut Stats,
    ) -> Place {
        let place = match ear.previous {
            None => scene.render(ear, outlets, stats),
            Some(_) => self.go_over(ear, scene, outlets, stats),
        };
        if let Place::Outlet(outlet) = place {
            outlets[outlet].encode(scene.tick, stats);
        }
        place
    }

    fn go_over(
        &mut self,
        ear: &mut Ear,
        scene: Scene<'_>,
        outlets: &mut Outlets,
        stats: &mut Stats,
    ) -> Place {
        let mut before = ear.before();
        ear.outlet = NONE;
        let old = scene.render(&mut before, outlets, stats);
        let samples = ear.form.rate.frame_samples();
        scene.copy(old, outlets, &mut self.before[..samples]);
        if let Place::Outlet(outlet) = old
            && scene.is_silent(ear.feed)
        {
            return self.fade_out(outlet, samples, outlets);
        }
        outlets.leave(before.outlet);
        let new = scene.render(ear, outlets, stats);
        if old.is_nowhere() && (new.is_nowhere() || scene.begins(ear.feed)) {
            return new;
        }
        scene.copy(new, outlets, &mut self.now[..samples]);
        self.cross_fade(samples);
        match new {
            Place::Outlet(outlet) if ear.form.encoding.is_some() => {
                let aside = outlets[outlet].encode_aside(&self.now[..samples], &mut self.payload);
                aside.map_or(new, Place::Pad)
            }
            _ => Place::Pad(0),
        }
    }

    /// Leaves an outlet behind which there is silence. Its end is encoded by the encoder that the
    /// listener has followed.
    fn fade_out(&mut self, outlet: u32, samples: usize, outlets: &mut Outlets) -> Place {
        self.now[..samples].fill(0);
        self.cross_fade(samples);
        let last = outlets[outlet].encode_last(&self.now[..samples], &mut self.payload);
        outlets.leave(outlet);
        Place::Pad(last.unwrap_or(0))
    }

    fn cross_fade(&mut self, samples: usize) {
        cross_fade(&self.before[..samples], &mut self.now[..samples]);
    }

    /// The audio at a place.
    pub(super) fn at<'a>(
        &'a self,
        place: Place,
        form: Form,
        voices: &'a [Voice],
        outlets: &'a Outlets,
    ) -> Heard<'a> {
        match place {
            Place::Nowhere => Heard::Nothing,
            Place::Voice(slot) => match voices[slot as usize].newest() {
                Some(frame) => Heard::Audio(Audio { frame, payload: &[], encoding: None }),
                None => Heard::Nothing,
            },
            Place::Outlet(outlet) => {
                let outlet = &outlets[outlet];
                Heard::Audio(Audio {
                    frame: outlet.frame(),
                    payload: outlet.payload(),
                    encoding: outlet.form().encoding,
                })
            }
            Place::Pad(bytes) => Heard::Audio(Audio {
                frame: &self.now[..form.rate.frame_samples()],
                payload: &self.payload[..bytes],
                encoding: form.encoding,
            }),
        }
    }
}

impl<'a> Scene<'a> {
    /// Whether there is nothing to be done for an ear in this tick.
    #[inline]
    pub(super) fn hears_nothing(self, ear: &Ear) -> bool {
        let has_keys = ear.feed.is_port() && !self.keys_heard(ear.feed).all().is_empty();
        ear.previous.is_none() && !has_keys && self.is_silent(ear.feed)
    }

    /// Keys pressed in this tick by the port that is listened to directly.
    pub(super) fn keys_heard(self, feed: Feed) -> Digits {
        let Feed::Port(port) = feed else { return Digits::default() };
        if let Some(slot) = self.ports.slot(port) {
            return self.ports.digits_of(slot, self.tick);
        }
        let guest = self.relay.direct(port).map(|id| &self.relay.guest(id).to);
        match guest {
            Some(To::Listeners { digits, .. }) => *digits,
            _ => Digits::default(),
        }
    }

    fn render(self, ear: &mut Ear, outlets: &mut Outlets, stats: &mut Stats) -> Place {
        match ear.feed {
            Feed::Nothing => Place::Nowhere,
            Feed::Port(port) => match self.ports.slot(port) {
                Some(slot) => self.render_voice(ear, slot, outlets),
                None => self.render_guest(ear, port, outlets),
            },
            Feed::Room(id) => match self.rooms.get(id) {
                Some(room) if room.sounds_in(self.tick) => {
                    self.render_room(ear, (id.slot, room), outlets, stats)
                }
                _ => Place::Nowhere,
            },
        }
    }

    /// Another port's voice as it is, unless the listener needs it in another form.
    fn render_voice(self, ear: &mut Ear, slot: u32, outlets: &mut Outlets) -> Place {
        let voice = &self.ports.voices[slot as usize];
        let Some(newest) = voice.newest() else { return Place::Nowhere };
        if voice.rate() == ear.form.rate && ear.form.encoding.is_none() {
            return Place::Voice(slot);
        }
        self.copy_voice(ear, (voice.rate(), newest), outlets)
    }

    /// The voice of another engine's port.
    fn render_guest(self, ear: &mut Ear, port: PortId, outlets: &mut Outlets) -> Place {
        let Some(guest) = self.relay.direct(port) else { return Place::Nowhere };
        let guest = self.relay.guest(guest);
        match guest.to {
            To::Listeners { sounds: true, .. } => {
                self.copy_voice(ear, (guest.rate, guest.frame()), outlets)
            }
            _ => Place::Nowhere,
        }
    }

    fn copy_voice(self, ear: &mut Ear, voice: (Rate, &[i16]), outlets: &mut Outlets) -> Place {
        let form = Form { is_levelled: false, ..ear.form };
        self.fit(ear, form, outlets);
        if ear.outlet == NONE {
            ear.outlet = outlets.open(form, NONE);
        }
        if ear.outlet == NONE {
            return Place::Nowhere;
        }
        outlets[ear.outlet].copy(self.tick, voice, &self.floor.filters);
        Place::Outlet(ear.outlet)
    }

    /// A room's sum, without the listener's own voice if that is in it.
    fn render_room(
        self,
        ear: &mut Ear,
        (slot, room): (u32, &Room),
        outlets: &mut Outlets,
        stats: &mut Stats,
    ) -> Place {
        let form = ear.form;
        self.fit(ear, form, outlets);
        let own = ear.own.in_tick(self.tick);
        let shared = outlets.find(slot, form);
        match own {
            Some(_) if ear.outlet == NONE => {
                ear.outlet = outlets.open(form, shared);
                if ear.outlet != NONE {
                    outlets[ear.outlet].rewind(self.tick);
                }
            }
            Some(_) => outlets[ear.outlet].set_apart(),
            None => self.share(ear, slot, shared, form, outlets),
        }
        if ear.outlet == NONE {
            return Place::Nowhere;
        }
        let outlet = &mut outlets[ear.outlet];
        let filters = &self.floor.filters;
        let own = own.map(|talker| {
            let talker = self.floor.talker(talker);
            (self.floor.frame_of(&talker, self.ports, self.relay), talker.ramp)
        });
        let (sum, crowd) = (self.floor.sum_of(room), self.floor.crowd_of(room));
        let jumps = room.jumped == self.tick;
        let part = Part { rate: room.rate, sum, crowd, own, jumps };
        outlet.mix(self.tick, part, filters, stats);
        Place::Outlet(ear.outlet)
    }

    /// Who does not talk hears what the others hear. Who has fallen silent stays apart until the two
    /// outlets have met.
    fn share(self, ear: &mut Ear, room: u32, shared: u32, form: Form, outlets: &mut Outlets) {
        if ear.outlet == NONE {
            if shared == NONE {
                ear.outlet = outlets.open(form, NONE);
                if ear.outlet != NONE {
                    outlets.publish(ear.outlet, room);
                }
                return;
            }
        } else if outlets[ear.outlet].is_shared() {
            return;
        } else if shared == NONE {
            outlets.publish(ear.outlet, room);
            return;
        } else if !outlets.meet(ear.outlet, shared, self.tick) {
            return;
        }
        outlets.leave(ear.outlet);
        outlets.share(shared);
        ear.outlet = shared;
    }

    /// An outlet of another form is of no use any more.
    fn fit(self, ear: &mut Ear, form: Form, outlets: &mut Outlets) {
        if ear.outlet != NONE && outlets[ear.outlet].form() != form {
            outlets.leave(std::mem::replace(&mut ear.outlet, NONE));
        }
    }

    /// Whether nothing is heard from there in this tick.
    #[inline]
    fn is_silent(self, feed: Feed) -> bool {
        match feed {
            Feed::Nothing => true,
            Feed::Port(port) => match self.ports.slot(port) {
                Some(slot) => self.ports.voices[slot as usize].newest().is_none(),
                None => {
                    let guest = self.relay.direct(port).map(|id| &self.relay.guest(id).to);
                    !matches!(guest, Some(To::Listeners { sounds: true, .. }))
                }
            },
            Feed::Room(room) => !self.rooms.get(room).is_some_and(|room| room.sounds_in(self.tick)),
        }
    }

    /// Whether everything that is heard from there begins in this tick.
    fn begins(self, feed: Feed) -> bool {
        match feed {
            Feed::Nothing => true,
            Feed::Port(port) => match self.ports.slot(port) {
                Some(slot) => self.ports.voices[slot as usize].begins,
                None => self.relay.direct(port).is_none_or(|id| self.relay.guest(id).begins),
            },
            Feed::Room(room) => self.rooms.get(room).is_none_or(Room::begins),
        }
    }

    fn copy(self, place: Place, outlets: &Outlets, frame: &mut [i16]) {
        match place {
            Place::Nowhere | Place::Pad(_) => frame.fill(0),
            Place::Voice(slot) => match self.ports.voices[slot as usize].newest() {
                Some(voice) => frame.copy_from_slice(voice),
                None => frame.fill(0),
            },
            Place::Outlet(outlet) => frame.copy_from_slice(outlets[outlet].frame()),
        }
    }
}
