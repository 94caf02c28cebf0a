//! Everything the core knows, as a snapshot: for the request `audit` and for `/api/state`.

use std::collections::HashMap;

use mixer::engine::Stats;
use mixer::port::PortId;
use mixer::room::Policy;
use mixer::time::Time;
use mixer::topology::{Directions, EndPoint as EnginePoint, Joined};
use mscp_proto::extension::{
    AuditResult, AuditedConference, AuditedConnection, AuditedDialog, AuditedJoin,
};
use mscp_proto::id::{ConferenceId, ConnectionId, DialogId, ParticipantId};
use mscp_proto::shared::Direction;

use super::channels::Identity;
use super::conferences::Conference;
use super::connection::{Connection, State as Standing};
use super::dialog::Dialog;
use super::members::place;
use super::settings::MediaTotals;
use super::state::{ConferenceState, ConnectionState, DialogState, JoinState, State};
use super::{Control, Owner};

impl Control {
    /// What an application server may know of: all connections, and what it owns.
    pub(super) fn audit(&self, identity: Identity) -> AuditResult {
        let conferences = self.conferences.iter().filter(|(_, c)| c.owner.identity == identity);
        let dialogs = self.dialogs.iter().filter(|(_, d)| d.owner.identity == identity);
        AuditResult {
            conferences: conferences
                .map(|(id, conference)| AuditedConference {
                    conferenceid: id.clone(),
                    state: "active".to_owned(),
                    participants: self.participants(conference),
                })
                .collect(),
            connections: self
                .connections
                .iter()
                .map(|(id, connection)| AuditedConnection {
                    connectionid: id.clone(),
                    state: standing(connection).to_owned(),
                    codec: connection.leg().and_then(|leg| leg.codec()).map(str::to_owned),
                })
                .collect(),
            dialogs: dialogs
                .map(|(id, dialog)| AuditedDialog {
                    dialogid: id.clone(),
                    endpoint: dialog.endpoint.clone(),
                    state: dialog.state().to_owned(),
                })
                .collect(),
            joins: self.joins(identity).collect(),
        }
    }

    /// Everything, for the operator.
    pub fn state(&mut self, now: Time) -> State {
        let ids: Vec<ConnectionId> = self.connections.keys().cloned().collect();
        let levels = self.levels();
        let connection = |id| self.connection_state(now, id, &levels);
        let connections = ids.iter().filter_map(connection).collect();
        State {
            conferences: self.conference_states(),
            connections,
            dialogs: self.dialog_states(),
            joins: self.stream_states(),
        }
    }

    /// Figures of all legs there are and ever were.
    pub fn media_totals(&mut self) -> MediaTotals {
        let mut totals = self.retired_media;
        for leg in self.connections.values_mut().filter_map(Connection::leg_mut) {
            totals.add(&leg.handle.statistics());
        }
        totals
    }

    /// The engine's counters as of its last tick.
    #[must_use]
    pub fn engine_stats(&self) -> Stats {
        self.stage.handle.stats()
    }

