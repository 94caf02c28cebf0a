//! `record` and `recordcontrol`: what is asked for, checked.

use std::collections::BTreeMap;
use std::time::Duration;

use media_io::recorder::{Coding, Limits, tap};
use mixer::port::Rate;
use mixer::time::Time;
use mixer::topology::EndPoint as EnginePoint;
use mscp_proto::extension::{ExtensionResponse, Record, RecordControl, RecordLayout, RecordState};
use mscp_proto::id::EndPoint;
use mscp_proto::response::Response;
use tracing::info;

use super::{NewFile, NewRecording, RECORDINGS_MAX, Recording, State};
use crate::control::event::Output;
use crate::control::{Asker, Control};

/// Bytes of the longest name of a file: file systems have 255, of which the number of a speaker takes
/// some.
const NAME_BYTES_MAX: usize = 200;

impl Control {
    pub(in crate::control) fn on_record(&mut self, now: Time, asker: Asker, request: Record) {
        let refused = asker.clone();
        if let Err(reason) = self.begin_recording(now, asker, request) {
            info!(reason, "recording refused");
            self.refuse_recording(refused, reason);
        }
    }

    fn begin_recording(&mut self, now: Time, asker: Asker, request: Record) -> Result<(), String> {
        let limits = self.settings.recordings.ok_or("recordings.folder is not set")?;
        if self.recordings.by_id.len() >= RECORDINGS_MAX {
            return Err(format!("all {RECORDINGS_MAX} recordings are in use"));
        }
        let Record { endpoint, file, layout, rate, maxseconds } = request;
        check_layout(&endpoint, layout)?;
        let target = self.check_end_point(asker.identity, &endpoint)?;
        let (stem, ending) = parts_of(&file)?;
        let coding = self.coding_of(&ending, rate, target)?;
        self.check_leg(&endpoint, layout)?;
        let (id, key) = self.recordings.next();
        // As many as the file has feeds; one with a file for each speaker has taps as these come.
        let taps = match layout {
            RecordLayout::Tracks => 0,
            RecordLayout::In => 1,
            RecordLayout::Mono if matches!(endpoint, EndPoint::Conference(_)) => 1,
            RecordLayout::Mono | RecordLayout::Stereo => 2,
        };
        // What a caller hears has its own rate, which may change, and is converted on its way to disk.
        let rates = [coding.rate(), Rate::Full];
        let (taps, feeds): (Vec<_>, Vec<_>) = rates.into_iter().take(taps).map(tap).unzip();
        let name = format!("{stem}.{ending}");
        let mixed = layout == RecordLayout::Mono;
        let file = (!feeds.is_empty()).then_some(NewFile { name, feeds, mixed });
        let limits = shortened(limits, maxseconds);
        let recording = NewRecording { coding, limits, started: now, file };
        self.outputs.push_back(Output::Record { key, recording });
        info!(recording = id, %endpoint, ?layout, "recording is asked for");
        let recording = Recording {
            key,
            owner: asker.subscriber(),
            endpoint,
            layout,
            coding,
            file: (stem, ending),
            state: State::Opening { asker, taps },
            taps: BTreeMap::new(),
            leg: None,
            speakers: Vec::new(),
        };
        self.recordings.by_id.insert(id, recording);
        Ok(())
    }

    /// What a caller hears is recorded by one tap.
    pub(super) fn check_leg(
        &self,
        endpoint: &EndPoint,
        layout: RecordLayout,
    ) -> Result<(), String> {
        let EndPoint::Connection(connection) = endpoint else { return Ok(()) };
        let hears = matches!(layout, RecordLayout::Mono | RecordLayout::Stereo);
        match hears && self.recordings.by_id.values().any(|it| it.leg.as_ref() == Some(connection))
        {
            true => Err(format!("what {connection} hears is being recorded already")),
            false => Ok(()),
        }
    }

    fn coding_of(
        &self,
        ending: &str,
        rate: Option<u32>,
        target: EnginePoint,
    ) -> Result<Coding, String> {
        let wanted = match rate {
            None => self.stage.topology.rate_of(target),
            Some(hz) => Rate::ALL
                .into_iter()
                .find(|rate| rate.hz() == hz)
                .ok_or_else(|| format!("a rate of {hz} Hz; there are 8000, 16000 and 48000"))?,
        };
        match ending {
            "wav" => Ok(Coding::Wav(wanted)),
            _ if rate.is_some_and(|hz| hz != Rate::Full.hz()) => {
                Err("Opus files have 48000 Hz".to_owned())
            }
            _ => Ok(Coding::OggOpus),
        }
    }

    pub(in crate::control) fn on_record_control(
        &mut self,
        now: Time,
        asker: Asker,
        request: RecordControl,
    ) {
        let RecordControl { recordid, action } = request;
        let theirs = |recording: &Recording| recording.owner.identity == asker.identity;
        if !self.recordings.by_id.get(&recordid).is_some_and(theirs) {
            return self.refuse_recording(asker, format!("no such recording: {recordid}"));
        }
        self.control_recording(now, &recordid, action);
        let state = self.recordings.by_id.get(&recordid).map_or("stopping", |it| it.state.word());
        let state = RecordState { recordid, state: state.to_owned() };
        self.reply(asker, Response::Extension(ExtensionResponse::Recording(state)));
    }
}

fn check_layout(endpoint: &EndPoint, layout: RecordLayout) -> Result<(), String> {
    match (endpoint, layout) {
        (EndPoint::Conference(_), RecordLayout::Stereo | RecordLayout::In) => {
            Err("a conference is recorded as mono or tracks".to_owned())
        }
        (EndPoint::Connection(_), RecordLayout::Tracks) => {
            Err("a connection is recorded as mono, stereo or in".to_owned())
        }
        (EndPoint::Conference(_) | EndPoint::Connection(_), _) => Ok(()),
    }
}

/// The name of a file within the folder, and nothing else: what comes before its ending, and that.
fn parts_of(file: &str) -> Result<(String, String), String> {
    let leads_out = file.contains(['/', '\\', '\0']) || file.starts_with('.');
    if file.is_empty() || leads_out || file.chars().any(char::is_control) {
        return Err(format!("{file:?} is not the name of a file in the folder for recordings"));
    }
    if file.len() > NAME_BYTES_MAX {
        return Err(format!("the name of the file is longer than {NAME_BYTES_MAX} bytes"));
    }
    let parts = file.rsplit_once('.').map(|(stem, ending)| (stem, ending.to_ascii_lowercase()));
    match parts {
        Some((stem, ending)) if ["wav", "opus", "ogg"].contains(&&*ending) => {
            Ok((stem.to_owned(), ending))
        }
        _ => Err(format!("{file:?} does not end in .wav, .opus or .ogg")),
    }
}

fn shortened(limits: Limits, maxseconds: Option<u32>) -> Limits {
    let asked = maxseconds.map(|seconds| Duration::from_secs(seconds.into()));
    let duration_max = asked.unwrap_or(limits.duration_max).min(limits.duration_max);
    Limits { duration_max, ..limits }
}
