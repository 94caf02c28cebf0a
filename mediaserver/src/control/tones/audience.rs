//! Audiences: who listens where.

use std::collections::BTreeSet;

use mixer::plan::Plan;
use mixer::port::PortId;
use mixer::room::RoomId;
use mixer::topology::{
    Directions, EndPoint, JoinError, Joined, Manner, Stream, Topology, Treatment,
};
use mscp_proto::conference::Tone;
use mscp_proto::id::ConferenceId;
use tracing::warn;

use super::super::conferences::Conference;
use super::super::members::{Place, place};
use super::super::{Control, Owner};

/// Audiences of one conference: that many different settings of the two attributes. Who comes with
/// yet another hears no tones.
const AUDIENCES_MAX: usize = 8;

/// Those members of a conference that hear the same tones.
#[derive(Debug)]
pub(in super::super) struct Audience {
    /// What they listen to.
    pub(super) room: RoomId,
    pub(super) enter: Tone,
    pub(super) exit: Tone,
    /// The players of tones that sound now.
    pub(super) playing: BTreeSet<PortId>,
}

/// How a member is joined to its conference.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Membership<'a> {
    pub(in super::super) speaks: bool,
    pub(in super::super) listens: bool,
    pub(in super::super) preferred: bool,
    pub(in super::super) treatment: Treatment,
    pub(in super::super) is_levelled: bool,
    pub(in super::super) enter: &'a Tone,
    pub(in super::super) exit: &'a Tone,
}

impl Membership<'_> {
    fn hears_tones(&self) -> bool {
        self.listens && (*self.enter != Tone::Off || *self.exit != Tone::Off)
    }

    fn manner(&self, listens: bool) -> Manner {
        let directions = match (self.speaks, listens) {
            (true, true) => Directions::Both,
            (true, false) => Directions::AToB,
            (false, true) => Directions::BToA,
            (false, false) => Directions::Neither,
        };
        let Membership { preferred, treatment, is_levelled, .. } = *self;
        Manner { directions, preferred, treatment, is_levelled }
    }
}

impl Control {
    /// Joins a connection to a conference, or changes how it is joined; returns what rule 2 tore.
    pub(in super::super) fn join_member(
        &mut self,
        plan: &mut Plan,
        (port, room): Place,
        membership: Membership<'_>,
    ) -> Result<Vec<Stream>, JoinError> {
        let joins = &mut self.stage.topology;
        if !membership.hears_tones() {
            let torn = joins.join(plan, port, room, membership.manner(membership.listens))?;
            self.leave_audience(plan, (port, room));
            return Ok(torn);
        }
        // What can fail comes first: whoever speaks takes a stream of the engine, listeners do not.
        let mut torn = joins.join(plan, port, room, membership.manner(false))?;
        let listening = match self.audience_for(plan, room, membership) {
            Some(audience) => {
                let listens = Manner {
                    is_levelled: membership.is_levelled,
                    ..Manner::from(Directions::BToA)
                };
                self.stage.topology.join(plan, port, audience, listens)
            }
            None => self.stage.topology.join(plan, port, room, membership.manner(true)),
        };
        torn.extend(listening.unwrap_or_default());
        Ok(torn)
    }

    /// The member no longer listens to its audience.
    pub(in super::super) fn leave_audience(&mut self, plan: &mut Plan, (port, room): Place) {
        if let Some(audience) = self.audience_heard_by((port, room)) {
            // It listens there, so they are joined.
            let _ = self.stage.topology.unjoin(plan, port, audience);
        }
    }

    /// The audience through which a port hears a conference, if it does so.
    pub(in super::super) fn audience_heard_by(&self, (port, room): Place) -> Option<RoomId> {
        match self.stage.topology.source_of(port)? {
            EndPoint::Room(source) if source != room => {
                let is_here = self.rooms.get(&source).is_some_and(|id| {
                    self.conferences.get(id).is_some_and(|conference| conference.room == room)
                });
                is_here.then_some(source)
            }
            EndPoint::Room(_) | EndPoint::Port(_) => None,
        }
    }

    /// Whether a room is an audience, and so nothing that an application server knows.
    pub(in super::super) fn is_audience(&self, end_point: EndPoint) -> bool {
        self.conference_of_audience(end_point).is_some()
    }

    /// The room of the conference that an audience hears.
    fn conference_of_audience(&self, end_point: EndPoint) -> Option<RoomId> {
        let EndPoint::Room(room) = end_point else { return None };
        let conference = self.conferences.get(self.rooms.get(&room)?)?;
        (conference.room != room).then_some(conference.room)
    }