    /// How many connections, conferences and dialogs there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.connections.len(), self.conferences.len(), self.dialogs.len())
    }

    /// Notifications that an absent application server will never get.
    #[must_use]
    pub fn notifications_dropped(&self) -> u64 {
        self.channels.dropped()
    }

    fn conference_states(&self) -> Vec<ConferenceState> {
        let state = |(id, conference): (&ConferenceId, &Conference)| {
            let (policy, nbest) = match conference.policy {
                Policy::NBest(n) => ("nbest", (n > 0).then_some(u32::from(n))),
                Policy::Manual => ("manual", None),
            };
            let talkers = self.stage.handle.talkers(conference.room);
            ConferenceState {
                id: id.to_string(),
                policy,
                nbest,
                speakers: talkers.filter_map(|t| self.name_of(t.port.into())).collect(),
            }
        };
        self.conferences.iter().map(state).collect()
    }

    fn connection_state(
        &mut self,
        now: Time,
        id: &ConnectionId,
        levels: &HashMap<PortId, f32>,
    ) -> Option<ConnectionState> {
        let connection = self.connections.get_mut(id)?;
        let level_dbov = levels.get(&connection.port).copied();
        let (caller, since) = (connection.from.clone(), connection.since);
        let leg = connection.leg_mut()?;
        let statistics = leg.handle.statistics();
        Some(ConnectionState {
            id: id.to_string(),
            caller,
            remote: statistics.latched.map(|remote| remote.to_string()),
            codec: leg.codec().map(str::to_owned),
            age_seconds: now.since(since).as_secs(),
            level_dbov,
            delay_ms: Some(statistics.delay_ms),
            packets_received: statistics.packets_received,
            packets_lost: u64::try_from(statistics.lost).unwrap_or(0),
            packets_sent: statistics.packets_sent,
        })
    }

    /// How loud each port is that a conference mixes now. Gathered once for all connections: there
    /// may be as many talkers as there are connections.
    fn levels(&self) -> HashMap<PortId, f32> {
        let talking = self.rooms.keys().flat_map(|&room| self.stage.handle.talkers(room));
        talking.map(|talking| (talking.port, -f32::from(talking.level_dbov))).collect()
    }

    fn dialog_states(&self) -> Vec<DialogState> {
        let state = |(id, dialog): (&DialogId, &Dialog)| DialogState {
            id: id.to_string(),
            state: dialog.state().to_owned(),
            src: dialog.source_name.clone(),
            end_point: dialog.endpoint.as_ref().map(ToString::to_string),
        };
        self.dialogs.iter().map(state).collect()
    }

    fn stream_states(&self) -> Vec<JoinState> {
        let mut streams = Vec::new();
        for joined in self.stage.topology.joins() {
            let (Some(a), Some(b)) = (self.name_of(joined.a), self.name_of(joined.b)) else {
                continue;
            };
            // A conference and one of its audiences.
            if a == b {
                continue;
            }
            if matches!(joined.directions, Directions::Both | Directions::AToB) {
                streams.push(JoinState { from: a.clone(), to: b.clone() });
            }
            if matches!(joined.directions, Directions::Both | Directions::BToA) {
                streams.push(JoinState { from: b, to: a });
            }
        }
        streams
    }

    fn joins(&self, identity: Identity) -> impl Iterator<Item = AuditedJoin> + '_ {
        let known = move |joined: &Joined| {
            [joined.a, joined.b].into_iter().all(|end_point| {
                self.is_known_to(identity, end_point) && !self.is_audience(end_point)
            })
        };
        self.stage.topology.joins().filter(known).filter_map(|joined| self.audited(&joined))
    }

    /// Connections are everybody's; what another has created does not exist.
    fn is_known_to(&self, identity: Identity, end_point: EnginePoint) -> bool {
        let owner = match end_point {
            EnginePoint::Room(room) => {
                self.rooms.get(&room).and_then(|id| self.conferences.get(id)).map(|c| c.owner)
            }
            EnginePoint::Port(port) => match self.owners.get(&port) {
                Some(Owner::Connection(_)) => return true,
                Some(Owner::Dialog(id)) => self.dialogs.get(id).map(|dialog| dialog.owner),
                Some(Owner::Tone(_) | Owner::Server) | None => None,
            },
        };
        owner.is_some_and(|owner| owner.identity == identity)
    }

    fn audited(&self, joined: &Joined) -> Option<AuditedJoin> {
        Some(AuditedJoin {
            id1: ParticipantId::new(self.name_of(joined.a)?),
            id2: ParticipantId::new(self.name_of(joined.b)?),
            audio: match self.directions(joined) {
                Directions::Both => Some(Direction::Both),
                Directions::AToB => Some(Direction::Receive),
                Directions::BToA => Some(Direction::Transmit),
                Directions::Neither => None,
            },
            video: None,
        })
    }

    /// What flows between two, a conference being heard through an audience or not.
    fn directions(&self, joined: &Joined) -> Directions {
        let hears_audience =
            place(joined.a, joined.b).is_some_and(|place| self.audience_heard_by(place).is_some());
        match (joined.directions, hears_audience) {
            (Directions::AToB, true) => Directions::Both,
            (Directions::Neither, true) => Directions::BToA,
            (directions, _) => directions,
        }
    }

    fn participants(&self, conference: &Conference) -> u32 {
        let joins = self.stage.topology.joins_of(conference.room).count();
        u32::try_from(joins - conference.audiences.len()).unwrap_or(u32::MAX)
    }
}

fn standing(connection: &Connection) -> &'static str {
    match connection.state {
        Standing::Opening { .. } => "opening",
        Standing::Up(_) => "up",
        Standing::Leaving => "leaving",
    }
}
