//! Who speaks in a conference, for those who subscribed to it (`activespeaker`, draft 5.1).
//!
//! All conferences that somebody subscribed to are looked at together. The application server is
//! told when the set of speakers has changed, and no more often than it asked for. Nobody speaking
//! is no news: the draft's notification names at least one speaker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mixer::port::PortId;
use mixer::room::RoomId;
use mixer::time::Time;
use mixer::topology::{Directions, EndPoint, Joined};
use mscp_proto::conference::ConferenceUser;
use mscp_proto::id::{ConferenceId, ConnectionId};
use mscp_proto::notification::Notification;

use super::{Control, Owner};

/// How often conferences are looked at. The shortest interval that can be subscribed is a second.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What subscribers are waiting for.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    /// When the next look is due; before the first one, at once.
    due: Time,
    conferences: BTreeMap<ConferenceId, Attention>,
}

#[derive(Debug)]
struct Attention {
    interval: Duration,
    /// Who was named last, and when.
    told: BTreeSet<ConnectionId>,
    told_at: Option<Time>,
}

impl Speakers {
    pub(super) fn subscribe(&mut self, conference: ConferenceId, interval: Duration) {
        let attention = Attention { interval, told: BTreeSet::new(), told_at: None };
        self.conferences.insert(conference, attention);
    }

    pub(super) fn forget(&mut self, conference: &ConferenceId) {
        self.conferences.remove(conference);
    }

    /// When somebody wants them to be looked at.
    pub(super) fn next_look(&self) -> Option<Time> {
        (!self.conferences.is_empty()).then_some(self.due)
    }
}

impl Control {
    /// Looks at who speaks, if that is due.
    pub(super) fn look_at_speakers(&mut self, now: Time) {
        if self.speakers.next_look().is_none_or(|due| due > now) {
            return;
        }
        self.speakers.due = now + LOOK_EVERY;
        let ids: Vec<ConferenceId> = self.speakers.conferences.keys().cloned().collect();
        for id in ids {
            self.look_at(now, &id);
        }
    }

    fn look_at(&mut self, now: Time, id: &ConferenceId) {
        let Some(conference) = self.conferences.get(id) else { return };
        let owner = conference.owner;
        let talkers = self.stage.handle.talkers(conference.room);
        let speaking: BTreeSet<ConnectionId> = talkers
            .filter(|talking| self.can_be_heard(talking.port, conference.room))
            .filter_map(|talking| match self.owners.get(&talking.port) {
                Some(Owner::Connection(id)) => Some(id.clone()),
                Some(Owner::Dialog(_) | Owner::Tone(_) | Owner::Server) | None => None,
            })
            .collect();
        let Some(attention) = self.speakers.conferences.get_mut(id) else { return };
        let too_soon = attention.told_at.is_some_and(|at| now.since(at) < attention.interval);
        if speaking.is_empty() || speaking == attention.told || too_soon {
            return;
        }
        attention.told_at = Some(now);
        attention.told.clone_from(&speaking);
        if let Some(user) = ConferenceUser::active_speaker(id.clone(), speaking) {
            self.notify(&owner, Notification::ConferenceUser(user));
        }
    }

    /// Whether a port still speaks into a room, or into another that may be heard there. Who talks is
    /// known as of the engine's last tick: whoever left since is not to be named.
    fn can_be_heard(&self, port: PortId, room: RoomId) -> bool {
        let joins = self.stage.topology.joins_of(port);
        let speaks = |joined: &Joined| matches!(joined.b, EndPoint::Room(_)) && flows_to_b(joined);
        let mut rooms = joins.filter(speaks).map(|joined| joined.b).peekable();
        rooms.peek().is_some()
            && (rooms.any(|other| other == room.into()) || self.hears_rooms(room))
    }

    fn hears_rooms(&self, room: RoomId) -> bool {
        let room = EndPoint::from(room);
        let hears = |joined: Joined| match (joined.a, joined.b) {
            (EndPoint::Room(_), b) if b == room => flows_to_b(&joined),
            (a, EndPoint::Room(_)) if a == room => flows_to_a(&joined),
            _ => false,
        };
        self.stage.topology.joins_of(room).any(hears)
    }
}

fn flows_to_b(joined: &Joined) -> bool {
    matches!(joined.directions, Directions::Both | Directions::AToB)
}

fn flows_to_a(joined: &Joined) -> bool {
    matches!(joined.directions, Directions::Both | Directions::BToA)
}
