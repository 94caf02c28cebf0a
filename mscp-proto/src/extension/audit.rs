//! ```xml
//! <a:audit xmlns:a="urn:antiphon:mscp:1"/>
//!
//! <a:auditresult xmlns:a="urn:antiphon:mscp:1">
//!   <a:conference conferenceid="conf1" state="active" participants="2"/>
//!   <a:connection connectionid="a84b4c71@10.0.0.2;1923;1134" state="established" codec="PCMU"/>
//!   <a:dialog dialogid="d1" connectionid="a84b4c71@10.0.0.2;1923;1134" state="started"/>
//!   <a:join id1="conf1" id2="a84b4c71@10.0.0.2;1923;1134" audio="both"/>
//! </a:auditresult>
//! ```

use crate::error::Fault;
use crate::id::{ConferenceId, ConnectionId, DialogId, EndPoint, ParticipantId};
use crate::shared::{DIRECTIONS, Direction, optional_endpoint};
use crate::xml::{Element, Wire, Writer};

/// Request: list what the channel's identity may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit;

/// Response: what there is, each kind in the order the server keeps it.
///
/// A `state` is one word of the server's; a client shows it and does not depend on the set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditResult {
    /// All conferences.
    pub conferences: Vec<AuditedConference>,
    /// All connections.
    pub connections: Vec<AuditedConnection>,
    /// All dialogs.
    pub dialogs: Vec<AuditedDialog>,
    /// All joins.
    pub joins: Vec<AuditedJoin>,
}

/// A conference in an [`AuditResult`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedConference {
    /// Its id.
    pub conferenceid: ConferenceId,
    /// Its state.
    pub state: String,
    /// How many connections, dialogs and conferences are joined to it.
    pub participants: u32,
}

/// A connection in an [`AuditResult`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedConnection {
    /// Its id.
    pub connectionid: ConnectionId,
    /// Its state.
    pub state: String,
    /// The negotiated audio codec, if there is one.
    pub codec: Option<String>,
}

/// A dialog in an [`AuditResult`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedDialog {
    /// Its id.
    pub dialogid: DialogId,
    /// What it stands on, once that is settled.
    pub endpoint: Option<EndPoint>,
    /// Its state.
    pub state: String,
}

/// A join in an [`AuditResult`]; directions as on `<join>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedJoin {
    /// First participant.
    pub id1: ParticipantId,
    /// Second participant.
    pub id2: ParticipantId,
    /// Where audio flows.
    pub audio: Option<Direction>,
    /// Where video flows.
    pub video: Option<Direction>,
}

impl Wire for Audit {
    const NAME: &'static str = "audit";

    fn read(element: &Element) -> Result<Self, Fault> {
        element.attributes().finish()?;
        element.no_children()?;
        Ok(Self)
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).empty();
    }
}

impl Wire for AuditResult {
    const NAME: &'static str = "auditresult";

    fn read(element: &Element) -> Result<Self, Fault> {
        element.attributes().finish()?;
        let mut result = Self::default();
        for child in element.known_children()? {
            child.no_children()?;
            match child.name.as_str() {
                "conference" => result.conferences.push(AuditedConference::read(child)?),
                "connection" => result.connections.push(AuditedConnection::read(child)?),
                "dialog" => result.dialogs.push(AuditedDialog::read(child)?),
                "join" => result.joins.push(AuditedJoin::read(child)?),
                _ => return Err(element.unexpected(child)),
            }
        }
        Ok(result)
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).content(|writer| {
            self.conferences.iter().for_each(|conference| conference.write(writer));
            self.connections.iter().for_each(|connection| connection.write(writer));
            self.dialogs.iter().for_each(|dialog| dialog.write(writer));
            self.joins.iter().for_each(|join| join.write(writer));
        });
    }
}

impl AuditedConference {
    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let conference = Self {
            conferenceid: attributes.required_id("conferenceid")?,
            state: attributes.required_id("state")?,
            participants: attributes.required("participants")?.as_number()?,
        };
        attributes.finish()?;
        Ok(conference)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag("a:conference")
            .attribute("conferenceid", &self.conferenceid)
            .attribute("state", &self.state)
            .attribute("participants", self.participants)
            .empty();
    }
}

impl AuditedConnection {
    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let connection = Self {
            connectionid: attributes.required_id("connectionid")?,
            state: attributes.required_id("state")?,
            codec: attributes.text("codec"),
        };
        attributes.finish()?;
        Ok(connection)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag("a:connection")
            .attribute("connectionid", &self.connectionid)
            .attribute("state", &self.state)
            .optional("codec", self.codec.as_ref())
            .empty();
    }
}

impl AuditedDialog {
    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialog = Self {
            dialogid: attributes.required_id("dialogid")?,
            endpoint: optional_endpoint(element, &mut attributes)?,
            state: attributes.required_id("state")?,
        };
        attributes.finish()?;
        Ok(dialog)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag("a:dialog")
            .attribute("dialogid", &self.dialogid)
            .endpoint(self.endpoint.as_ref())
            .attribute("state", &self.state)
            .empty();
    }
}

impl AuditedJoin {
    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let join = Self {
            id1: attributes.required_id("id1")?,
            id2: attributes.required_id("id2")?,
            audio: attributes.one_of("audio", &DIRECTIONS)?,
            video: attributes.one_of("video", &DIRECTIONS)?,
        };
        attributes.finish()?;
        Ok(join)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag("a:join")
            .attribute("id1", &self.id1)
            .attribute("id2", &self.id2)
            .optional("audio", self.audio)
            .optional("video", self.video)
            .empty();
    }
}
