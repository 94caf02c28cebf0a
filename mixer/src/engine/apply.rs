//! Carries out plans: each step when its tick begins, and what is to be removed when it ends.

use super::ports::Ports;
use super::rooms::Rooms;
use super::streams::Streams;
use crate::plan::{Plan, Step};

/// The tables that plans change.
pub(super) struct Tables<'a> {
    pub(super) tick: u64,
    pub(super) ports: &'a mut Ports,
    pub(super) rooms: &'a mut Rooms,
    pub(super) streams: &'a mut Streams,
}

impl Tables<'_> {
    /// Start of the tick. Returns how many steps did not fit what is there.
    pub(super) fn swap(&mut self, plan: &mut Plan) -> u64 {
        plan.steps.iter_mut().map(|step| u64::from(!self.swap_step(step))).sum()
    }

    /// End of the tick: what was removed moves into the plan.
    pub(super) fn retire(&mut self, plan: &mut Plan) {
        for step in &mut plan.steps {
            match step {
                Step::RemovePort { port, body } => *body = self.ports.remove(*port),
                Step::RemoveRoom { room, links } => {
                    self.rooms.close(*room, links);
                }
                _ => {}
            }
        }
    }

    fn swap_step(&mut self, step: &mut Step) -> bool {
        match step {
            Step::AddPort { port, body } => self.ports.insert(*port, body),
            Step::RemovePort { port, .. } => self.ports.begin_leaving(*port),
            Step::AddRoom { room, policy, links } => self.rooms.open(*room, *policy, links),
            Step::RemoveRoom { room, .. } => self.rooms.get(*room).is_some(),
            Step::SetPolicy { room, policy } => {
                self.rooms.get_mut(*room).map(|room| room.policy = *policy).is_some()
            }
            Step::SetLinks { room, links } => {
                let room = self.rooms.get_mut(*room);
                room.map(|room| std::mem::swap(&mut room.links, links)).is_some()
            }
            Step::Speak { stream, port, room, preferred } => {
                self.ports.slot(*port).is_some()
                    && self.rooms.get(*room).is_some()
                    && self.streams.insert(*stream, port.slot, room.slot, *preferred, self.tick)
            }
            Step::Prefer { stream, preferred } => {
                let stream = self.streams.get_mut(*stream);
                stream.map(|stream| stream.preferred = *preferred).is_some()
            }
            Step::GiveFloor { stream, has_floor } => {
                let stream = self.streams.get_mut(*stream);
                stream.map(|stream| stream.has_floor = *has_floor).is_some()
            }
            Step::Hush { stream } => self.streams.remove(*stream),
            Step::Listen { port, feed } => {
                let slot = self.ports.slot(*port);
                slot.map(|slot| self.ports.ears[slot as usize].turn_to(*feed)).is_some()
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::plan::{Feed, Links, StreamId};
    use crate::port::{Activity, Datagram, Frame, Heard, Outbox, Port, PortId, Sink, Source};
    use crate::room::{Policy, RoomId};
    use crate::time::Time;

    struct Mute;

    impl Source for Mute {
        fn read(&mut self, _: Time, _: &mut Frame, _: &mut dyn Outbox) -> Activity {
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
        Step::AddPort { port, body: Some(Box::new(Mute)) }
    }

    fn add_room(room: RoomId) -> Step {
        Step::AddRoom { room, policy: Policy::default(), links: Links::default() }
    }

    /// Carries out the steps on tables of one port and one room; returns how many were refused.
    fn refused(steps: Vec<Step>) -> (u64, Plan) {
        let (mut ports, mut rooms, mut streams) =
            (Ports::new(1), Rooms::new(1), Streams::new(1, 1));
        let mut tables =
            Tables { tick: 1, ports: &mut ports, rooms: &mut rooms, streams: &mut streams };
        let mut settled = Plan { steps: vec![add_port(PORT), add_room(ROOM)] };
        assert_eq!(tables.swap(&mut settled), 0);
        let mut plan = Plan { steps };
        let refused = tables.swap(&mut plan);
        tables.retire(&mut plan);
        (refused, plan)
    }

    #[test]
    fn steps_with_stale_keys_are_refused() {
        let port = PortId { generation: 6, ..PORT };
        let room = RoomId { generation: 2, ..ROOM };
        let stream = StreamId(0);
        let steps = vec![
            Step::RemovePort { port, body: None },
            Step::RemoveRoom { room, links: Links::default() },
            Step::SetPolicy { room, policy: Policy::default() },
            Step::SetLinks { room, links: Links::default() },
            Step::Speak { stream, port, room: ROOM, preferred: false },
            Step::Speak { stream, port: PORT, room, preferred: false },
            Step::Prefer { stream, preferred: true },
            Step::GiveFloor { stream, has_floor: true },
            Step::Hush { stream },
            Step::Listen { port, feed: Feed::Nothing },
        ];
        let count = steps.len() as u64;
        assert_eq!(refused(steps).0, count);
    }

    #[test]
    fn what_finds_no_place_travels_home_again() {
        let elsewhere = PortId { slot: 1, generation: 0 };
        let (refused, plan) = refused(vec![add_port(PORT), add_port(elsewhere), add_room(ROOM)]);
        assert_eq!(refused, 3);
        let bodies =
            plan.steps.iter().filter(|step| matches!(step, Step::AddPort { body: Some(_), .. }));
        assert_eq!(bodies.count(), 2);
    }

    #[test]
    fn what_is_removed_moves_into_the_plan() {
        let (refused, plan) = refused(vec![Step::RemovePort { port: PORT, body: None }]);
        assert_eq!(refused, 0);
        assert!(matches!(plan.steps[..], [Step::RemovePort { body: Some(_), .. }]));
    }
}
