//! ```xml
//! <join id1="conf1" id2="connection1">
//!   <stream type="audio" direction="receive"/>
//! </join>
//! ```

use std::fmt;

use crate::error::{Fault, Subject};
use crate::id::ParticipantId;
use crate::shared::Streams;
use crate::xml::{Attributes, Element, Wire, Writer};

/// Request to lay streams between two participants, or to change them (5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// A connection, dialog or conference; `receive` flows from it.
    pub id1: ParticipantId,
    /// What to join to it; `transmit` flows from it.
    pub id2: ParticipantId,
    /// Always in an `nbest` mix, however quiet.
    pub mediapreferred: bool,
    /// Played to this participant when another one joins.
    pub entertone: Tone,
    /// Played to this participant when another one leaves.
    pub exittone: Tone,
    /// Automatic gain on the way into the conference.
    pub autoinputgain: bool,
    /// Automatic gain on the way out of it.
    pub autooutputgain: bool,
    /// DTMF is removed from the participant's input.
    pub dtmfclamp: bool,
    /// Loud single tones are removed from the participant's input.
    pub toneclamp: bool,
    /// The streams between the two.
    pub streams: Streams,
}

/// `tone.datatype`: `true`, `false` or the URI of a sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// The server's own tone.
    #[default]
    On,
    /// None.
    Off,
    /// The sound at this URI.
    Uri(String),
}

impl Join {
    /// Joins two participants with audio both ways, everything else as the draft defaults it.
    pub fn new(id1: impl Into<ParticipantId>, id2: impl Into<ParticipantId>) -> Self {
        Self {
            id1: id1.into(),
            id2: id2.into(),
            mediapreferred: false,
            entertone: Tone::On,
            exittone: Tone::On,
            autoinputgain: true,
            autooutputgain: true,
            dtmfclamp: true,
            toneclamp: true,
            streams: Streams::default(),
        }
    }

    pub(crate) fn subject(element: &Element) -> Option<Subject> {
        let mut attributes = element.attributes();
        let id1 = attributes.id("id1").ok()??;
        let id2 = attributes.id("id2").ok()??;
        Some(Subject::Join { id1, id2 })
    }
}

impl Wire for Join {
    const NAME: &'static str = "join";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let join = Self {
            id1: attributes.required_id("id1")?,
            id2: attributes.required_id("id2")?,
            mediapreferred: attributes.boolean("mediapreferred", false)?,
            entertone: Tone::read(&mut attributes, "entertone")?,
            exittone: Tone::read(&mut attributes, "exittone")?,
            autoinputgain: attributes.boolean("autoinputgain", true)?,
            autooutputgain: attributes.boolean("autooutputgain", true)?,
            dtmfclamp: attributes.boolean("dtmfclamp", true)?,
            toneclamp: attributes.boolean("toneclamp", true)?,
            streams: streams(element)?,
        };
        attributes.finish()?;
        Ok(join)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("id1", &self.id1)
            .attribute("id2", &self.id2)
            .unless("mediapreferred", self.mediapreferred, false)
            .unless("entertone", &self.entertone, &Tone::On)
            .unless("exittone", &self.exittone, &Tone::On)
            .unless("autoinputgain", self.autoinputgain, true)
            .unless("autooutputgain", self.autooutputgain, true)
            .unless("dtmfclamp", self.dtmfclamp, true)
            .unless("toneclamp", self.toneclamp, true)
            .content(|writer| self.streams.write(writer));
    }
}

impl Tone {
    fn read(attributes: &mut Attributes<'_>, name: &str) -> Result<Self, Fault> {
        let Some(attribute) = attributes.take(name) else { return Ok(Self::On) };
        match attribute.value.trim_ascii() {
            "" => Err(attribute.fault(format!("{name} must be \"true\", \"false\" or a URI"))),
            "true" => Ok(Self::On),
            "false" => Ok(Self::Off),
            uri => Ok(Self::Uri(uri.to_owned())),
        }
    }
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "true",
            Self::Off => "false",
            Self::Uri(uri) => uri,
        })
    }
}

fn streams(element: &Element) -> Result<Streams, Fault> {
    let mut streams = Vec::new();
    for child in element.known_children()? {
        match child.name.as_str() {
            "stream" => streams.push(child),
            _ => return Err(element.unexpected(child)),
        }
    }
    Streams::read(&streams)
}