    /// A member that only listened, and whose audience was torn from it by rule 2, is joined to the
    /// conference no longer.
    pub(in super::super) fn part_listeners(&mut self, plan: &mut Plan, torn: &[Stream]) {
        for stream in torn {
            let Some(room) = self.conference_of_audience(stream.from) else { continue };
            let Some((port, _)) = place(stream.from, stream.to) else { continue };
            let is_empty = |joined: Joined| {
                joined.b == room.into() && joined.directions == Directions::Neither
            };
            let is_empty = self.stage.topology.joins_of(port).any(is_empty);
            if is_empty && self.audience_heard_by((port, room)).is_none() {
                // They are joined, as was just seen.
                let _ = self.stage.topology.unjoin(plan, port, room);
            }
        }
    }

    /// The audience for what a member is to hear; made if there is none.
    fn audience_for(
        &mut self,
        plan: &mut Plan,
        room: RoomId,
        membership: Membership<'_>,
    ) -> Option<RoomId> {
        let id = self.rooms.get(&room)?.clone();
        let Membership { enter, exit, .. } = membership;
        let conference = self.conferences.get(&id)?;
        let same = |audience: &&Audience| audience.enter == *enter && audience.exit == *exit;
        if let Some(audience) = conference.audiences.iter().find(same) {
            return Some(audience.room);
        }
        match self.open_audience(plan, &id, membership) {
            Ok(audience) => Some(audience),
            Err(reason) => {
                warn!(conference = %id, reason, "a member hears no entry and exit tones");
                None
            }
        }
    }

    fn open_audience(
        &mut self,
        plan: &mut Plan,
        id: &ConferenceId,
        membership: Membership<'_>,
    ) -> Result<RoomId, String> {
        let conference = self.conferences.get_mut(id).ok_or("the conference is gone")?;
        if conference.audiences.len() >= AUDIENCES_MAX {
            return Err(format!("its members have {AUDIENCES_MAX} settings of them already"));
        }
        let room = self.stage.handle.reserve_room().map_err(|full| full.to_string())?;
        let joins = &mut self.stage.topology;
        joins.add_audience(plan, room, conference.policy, conference.room);
        if let Err(error) = joins.join(plan, conference.room, room, Directions::AToB) {
            // It was just added.
            let _ = joins.remove(plan, room);
            return Err(error.to_string());
        }
        let (enter, exit) = (membership.enter.clone(), membership.exit.clone());
        conference.audiences.push(Audience { room, enter, exit, playing: BTreeSet::new() });
        self.rooms.insert(room, id.clone());
        for tone in [membership.enter, membership.exit] {
            self.want_sound(id, tone);
        }
        Ok(room)
    }

    /// Closes the audiences of a conference that nobody is left in, and forgets their sounds.
    pub(in super::super) fn sweep_audiences(&mut self, plan: &mut Plan, id: &ConferenceId) {
        let Some(conference) = self.conferences.get_mut(id) else { return };
        let (topology, owners) = (&self.stage.topology, &self.owners);
        let is_empty = |audience: &mut Audience| {
            let is_listener =
                |port: PortId| matches!(owners.get(&port), Some(Owner::Connection(_)));
            !listeners(topology, audience.room).any(is_listener)
        };
        let empty: Vec<Audience> = conference.audiences.extract_if(.., is_empty).collect();
        if empty.is_empty() {
            return;
        }
        for audience in empty {
            self.close_audience(plan, audience);
        }
        self.forget_unused_sounds(id);
    }

    /// Closes all audiences of a conference that ends.
    pub(in super::super) fn close_audiences(&mut self, plan: &mut Plan, conference: Conference) {
        for audience in conference.audiences {
            self.close_audience(plan, audience);
        }
        for sound in conference.sounds.into_values() {
            self.forget_sound(sound);
        }
    }

    fn close_audience(&mut self, plan: &mut Plan, audience: Audience) {
        for player in audience.playing {
            self.end_player(plan, player);
        }
        // It was added when it was opened, and only here is it removed.
        let _ = self.stage.topology.remove(plan, audience.room);
        self.rooms.remove(&audience.room);
    }
}

/// The ports that are joined to an audience: its members, and the players.
pub(super) fn listeners(topology: &Topology, audience: RoomId) -> impl Iterator<Item = PortId> {
    topology.joins_of(audience).filter_map(|joined| match joined.a {
        EndPoint::Port(port) => Some(port),
        EndPoint::Room(_) => None,
    })
}
