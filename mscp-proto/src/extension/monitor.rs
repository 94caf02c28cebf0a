//! ```xml
//! <a:monitor xmlns:a="urn:antiphon:mscp:1" conferenceid="conf1" talk="true"/>
//! <a:monitor xmlns:a="urn:antiphon:mscp:1"/>
//!
//! <a:monitoring xmlns:a="urn:antiphon:mscp:1" conferenceid="conf1"/>
//!
//! <a:errormonitor xmlns:a="urn:antiphon:mscp:1" reason="there is no sound card to play"/>
//! ```

use crate::error::Fault;
use crate::id::ConferenceId;
use crate::xml::{Element, Wire, Writer};

/// Request: let a conference be heard on the server's own sound card, or no conference any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitor {
    /// Which one; without it, none.
    pub conferenceid: Option<ConferenceId>,
    /// Whether the card's microphone is heard in it.
    pub talk: bool,
}

/// Response: what is heard on the sound card from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitoring {
    /// As in the request.
    pub conferenceid: Option<ConferenceId>,
}

/// Response: it cannot be heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorMonitor {
    /// Why, for a person.
    pub reason: String,
}

impl Wire for Monitor {
    const NAME: &'static str = "monitor";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let conferenceid = attributes.id("conferenceid")?;
        let talk = attributes.boolean("talk", false)?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { conferenceid, talk })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .optional("conferenceid", self.conferenceid.as_ref())
            .unless("talk", self.talk, false)
            .empty();
    }
}

impl Wire for Monitoring {
    const NAME: &'static str = "monitoring";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let conferenceid = attributes.id("conferenceid")?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { conferenceid })
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).optional("conferenceid", self.conferenceid.as_ref()).empty();
    }
}

impl Wire for ErrorMonitor {
    const NAME: &'static str = "errormonitor";

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
