//! Recordings of conferences and connections (the project's own requests, `record` and
//! `recordcontrol`).
//!
//! ```text
//!  record ──▶ Opening ── files are there ──▶ Recording ⇄ Paused ──▶ (the recorder says it is over)
//! ```
//!
//! What is recorded is heard by *taps*: ports of the engine like any other, which listen to the room
//! or to the connection. Only what a caller hears is not to be had that way, as it is the room without
//! its own voice: that tap sits in the leg. The shell's recorder takes the other ends and writes them
//! to files; here is decided who listens to what, and the application server is told of the end.
//!
//! - `requests`: what is asked for, checked.
//! - `taps`: putting taps on the engine and taking them off.

mod requests;
mod taps;

use std::collections::BTreeMap;

use media_io::recorder::{Coding, Ending, Feed, FileReport, Limits, Report, Tap};
use mixer::port::PortId;
use mixer::time::Time;
use mscp_proto::extension::{
    ErrorRecord, ExtensionNotification, ExtensionResponse, RecordAction, RecordEnded, RecordLayout,
    RecordedFile,
};
use mscp_proto::id::{ConnectionId, EndPoint};
use mscp_proto::notification::Notification;
use mscp_proto::response::Response;
use tracing::{info, warn};

use super::channels::{Identity, Subscriber};
use super::event::Output;
use super::{Asker, Control};

/// Recordings at one time. Each has a thread that writes it.
const RECORDINGS_MAX: usize = 64;

/// Names one recording between the control core and the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordingKey(pub u64);

/// What the shell's recorder is to begin with.
#[derive(Debug)]
pub struct NewRecording {
    /// How its files are coded.
    pub coding: Coding,
    /// What it may take.
    pub limits: Limits,
    /// When its time begins.
    pub started: Time,
    /// The file it begins with; one with a file for each speaker begins with none.
    pub file: Option<NewFile>,
}

/// A file to be written.
#[derive(Debug)]
pub struct NewFile {
    /// Its name within the folder for recordings.
    pub name: String,
    /// Whom it hears.
    pub feeds: Vec<Feed>,
    /// Whether all of them share one channel.
    pub mixed: bool,
}

/// What the shell's recorder is told.
#[derive(Debug)]
pub enum RecordingOrder {
    /// A further file.
    Add(NewFile),
    /// Cut out what is heard from then on.
    Pause(Time),
    /// Go on at that time.
    Resume(Time),
    /// Complete the files.
    Stop,
}

/// One recording.
#[derive(Debug)]
pub(super) struct Recording {
    key: RecordingKey,
    owner: Subscriber,
    endpoint: EndPoint,
    layout: RecordLayout,
    coding: Coding,
    /// Its file, or what the names of its files begin with and end in.
    file: (String, String),
    state: State,
    /// Its taps on the engine, by whom they listen to.
    taps: BTreeMap<PortId, PortId>,
    /// The connection in whose leg there is a tap.
    leg: Option<ConnectionId>,
    /// Who speaks in which file, of a recording with a file for each speaker.
    speakers: Vec<(String, ConnectionId)>,
}

#[derive(Debug)]
enum State {
    /// The recorder opens its file. The taps wait, in the order of the file's feeds.
    Opening {
        asker: Asker,
        taps: Vec<Tap>,
    },
    Recording,
    Paused,
    /// It has been stopped; its files are being completed.
    Stopping,
}

impl State {
    fn word(&self) -> &'static str {
        match self {
            State::Opening { .. } => "opening",
            State::Recording => "recording",
            State::Paused => "paused",
            State::Stopping => "stopping",
        }
    }
}

/// All recordings, by the names under which application servers know them.
#[derive(Debug, Default)]
pub(super) struct Recordings {
    by_id: BTreeMap<String, Recording>,
    last: u64,
}

impl Recordings {
    fn next(&mut self) -> (String, RecordingKey) {
        self.last += 1;
        (format!("recording-{}", self.last), RecordingKey(self.last))
    }

    fn id_of(&self, key: RecordingKey) -> Option<String> {
        self.by_id.iter().find(|(_, recording)| recording.key == key).map(|(id, _)| id.clone())
    }

    fn ids(&self, of: impl Fn(&Recording) -> bool) -> Vec<String> {
        self.by_id.iter().filter(|(_, it)| of(it)).map(|(id, _)| id.clone()).collect()
    }
}

