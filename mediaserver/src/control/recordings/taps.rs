//! Putting taps on the engine and taking them off.

use media_io::recorder::{Tap, TapPort, tap};
use mixer::plan::Plan;
use mixer::port::{Media, PortId};
use mixer::topology::{Directions, EndPoint as EnginePoint};
use mscp_proto::extension::{ExtensionResponse, RecordLayout, RecordState};
use mscp_proto::id::{ConferenceId, ConnectionId, EndPoint};
use mscp_proto::response::Response;
use tracing::warn;

use super::{NewFile, RecordingOrder, State};
use crate::control::{Asker, Control, Owed, Owner};

impl Control {
    /// Lets the taps of a recording listen; the request is answered when they do.
    pub(super) fn attach_taps(
        &mut self,
        id: &str,
        asker: &Asker,
        taps: Vec<Tap>,
    ) -> Result<(), String> {
        let mut plan = Plan::new();
        let attached = self.put_taps(&mut plan, id, asker, taps);
        let answer = RecordState { recordid: id.to_owned(), state: State::Recording.word().into() };
        let answer = Response::Extension(ExtensionResponse::Recording(answer));
        let owed = attached.is_ok().then(|| Owed::Reply(asker.clone(), answer));
        // Also what was put there before something failed: it is taken off again by a plan of its own.
        self.stage.submit(plan, owed.into_iter().collect());
        attached
    }

    fn put_taps(
        &mut self,
        plan: &mut Plan,
        id: &str,
        asker: &Asker,
        taps: Vec<Tap>,
    ) -> Result<(), String> {
        let recording = self.recordings.by_id.get(id).ok_or("the recording is gone")?;
        let (endpoint, layout) = (recording.endpoint.clone(), recording.layout);
        let target = self.check_end_point(asker.identity, &endpoint)?;
        // Another recording may have come first since this one was asked for.
        self.check_leg(&endpoint, layout)?;
        let mut taps = taps.into_iter();
        // The first feed of a file hears what is said, the second what is heard.
        if let Some(tap) = taps.next() {
            self.put_tap(plan, id, target, tap)?;
        }
        if let (Some(tap), EndPoint::Connection(connection)) = (taps.next(), &endpoint) {
            self.put_tap_into_leg(id, connection, tap)?;
        }
        if let EndPoint::Conference(conference) = &endpoint {
            self.record_those_who_are_there(plan, id, conference);
        }
        Ok(())
    }

    fn put_tap(
        &mut self,
        plan: &mut Plan,
        id: &str,
        target: EnginePoint,
        tap: Tap,
    ) -> Result<(), String> {
        let recording = self.recordings.by_id.get_mut(id).ok_or("the recording is gone")?;
        let handle = &mut self.stage.handle;
        let (port, heard) = match target {
            EnginePoint::Port(caller) => (handle.reserve_port_beside(caller), Some(caller)),
            EnginePoint::Room(_) => (handle.reserve_port(), None),
        };
        let port = port.map_err(|full| full.to_string())?;
        let topology = &mut self.stage.topology;
        let media = Media::plain(recording.coding.rate());
        topology.add_port(plan, port, Box::new(TapPort(tap)), media);
        // It listens to nothing else, so nothing is torn.
        if let Err(error) = topology.join(plan, port, target, Directions::BToA) {
            // It was just added.
            let _ = topology.remove(plan, port);
            return Err(error.to_string());
        }
        recording.taps.insert(heard.unwrap_or(port), port);
        self.owners.insert(port, Owner::Server);
        Ok(())
    }

    fn put_tap_into_leg(
        &mut self,
        id: &str,
        connection: &ConnectionId,
        tap: Tap,
    ) -> Result<(), String> {
        let leg = self.connections.get_mut(connection).and_then(|call| call.leg_mut());
        let leg = leg.ok_or_else(|| format!("no such connection: {connection}"))?;
        leg.handle.tap(Some(tap)).map_err(|error| error.to_string())?;
        if let Some(recording) = self.recordings.by_id.get_mut(id) {
            recording.leg = Some(connection.clone());
        }
        Ok(())
    }

    fn record_those_who_are_there(&mut self, plan: &mut Plan, id: &str, conference: &ConferenceId) {
        let members = self.conferences.get(conference).map(|it| it.members.clone());
        for member in members.unwrap_or_default() {
            self.record_speaker(plan, id, member);
        }
    }

    /// Somebody has come into a conference: each recording with a file for each speaker gets one more.
    pub(in crate::control) fn record_newcomer(
        &mut self,
        plan: &mut Plan,
        conference: &ConferenceId,
        member: PortId,
    ) {
        for id in self.recordings_of_speakers(conference) {
            self.record_speaker(plan, &id, member);
        }
    }

    /// Somebody has left a conference: its files end.
    pub(in crate::control) fn forget_speaker(
        &mut self,
        plan: &mut Plan,
        conference: &ConferenceId,
        member: PortId,
    ) {
        for id in self.recordings_of_speakers(conference) {
            let recording = self.recordings.by_id.get_mut(&id);
            if let Some(port) = recording.and_then(|it| it.taps.remove(&member)) {
                self.take_tap(plan, port);
            }
        }
    }

    fn recordings_of_speakers(&self, conference: &ConferenceId) -> Vec<String> {
        self.recordings.ids(|recording| {
            let is_up = matches!(recording.state, State::Recording | State::Paused);
            let is_here =
                matches!(&recording.endpoint, EndPoint::Conference(id) if id == conference);
            is_up && is_here && recording.layout == RecordLayout::Tracks
        })
    }

    fn record_speaker(&mut self, plan: &mut Plan, id: &str, member: PortId) {
        let Some(Owner::Connection(speaker)) = self.owners.get(&member).cloned() else { return };
        let Some(recording) = self.recordings.by_id.get_mut(id) else { return };
        if recording.layout != RecordLayout::Tracks {
            return;
        }
        let (stem, ending) = &recording.file;
        let name = format!("{stem}-{}.{ending}", recording.speakers.len() + 1);
        recording.speakers.push((name.clone(), speaker));
        let (key, (tap, feed)) = (recording.key, tap(recording.coding.rate()));
        if let Err(reason) = self.put_tap(plan, id, member.into(), tap) {
            // The feed's tap is gone: no file of nothing is begun.
            return warn!(recording = id, name, reason, "a speaker is not recorded");
        }
        let file = NewFile { name, feeds: vec![feed], mixed: false };
        self.tell_recorder(key, RecordingOrder::Add(file));
    }

    /// Takes the taps of a recording off the engine.
    pub(super) fn detach_taps(&mut self, id: &str) {
        let Some(recording) = self.recordings.by_id.get_mut(id) else { return };
        let (taps, leg) = (std::mem::take(&mut recording.taps), recording.leg.take());
        let leg = leg.and_then(|id| self.connections.get_mut(&id)?.leg_mut());
        if let Some(leg) = leg {
            // A leg that takes no command is on an engine that stands still.
            let _ = leg.handle.tap(None);
        }
        if taps.is_empty() {
            return;
        }
        let mut plan = Plan::new();
        taps.into_values().for_each(|port| self.take_tap(&mut plan, port));
        self.stage.submit(plan, Vec::new());
    }

    fn take_tap(&mut self, plan: &mut Plan, port: PortId) {
        self.owners.remove(&port);
        // It was added when it was put there, and only here is it removed.
        let _ = self.stage.topology.remove(plan, port);
    }
}
