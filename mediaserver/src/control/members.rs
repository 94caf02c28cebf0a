//! Who takes part in which conference: the connections that are joined to it, in whatever direction.
//!
//! The topology knows every join; here is kept what it amounts to for those who count and announce
//! participants. What a plan does to joins is looked up when it has been written ([`Control::settle`]):
//! a member may come by a join, and go by an unjoin, by hanging up, or because it only listened and
//! now listens to something else (rule 2 of draft 5.3).

use mixer::plan::Plan;
use mixer::port::PortId;
use mixer::room::RoomId;
use mixer::topology::{EndPoint, Stream};
use mscp_proto::id::ConferenceId;
use tracing::debug;

use super::tones::Passing;
use super::{Control, Owed, Owner};

/// A port and a room that are, or may have been, joined.
pub(super) type Place = (PortId, RoomId);

impl Control {
    /// Brings the members up to date with what a plan does to the joins of these ports and rooms, and
    /// adds the tones that announce it; returns what is owed for it.
    pub(super) fn settle(
        &mut self,
        plan: &mut Plan,
        places: impl IntoIterator<Item = Place>,
    ) -> Vec<Owed> {
        places.into_iter().filter_map(|place| self.settle_one(plan, place)).collect()
    }

    /// The same for streams that rule 2 tore.
    pub(super) fn settle_torn(&mut self, plan: &mut Plan, torn: &[Stream]) -> Vec<Owed> {
        self.part_listeners(plan, torn);
        self.settle(plan, torn.iter().filter_map(|stream| place(stream.from, stream.to)))
    }

    fn settle_one(&mut self, plan: &mut Plan, (port, room): Place) -> Option<Owed> {
        let id = self.rooms.get(&room)?.clone();
        let passing = self.count(&id, port);
        self.sweep_audiences(plan, &id);
        let passing = passing?;
        match passing {
            Passing::Enter => self.record_newcomer(plan, &id, port),
            Passing::Exit => self.forget_speaker(plan, &id, port),
        }
        self.announce(plan, &id, port, passing);
        self.attendance.is_subscribed(&id).then_some(Owed::Attendance(id))
    }

    /// Brings one member up to date; tells whether it came or went.
    fn count(&mut self, id: &ConferenceId, port: PortId) -> Option<Passing> {
        let Some(Owner::Connection(call)) = self.owners.get(&port) else { return None };
        let conference = self.conferences.get_mut(id)?;
        let is_joined = is_joined(&self.stage.topology, port, conference.room);
        let changed = match is_joined {
            true => conference.members.insert(port),
            false => conference.members.remove(&port),
        };
        if !changed {
            return None;
        }
        let members = conference.members.len();
        debug!(call = %call, conference = %id, is_joined, members, "members changed");
        Some(if is_joined { Passing::Enter } else { Passing::Exit })
    }

    /// The rooms that a port is joined to.
    pub(super) fn places_of(&self, port: PortId) -> Vec<Place> {
        self.stage.topology.joins_of(port).filter_map(|joined| place(joined.a, joined.b)).collect()
    }
}

/// A port and a room, in either order.
pub(super) fn place(one: EndPoint, other: EndPoint) -> Option<Place> {
    match (one, other) {
        (EndPoint::Port(port), EndPoint::Room(room))
        | (EndPoint::Room(room), EndPoint::Port(port)) => Some((port, room)),
        (EndPoint::Port(_), EndPoint::Port(_)) | (EndPoint::Room(_), EndPoint::Room(_)) => None,
    }
}

fn is_joined(topology: &mixer::Topology, port: PortId, room: RoomId) -> bool {
    topology.joins_of(port).any(|joined| joined.b == room.into())
}
