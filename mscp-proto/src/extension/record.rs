//! ```xml
//! <a:record xmlns:a="urn:antiphon:mscp:1" conferenceid="conf1" file="meeting.wav"
//!           layout="mono" rate="16000" maxseconds="3600"/>
//!
//! <a:recording xmlns:a="urn:antiphon:mscp:1" recordid="r1" state="recording"/>
//!
//! <a:recordcontrol xmlns:a="urn:antiphon:mscp:1" recordid="r1" action="pause"/>
//!
//! <a:errorrecord xmlns:a="urn:antiphon:mscp:1" reason="recordings.folder is not set"/>
//!
//! <a:recordended xmlns:a="urn:antiphon:mscp:1" recordid="r1" reason="stopped" complete="true">
//!   <a:file name="meeting.wav" ms="61240" bytes="1959760" lostms="0"/>
//! </a:recordended>
//! ```

use crate::error::Fault;
use crate::id::{ConnectionId, EndPoint};
use crate::shared::required_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Which channels and files a recording has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordLayout {
    /// One channel: all that is heard in a conference; both sides of a connection.
    #[default]
    Mono,
    /// Two channels of a connection: what its caller says, what its caller hears.
    Stereo,
    /// One channel of a connection: what its caller says.
    In,
    /// A file for each speaker of a conference, all on one timeline.
    Tracks,
}

/// What is to become of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordAction {
    /// Cut out what follows.
    Pause,
    /// Go on after that.
    Resume,
    /// End it.
    Stop,
}

/// Request: record a conference or a connection to a file of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What is recorded.
    pub endpoint: EndPoint,
    /// Name of the file within the folder for recordings; its ending tells the format.
    pub file: String,
    /// Channels and files.
    pub layout: RecordLayout,
    /// Sampling rate in Hz; without it, that of what is recorded.
    pub rate: Option<u32>,
    /// Length at most, in seconds; never more than the server allows.
    pub maxseconds: Option<u32>,
}

/// Request: pause, resume or stop a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordControl {
    /// Which one.
    pub recordid: String,
    /// What is to be done.
    pub action: RecordAction,
}

/// Response: how the recording stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordState {
    /// Its name.
    pub recordid: String,
    /// `recording`, `paused` or `stopping`.
    pub state: String,
}

/// Response: there is nothing recorded, or nothing of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorRecord {
    /// Why, for a person.
    pub reason: String,
}

/// Notification: a recording is over, and its files can be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordEnded {
    /// Its name.
    pub recordid: String,
    /// Why it ended, for a person.
    pub reason: String,
    /// Whether everything that was to be recorded is in its files: it was stopped, or what it recorded
    /// has ended.
    pub complete: bool,
    /// Its files.
    pub files: Vec<RecordedFile>,
}

/// A file in a [`RecordEnded`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedFile {
    /// Its name within the folder for recordings.
    pub name: String,
    /// Who speaks in it, in a recording with a file for each speaker.
    pub connectionid: Option<ConnectionId>,
    /// How long it plays, in ms.
    pub ms: u32,
    /// Its size.
    pub bytes: u64,
    /// How much of it is silence because the disk was too slow, in ms.
    pub lostms: u32,
}

const LAYOUTS: [(&str, RecordLayout); 4] = [
    ("mono", RecordLayout::Mono),
    ("stereo", RecordLayout::Stereo),
    ("in", RecordLayout::In),
    ("tracks", RecordLayout::Tracks),
];

const ACTIONS: [(&str, RecordAction); 3] = [
    ("pause", RecordAction::Pause),
    ("resume", RecordAction::Resume),
    ("stop", RecordAction::Stop),
];

impl Wire for Record {
    const NAME: &'static str = "record";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let endpoint = required_endpoint(element, &mut attributes)?;
        let file = attributes.required("file")?.value.clone();
        let layout = attributes.one_of("layout", &LAYOUTS)?;
        let rate = attributes.number("rate")?;
        let maxseconds = attributes.number("maxseconds")?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { endpoint, file, layout: layout.unwrap_or_default(), rate, maxseconds })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .endpoint(Some(&self.endpoint))
            .attribute("file", &self.file)
            .attribute("layout", name_of(&LAYOUTS, self.layout))
            .optional("rate", self.rate)
            .optional("maxseconds", self.maxseconds)
            .empty();
    }
}

impl Wire for RecordControl {
    const NAME: &'static str = "recordcontrol";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let recordid = attributes.required_id("recordid")?;
        let action = attributes.required("action")?.as_one_of(&ACTIONS)?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { recordid, action })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .attribute("recordid", &self.recordid)
            .attribute("action", name_of(&ACTIONS, self.action))
            .empty();
    }
}

impl Wire for RecordState {
    const NAME: &'static str = "recording";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let recordid = attributes.required_id("recordid")?;
        let state = attributes.required_id("state")?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { recordid, state })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .attribute("recordid", &self.recordid)
            .attribute("state", &self.state)
            .empty();
    }
}

impl Wire for ErrorRecord {
    const NAME: &'static str = "errorrecord";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let reason = attributes.required("reason")?.value.clone();
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { reason })
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).attribute("reason", &self.reason).empty();
    }
}

impl Wire for RecordEnded {
    const NAME: &'static str = "recordended";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let recordid = attributes.required_id("recordid")?;
        let reason = attributes.required("reason")?.value.clone();
        let complete = attributes.boolean("complete", true)?;
        attributes.finish()?;
        let mut files = Vec::new();
        for child in element.known_children()? {
            child.no_children()?;
            match child.name.as_str() {
                "file" => files.push(RecordedFile::read(child)?),
                _ => return Err(element.unexpected(child)),
            }
        }
        Ok(Self { recordid, reason, complete, files })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .attribute("recordid", &self.recordid)
            .attribute("reason", &self.reason)
            .attribute("complete", self.complete)
            .content(|writer| self.files.iter().for_each(|file| file.write(writer)));
    }
}

impl RecordedFile {
    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let bytes = attributes.required("bytes")?;
        let file = Self {
            name: attributes.required("name")?.value.clone(),
            connectionid: attributes.id("connectionid")?,
            ms: attributes.required("ms")?.as_number()?,
            // A file may have more than fit 32 bits.
            bytes: bytes.value.parse().map_err(|_| bytes.fault("bytes must be a whole number"))?,
            lostms: attributes.required("lostms")?.as_number()?,
        };
        attributes.finish()?;
        Ok(file)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag("a:file")
            .attribute("name", &self.name)
            .optional("connectionid", self.connectionid.as_ref())
            .attribute("ms", self.ms)
            .attribute("bytes", self.bytes)
            .attribute("lostms", self.lostms)
            .empty();
    }
}

/// The word for a value that has one.
fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, named)| *named == value).map_or("", |(name, _)| name)
}
