//! Plays a tone to each audience when someone comes or goes.

use mixer::plan::Plan;
use mixer::port::{Media, PortEvent, PortId};
use mixer::room::RoomId;
use mixer::topology::{Directions, Manner};
use mscp_proto::conference::Tone;
use mscp_proto::id::ConferenceId;
use tracing::debug;

use super::super::conferences::Conference;
use super::super::event::Output;
use super::super::prompt::{Playing, Prompt};
use super::super::{Control, Owner};
use super::audience::{Audience, listeners};

/// Tones that one audience hears at a time. When many come at once, two tones say so as well as two
/// hundred would; further ones are left out.
const TONES_AT_ONCE: usize = 2;

/// Tones of all conferences at a time, so that they leave the engine's ports to calls and dialogs.
const TONES_MAX: usize = 256;

/// What is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Passing {
    Enter,
    Exit,
}

impl Control {
    /// Tells the members of a conference, but for `whom`, that it came or went.
    pub(in super::super) fn announce(
        &mut self,
        plan: &mut Plan,
        id: &ConferenceId,
        whom: PortId,
        passing: Passing,
    ) {
        let Some(conference) = self.conferences.get(id) else { return };
        let due: Vec<(RoomId, Prompt)> = conference
            .audiences
            .iter()
            .filter(|audience| audience.playing.len() < TONES_AT_ONCE)
            .filter(|audience| self.has_listener_but(whom, audience))
            .filter_map(|audience| {
                Some((audience.room, self.tone_of(conference, audience, passing)?))
            })
            .collect();
        for (audience, tone) in due {
            if let Err(reason) = self.play_tone(plan, id, audience, tone) {
                debug!(conference = %id, ?passing, reason, "no tone");
            }
        }
    }

    fn has_listener_but(&self, whom: PortId, audience: &Audience) -> bool {
        let is_other = |port: PortId| {
            port != whom && matches!(self.owners.get(&port), Some(Owner::Connection(_)))
        };
        listeners(&self.stage.topology, audience.room).any(is_other)
    }

    fn tone_of(
        &self,
        conference: &Conference,
        audience: &Audience,
        passing: Passing,
    ) -> Option<Prompt> {
        let (tone, own) = match passing {
            Passing::Enter => (&audience.enter, &self.own_tones.enter),
            Passing::Exit => (&audience.exit, &self.own_tones.exit),
        };
        match tone {
            Tone::On => Some(own.clone()),
            Tone::Off => None,
            Tone::Uri(uri) => conference.sounds.get(uri)?.prompt().cloned(),
        }
    }

    fn play_tone(
        &mut self,
        plan: &mut Plan,
        id: &ConferenceId,
        audience: RoomId,
        tone: Prompt,
    ) -> Result<(), String> {
        if self.tones_playing >= TONES_MAX {
            return Err(format!("all {TONES_MAX} tones are playing"));
        }
        let port = self.stage.handle.reserve_port().map_err(|full| full.to_string())?;
        // Its handle may go: a tone is not stopped, only removed.
        let playing = tone.player(port).map_err(|fault| fault.to_string())?;
        let Playing { body, rate, feeder, .. } = playing;
        self.outputs.extend(feeder.map(Output::Feed));
        let joins = &mut self.stage.topology;
        joins.add_port(plan, port, Box::new(body), Media::plain(rate));
        let manner = Manner::from(Directions::AToB).preferred(true);
        // Preferred: whatever the conference's policy, it is heard and counts for nobody.
        if let Err(error) = joins.join(plan, port, audience, manner) {
            // It was just added.
            let _ = joins.remove(plan, port);
            return Err(error.to_string());
        }
        self.owners.insert(port, Owner::Tone(audience));
        self.tones_playing += 1;
        let conference = self.conferences.get_mut(id);
        let mut audiences = conference.into_iter().flat_map(|it| &mut it.audiences);
        if let Some(audience) = audiences.find(|it| it.room == audience) {
            audience.playing.insert(port);
        }
        Ok(())
    }

    pub(in super::super) fn on_tone_event(
        &mut self,
        port: PortId,
        audience: RoomId,
        event: PortEvent,
    ) {
        if event != PortEvent::Finished {
            return;
        }
        let conference = self.rooms.get(&audience).and_then(|id| self.conferences.get_mut(id));
        let mut audiences = conference.into_iter().flat_map(|it| &mut it.audiences);
        if let Some(audience) = audiences.find(|it| it.room == audience) {
            audience.playing.remove(&port);
        }
        let mut plan = Plan::new();
        self.end_player(&mut plan, port);
        self.stage.submit(plan, Vec::new());
    }

    pub(super) fn end_player(&mut self, plan: &mut Plan, port: PortId) {
        self.owners.remove(&port);
        self.tones_playing -= 1;
        // It was added when the tone began, and only here is it removed.
        let _ = self.stage.topology.remove(plan, port);
    }
}