impl Control {
    /// The recorder has its file, or cannot have it.
    pub(super) fn on_recording_opened(&mut self, key: RecordingKey, result: Result<(), String>) {
        let Some(id) = self.recordings.id_of(key) else { return };
        let Some(recording) = self.recordings.by_id.get_mut(&id) else { return };
        let State::Opening { asker, taps } =
            std::mem::replace(&mut recording.state, State::Recording)
        else {
            return;
        };
        let attached = result.and_then(|()| self.attach_taps(&id, &asker, taps));
        if let Err(reason) = attached {
            self.tell_recorder(key, RecordingOrder::Stop);
            self.detach_taps(&id);
            self.recordings.by_id.remove(&id);
            info!(recording = id, reason, "recording refused");
            self.refuse_recording(asker, reason);
        }
    }

    /// The recorder has completed the files, because it was told to or had to.
    pub(super) fn on_recording_ended(&mut self, key: RecordingKey, report: Report) {
        let Some(id) = self.recordings.id_of(key) else { return };
        self.detach_taps(&id);
        let Some(recording) = self.recordings.by_id.remove(&id) else { return };
        let Report { ending, files } = report;
        let (reason, complete) = (ending.to_string(), ending == Ending::Stopped);
        match complete {
            true => info!(recording = id, files = files.len(), "recording ended"),
            false => warn!(recording = id, reason, "recording broken off"),
        }
        let files = files.into_iter().map(|file| told(file, &recording.speakers)).collect();
        let ended = RecordEnded { recordid: id, reason, complete, files };
        let ended = Notification::Extension(ExtensionNotification::RecordEnded(ended));
        self.notify(&recording.owner, ended);
    }

    fn control_recording(&mut self, now: Time, id: &str, action: RecordAction) {
        let Some(recording) = self.recordings.by_id.get_mut(id) else { return };
        let key = recording.key;
        let (state, order) = match (&recording.state, action) {
            (State::Recording, RecordAction::Pause) => (State::Paused, RecordingOrder::Pause(now)),
            (State::Paused, RecordAction::Resume) => {
                (State::Recording, RecordingOrder::Resume(now))
            }
            (State::Recording | State::Paused, RecordAction::Stop) => {
                (State::Stopping, RecordingOrder::Stop)
            }
            // As it is to be already, or about to end.
            _ => return,
        };
        info!(recording = id, state = state.word(), "recording");
        recording.state = state;
        self.tell_recorder(key, order);
    }

    fn stop_recordings(&mut self, which: impl Fn(&Recording) -> bool) {
        for id in self.recordings.ids(which) {
            let Some(recording) = self.recordings.by_id.get_mut(&id) else { continue };
            let (key, before) =
                (recording.key, std::mem::replace(&mut recording.state, State::Stopping));
            self.tell_recorder(key, RecordingOrder::Stop);
            if let State::Opening { asker, .. } = before {
                self.recordings.by_id.remove(&id);
                self.refuse_recording(asker, "what was to be recorded has ended".to_owned());
            } else {
                self.detach_taps(&id);
            }
        }
    }

    /// What stands on this end point is over, for it is.
    pub(super) fn end_recordings_on(&mut self, end_point: &EndPoint) {
        self.stop_recordings(|recording| recording.endpoint == *end_point);
    }

    /// Ends the recordings of an application server that stayed away.
    pub(super) fn end_recordings_of(&mut self, identity: Identity) {
        self.stop_recordings(|recording| recording.owner.identity == identity);
    }

    /// Ends all of them.
    pub(super) fn end_recordings(&mut self) {
        self.stop_recordings(|_| true);
    }

    fn tell_recorder(&mut self, key: RecordingKey, order: RecordingOrder) {
        self.outputs.push_back(Output::TellRecorder { key, order });
    }

    fn refuse_recording(&mut self, asker: Asker, reason: String) {
        let refused = ExtensionResponse::ErrorRecord(ErrorRecord { reason });
        self.reply(asker, Response::Extension(refused));
    }
}

fn told(file: FileReport, speakers: &[(String, ConnectionId)]) -> RecordedFile {
    let FileReport { name, bytes, duration, lost } = file;
    let ms = |duration: std::time::Duration| u32::try_from(duration.as_millis());
    let speaker = speakers.iter().find(|(of, _)| *of == name);
    RecordedFile {
        connectionid: speaker.map(|(_, id)| id.clone()),
        name,
        bytes,
        ms: ms(duration).unwrap_or(u32::MAX),
        lostms: ms(lost).unwrap_or(u32::MAX),
    }
}
