//! Carries out plans: each step when its tick begins, and what is to be removed when it ends.

use super::ports::Ports;
use super::rooms::Rooms;
use super::streams::Streams;
use crate::plan::{Plan, Step};

/// The tables that plans change.
pub(super) struct Tables<'a> {
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
                    && self.streams.insert(*stream, port.slot, room.slot, *preferred)
            }
            Step::Prefer { stream, preferred } => {
                let stream = self.streams.get_mut(*stream);
                stream.map(|stream| stream.preferred = *preferred).is_some()
            }
            Step::Hush { stream } => self.streams.remove(*stream),
            Step::Listen { port, feed } => {
                let slot = self.ports.slot(*port);
                slot.map(|slot| self.ports.ears[slot as usize].turn_to(*feed)).is_some()
            }
        }
    }
}
