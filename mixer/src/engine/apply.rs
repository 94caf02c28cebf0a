//! Carries out plans: each step when its tick begins, and what is to be removed when it ends.

use super::outlets::{Form, Outlets};
use super::ports::Ports;
use super::rooms::Rooms;
use super::streams::{NONE, Streams};
use crate::encoder::{Encoder, EncodingId};
use crate::plan::{Luggage, Step};
use crate::port::{PortId, Rate};
use crate::topology::Treatment;

/// The tables that plans change.
pub(super) struct Tables<'a> {
    pub(super) tick: u64,
    pub(super) ports: &'a mut Ports,
    pub(super) rooms: &'a mut Rooms,
    pub(super) streams: &'a mut Streams,
    pub(super) outlets: &'a mut Outlets,
    pub(super) encodings_refused: &'a mut u64,
}

impl Tables<'_> {
    /// Start of the tick. Returns how many steps did not fit what is there.
    pub(super) fn swap(&mut self, steps: &mut [Step]) -> u64 {
        steps.iter_mut().map(|step| u64::from(!self.swap_step(step))).sum()
    }

    /// End of the tick: what was removed moves into the steps.
    pub(super) fn retire(&mut self, steps: &mut [Step]) {
        for step in steps {
            match step {
                Step::RemovePort { port, luggage } => self.retire_port(*port, luggage),
                Step::RemoveRoom { room, links } => {
                    self.rooms.close(*room, links);
                }
                _ => {}
            }
        }
    }

    fn swap_step(&mut self, step: &mut Step) -> bool {
        match step {
            Step::AddPort { port, rate, luggage } => self.add_port(*port, *rate, luggage),
            Step::SetMedia { port, rate, luggage } => self.set_media(*port, *rate, luggage),
            Step::RemovePort { port, .. } => self.ports.begin_leaving(*port),
            Step::AddRoom { room, policy, home, links } => {
                self.rooms.open(*room, *policy, *home, links)
            }
            Step::RemoveRoom { room, .. } => self.rooms.get(*room).is_some(),
            Step::SetPolicy { room, policy } => {
                self.rooms.get_mut(*room).map(|room| room.policy = *policy).is_some()
            }
            Step::SetRate { room, rate } => {
                self.rooms.get_mut(*room).map(|room| room.rate = *rate).is_some()
            }
            Step::SetAudience { room, shards } => {
                self.rooms.get_mut(*room).map(|room| room.audience = *shards).is_some()
            }
            Step::SetListeners { port, shards } => {
                let slot = self.ports.slot(*port);
                slot.map(|slot| self.ports.voices[slot as usize].audience = *shards).is_some()
            }
            Step::SetLinks { room, links } => {
                let room = self.rooms.get_mut(*room);
                room.map(|room| std::mem::swap(&mut room.links, links)).is_some()
            }
            Step::Speak { stream, port, room, preferred, treatment } => {
                let manner = (*preferred, *treatment);
                self.ports.slot(*port).is_some_and(|slot| {
                    let added = self.rooms.get(*room).is_some()
                        && self.streams.insert(*stream, (slot, room.slot), manner, self.tick);
                    self.treat(slot);
                    added
                })
            }
            Step::Prefer { stream, preferred } => {
                let stream = self.streams.get_mut(*stream);
                stream.map(|stream| stream.preferred = *preferred).is_some()
            }
            Step::GiveFloor { stream, has_floor } => {
                let stream = self.streams.get_mut(*stream);
                stream.map(|stream| stream.has_floor = *has_floor).is_some()
            }
            Step::Treat { stream, treatment } => {
                let Some(stream) = self.streams.get_mut(*stream) else { return false };
                stream.treatment = *treatment;
                let port = stream.port;
                self.treat(port);
                true
            }
            Step::Hush { stream } => {
                let port = self.streams.get_mut(*stream).map(|stream| stream.port);
                let removed = self.streams.remove(*stream);
                port.into_iter().for_each(|port| self.treat(port));
                removed
            }
            Step::Listen { port, feed, is_levelled } => {
                let slot = self.ports.slot(*port);
                slot.map(|slot| self.ports.turn(slot, *feed, *is_levelled)).is_some()
            }
        }
    }

    /// A voice is treated as any of its rooms asks.
    fn treat(&mut self, port: u32) {
        let mut treatment = Treatment::default();
        let mut stream = self.streams.first_of(port);
        while stream != NONE {
            treatment = treatment.or(self.streams[stream].treatment);
            stream = self.streams.next_of(stream);
        }
        self.ports.voices[port as usize].treat(self.tick, treatment);
    }

    fn add_port(&mut self, port: PortId, rate: Rate, luggage: &mut Luggage) -> bool {
        let inserted = self.ports.insert(port, rate, luggage);
        if let Some(slot) = self.ports.slot(port).filter(|_| inserted) {
            self.ports.ears[slot as usize].form.encoding = self.bring(&mut luggage.encoder);
        }
        inserted
    }

    fn set_media(&mut self, port: PortId, rate: Rate, luggage: &mut Luggage) -> bool {
        let Some(slot) = self.ports.slot(port) else { return false };
        let encoder = self.take_encoder(slot);
        let encoding = self.bring(&mut luggage.encoder);
        let form = &mut self.ports.ears[slot as usize].form;
        *form = Form { rate, encoding, ..*form };
        luggage.former_encoder = encoder;
        self.ports.voices[slot as usize].change(self.tick, rate, &mut luggage.frames);
        true
    }

    /// An encoder that finds no place in the store stays in the luggage and goes home.
    fn bring(&mut self, encoder: &mut Option<Box<dyn Encoder>>) -> Option<EncodingId> {
        let encoding = encoder.as_ref().map(|encoder| encoder.id());
        let has_place = self.outlets.encoders.bring(encoder);
        *self.encodings_refused += u64::from(!has_place);
        encoding.filter(|_| has_place)
    }

    fn retire_port(&mut self, port: PortId, luggage: &mut Luggage) {
        let Some(slot) = self.ports.slot(port) else { return };
        luggage.encoder = self.take_encoder(slot);
        self.ports.remove(port, luggage);
    }

    /// The ear hears nothing in its encoding any more; an encoder of that kind is handed out.
    fn take_encoder(&mut self, slot: u32) -> Option<Box<dyn Encoder>> {
        let ear = &mut self.ports.ears[slot as usize];
        self.outlets.leave(std::mem::replace(&mut ear.outlet, NONE));
        ear.form.encoding.take().and_then(|encoding| self.outlets.encoders.leave(encoding))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::plan::{Feed, Links, StreamId};
    use crate::port::{Activity, Datagram, Heard, Outbox, Port, PortId, Sink, Source};
    use crate::room::{Policy, RoomId};
    use crate::time::Time;

    struct Mute;

    impl Source for Mute {
        fn read(&mut self, _: Time, _: &mut [i16], _: &mut dyn Outbox) -> Activity {
            Activity::Silent
        }
    }

    impl Sink for Mute {
        fn write(&mut self, _: Time, _: Heard<'_>, _: &mut dyn Outbox) {}
    }

    impl Port for Mute {
        fn receive(&mut self, _: Time, _: Datagram<'_>, _: &mut dyn Outbox) {}
    }

    const PORT: PortId = PortId { slot: 0, generation: 7 };
    const ROOM: RoomId = RoomId { slot: 0, generation: 3 };

    fn add_port(port: PortId) -> Step {
        let luggage = Luggage {
            body: Some(Box::new(Mute)),
            frames: super::super::frames_of(Rate::Narrow),
            ..Luggage::default()
        };
        Step::AddPort { port, rate: Rate::Narrow, luggage }
    }

    fn add_room(room: RoomId) -> Step {
        Step::AddRoom { room, policy: Policy::default(), home: room, links: Links::default() }
    }

    /// Carries out the steps on tables of one port and one room; returns how many were refused.
    fn refused(mut steps: Vec<Step>) -> (u64, Vec<Step>) {
        let (mut ports, mut rooms, mut streams) =
            (Ports::new(0, 1), Rooms::new(1), Streams::new(1, 1));
        let mut tables = Tables {
            tick: 1,
            ports: &mut ports,
            rooms: &mut rooms,
            streams: &mut streams,
            outlets: &mut Outlets::new(1, 1),
            encodings_refused: &mut 0,
        };
        let mut settled = vec![add_port(PORT), add_room(ROOM)];
        assert_eq!(tables.swap(&mut settled), 0);
        let refused = tables.swap(&mut steps);
        tables.retire(&mut steps);
        (refused, steps)
    }

    #[test]
    fn steps_with_stale_keys_are_refused() {
        let port = PortId { generation: 6, ..PORT };
        let room = RoomId { generation: 2, ..ROOM };
        let (stream, treatment) = (StreamId(0), Treatment::default());
        let steps = vec![
            Step::RemovePort { port, luggage: Luggage::default() },
            Step::RemoveRoom { room, links: Links::default() },
            Step::SetPolicy { room, policy: Policy::default() },
            Step::SetLinks { room, links: Links::default() },
            Step::SetMedia { port, rate: Rate::Full, luggage: Luggage::default() },
            Step::SetRate { room, rate: Rate::Full },
            Step::SetAudience { room, shards: 1 },
            Step::SetListeners { port, shards: 1 },
            Step::Speak { stream, port, room: ROOM, preferred: false, treatment },
            Step::Speak { stream, port: PORT, room, preferred: false, treatment },
            Step::Treat { stream, treatment },
            Step::Prefer { stream, preferred: true },
            Step::GiveFloor { stream, has_floor: true },
            Step::Hush { stream },
            Step::Listen { port, feed: Feed::Nothing, is_levelled: false },
        ];
        let count = steps.len() as u64;
        assert_eq!(refused(steps).0, count);
    }

    #[test]
    fn what_finds_no_place_travels_home_again() {
        let elsewhere = PortId { slot: 1, generation: 0 };
        let (refused, steps) = refused(vec![add_port(PORT), add_port(elsewhere), add_room(ROOM)]);
        assert_eq!(refused, 3);
        let bodies = steps.iter().filter(|step| match step {
            Step::AddPort { luggage, .. } => luggage.body.is_some() && !luggage.frames.is_empty(),
            _ => false,
        });
        assert_eq!(bodies.count(), 2);
    }

    #[test]
    fn what_is_removed_moves_into_the_plan() {
        let (refused, steps) =
            refused(vec![Step::RemovePort { port: PORT, luggage: Luggage::default() }]);
        assert_eq!(refused, 0);
        let [Step::RemovePort { luggage, .. }] = &steps[..] else { unreachable!() };
        assert!(luggage.body.is_some() && !luggage.frames.is_empty());
    }
}
