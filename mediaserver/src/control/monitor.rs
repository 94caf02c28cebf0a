//! A conference on the server's own sound card (the project's own request `monitor`): heard, and
//! talked into if that is wanted.

use media_io::device::{self, ConsolePort, Microphone, Speaker, console};
use mixer::plan::Plan;
use mixer::port::{Media, PortId};
use mixer::topology::Directions;
use mscp_proto::extension::{ErrorMonitor, ExtensionResponse, Monitor, Monitoring};
use mscp_proto::id::ConferenceId;
use mscp_proto::response::Response;
use tracing::info;

use super::channels::Identity;
use super::event::Output;
use super::{Asker, Control, Owed, Owner};

/// What the sound card is used for.
#[derive(Debug)]
pub(super) struct Monitored {
    conference: ConferenceId,
    identity: Identity,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The card is being opened.
    Opening { asker: Asker, port: Box<ConsolePort>, talk: bool },
    /// It is heard.
    Up { port: PortId },
}

/// The ends of a console that a sound card is given.
#[derive(Debug)]
pub struct CardEnds {
    /// What it plays.
    pub speaker: Speaker,
    /// What it records, if that is wanted.
    pub microphone: Option<Microphone>,
}

impl Control {
    pub(super) fn on_monitor(&mut self, asker: Asker, request: Monitor) {
        let Monitor { conferenceid, talk } = request;
        let Some(conference) = conferenceid else {
            let monitoring = ExtensionResponse::Monitoring(Monitoring { conferenceid: None });
            let identity = asker.identity;
            self.end_monitor(|monitored| monitored.identity == identity);
            return self.reply(asker, Response::Extension(monitoring));
        };
        if let Err(reason) = self.room_of(asker.identity, conference.as_str()) {
            return self.refuse_monitor(asker, reason);
        }
        if let Some(other) = &self.monitored {
            let reason = format!("the sound card is in use for {}", other.conference);
            return self.refuse_monitor(asker, reason);
        }
        let (port, speaker, microphone) = console();
        let ends = CardEnds { speaker, microphone: talk.then_some(microphone) };
        self.outputs.push_back(Output::OpenSoundCard(ends));
        let identity = asker.identity;
        let state = State::Opening { asker, port: Box::new(port), talk };
        self.monitored = Some(Monitored { conference, identity, state });
    }

    pub(super) fn on_sound_card_opened(&mut self, result: Result<(), String>) {
        let Some(Monitored { conference, identity, state }) = self.monitored.take() else { return };
        let State::Opening { asker, port, talk } = state else {
            self.monitored = Some(Monitored { conference, identity, state });
            return;
        };
        let put = result.and_then(|()| self.put_console(&asker, &conference, port, talk));
        match put {
            Ok(port) => {
                info!(%conference, talk, "conference on the sound card");
                let state = State::Up { port };
                self.monitored = Some(Monitored { conference, identity, state });
            }
            Err(reason) => {
                self.outputs.push_back(Output::CloseSoundCard);
                self.refuse_monitor(asker, reason);
            }
        }
    }

    fn put_console(
        &mut self,
        asker: &Asker,
        conference: &ConferenceId,
        body: Box<ConsolePort>,
        talk: bool,
    ) -> Result<PortId, String> {
        let room = self.room_of(asker.identity, conference.as_str())?;
        let port = self.stage.handle.reserve_port().map_err(|full| full.to_string())?;
        let mut plan = Plan::new();
        let topology = &mut self.stage.topology;
        topology.add_port(&mut plan, port, body, Media::plain(device::RATE));
        let directions = if talk { Directions::Both } else { Directions::BToA };
        let joined = topology.join(&mut plan, port, room, directions);
        if let Err(error) = joined {
            // It was just added.
            let _ = topology.remove(&mut plan, port);
            self.stage.submit(plan, Vec::new());
            return Err(error.to_string());
        }
        self.owners.insert(port, Owner::Server);
        let conferenceid = Some(conference.clone());
        let answer = ExtensionResponse::Monitoring(Monitoring { conferenceid });
        let owed = Owed::Reply(asker.clone(), Response::Extension(answer));
        self.stage.submit(plan, vec![owed]);
        Ok(port)
    }

    /// The conference is no more, or nobody is to hear it.
    pub(super) fn end_monitor_of(&mut self, conference: &ConferenceId) {
        self.end_monitor(|monitored| monitored.conference == *conference);
    }

    fn end_monitor(&mut self, which: impl Fn(&Monitored) -> bool) {
        let Some(monitored) = self.monitored.take_if(|it| which(it)) else { return };
        self.outputs.push_back(Output::CloseSoundCard);
        match monitored.state {
            State::Opening { asker, .. } => {
                self.refuse_monitor(asker, "the conference is over".to_owned());
            }
            State::Up { port } => {
                self.owners.remove(&port);
                let mut plan = Plan::new();
                // It was added when the card was opened, and only here is it removed.
                let _ = self.stage.topology.remove(&mut plan, port);
                self.stage.submit(plan, Vec::new());
            }
        }
    }

    fn refuse_monitor(&mut self, asker: Asker, reason: String) {
        let refused = ExtensionResponse::ErrorMonitor(ErrorMonitor { reason });
        self.reply(asker, Response::Extension(refused));
    }
}
