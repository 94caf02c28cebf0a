//! `createconference` and `destroyconference` (draft 5.1, 5.2).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mixer::plan::Plan;
use mixer::port::PortId;
use mixer::room::{Policy, RoomId};
use mscp_proto::conference::{
    AudioMixingPolicy, ConferenceCreated, ConferenceDestroyed, CreateConference, DestroyConference,
};
use mscp_proto::datatype::MediaType;
use mscp_proto::id::{ConferenceId, EndPoint};
use mscp_proto::response::Response;
use tracing::info;

use super::channels::{Identity, Subscriber};
use super::tones::{Audience, Sound};
use super::{Asker, Control, Owed};

/// One conference.
#[derive(Debug)]
pub(super) struct Conference {
    pub(super) room: RoomId,
    pub(super) owner: Subscriber,
    /// `reservedtalkers` and `reservedlisteners`: end points that must still find a place.
    pub(super) reserved: usize,
    pub(super) policy: Policy,
    /// The connections joined to it.
    pub(super) members: BTreeSet<PortId>,
    /// Those of them that hear tones.
    pub(super) audiences: Vec<Audience>,
    /// The tones that are not the server's own, by URI.
    pub(super) sounds: BTreeMap<String, Sound>,
}

impl Control {
    pub(super) fn on_create_conference(
        &mut self,
        asker: Asker,
        request: CreateConference,
    ) -> Result<(), String> {
        if request.reservedmedia != MediaType::Audio {
            return Err("video is not supported; reservedmedia must be audio".to_owned());
        }
        let limit = self.settings.max_conferences;
        if self.conferences.len() >= limit {
            return Err(format!("all {limit} conferences are in use"));
        }
        let policy = policy_of(request.audiomixingpolicy);
        let reserved = self.reservation(&request)?;
        let room = self.stage.handle.reserve_room().map_err(|full| full.to_string())?;
        let id = self.ids.conference();
        let mut plan = Plan::new();
        self.stage.topology.add_room(&mut plan, room, policy);
        let conference = Conference {
            room,
            owner: asker.subscriber(),
            reserved,
            policy,
            members: BTreeSet::new(),
            audiences: Vec::new(),
            sounds: BTreeMap::new(),
        };
        self.conferences.insert(id.clone(), conference);
        self.rooms.insert(room, id.clone());
        if let Some(seconds) = request.subscribe.activespeaker {
            let interval = Duration::from_secs(seconds.get().into());
            self.speakers.subscribe(id.clone(), interval);
        }
        if request.subscribe.attendance {
            self.attendance.subscribe(id.clone());
        }
        info!(conference = %id, ?policy, reserved, "conference created");
        let created = Response::ConferenceCreated(ConferenceCreated { conferenceid: id });
        self.stage.submit(plan, vec![Owed::Reply(asker, created)]);
        Ok(())
    }

    pub(super) fn on_destroy_conference(
        &mut self,
        asker: Asker,
        request: DestroyConference,
    ) -> Result<(), String> {
        let id = request.conferenceid;
        self.room_of(asker.identity, id.as_str())?;
        let destroyed =
            Response::ConferenceDestroyed(ConferenceDestroyed { conferenceid: id.clone() });
        self.destroy(&id, vec![Owed::Reply(asker, destroyed)]);
        Ok(())
    }

    /// The room of a conference, as far as the identity may know of it.
    pub(super) fn room_of(&self, identity: Identity, id: &str) -> Result<RoomId, String> {
        match self.conferences.get(id) {
            Some(conference) if conference.owner.identity == identity => Ok(conference.room),
            Some(_) | None => Err(format!("conference identified by {id} does not exist")),
        }
    }

    /// Ends the conferences of an application server that stayed away.
    pub(super) fn end_conferences_of(&mut self, identity: Identity) {
        let theirs = |conference: &Conference| conference.owner.identity == identity;
        let ids: Vec<ConferenceId> = self
            .conferences
            .iter()
            .filter(|(_, conference)| theirs(conference))
            .map(|(id, _)| id.clone())
            .collect();
        for id in ids {
            self.destroy(&id, Vec::new());
        }
    }

    fn destroy(&mut self, id: &ConferenceId, owed: Vec<Owed>) {
        let Some(conference) = self.conferences.remove(id) else { return };
        self.rooms.remove(&conference.room);
        self.speakers.forget(id);
        self.attendance.forget(id);
        let end_point = EndPoint::Conference(id.clone());
        self.end_recordings_on(&end_point);
        self.end_monitor_of(id);
        self.end_dialogs_on(&end_point, &format!("conference {id} was destroyed"));
        let mut plan = Plan::new();
        let room = conference.room;
        self.close_audiences(&mut plan, conference);
        // The room was added when the conference was created, and only here is it removed.
        let _ = self.stage.topology.remove(&mut plan, room);
        info!(conference = %id, "conference destroyed");
        self.stage.submit(plan, owed);
    }

    /// A reservation is granted as long as the engine's table of ports can hold all that were.
    fn reservation(&self, request: &CreateConference) -> Result<usize, String> {
        let asked = request.reservedtalkers.unwrap_or(0) as usize
            + request.reservedlisteners.unwrap_or(0) as usize;
        let granted: usize = self.conferences.values().map(|c| c.reserved).sum();
        let limit = self.stage.handle.capacities().ports;
        if granted + asked > limit {
            return Err(format!(
                "cannot reserve {asked} participants: {granted} of {limit} are reserved already"
            ));
        }
        Ok(asked)
    }
}

fn policy_of(policy: AudioMixingPolicy) -> Policy {
    match policy {
        AudioMixingPolicy::NBest(n) => Policy::NBest(u16::try_from(n).unwrap_or(u16::MAX)),
        AudioMixingPolicy::Manual => Policy::Manual,
    }
}
