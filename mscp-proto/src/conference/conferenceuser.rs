//! ```xml
//! <conferenceuser name="floorcontrol.setactive" conferenceid="conf1">
//!   <namelist>
//!     <item name="connectionid" value="connection1"/>
//!   </namelist>
//! </conferenceuser>
//! ```

use crate::datatype::EventName;
use crate::error::Fault;
use crate::id::{ConferenceId, ConnectionId};
use crate::shared::Namelist;
use crate::xml::{Element, Wire, Writer};

/// Notification, either way: an event of a conference (5.5).
///
/// `activespeaker` goes from the MS to the AS, `floorcontrol.*` from the AS to the MS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceUser {
    /// What happened, or what shall happen.
    pub name: EventName,
    /// The conference.
    pub conferenceid: ConferenceId,
    /// Data of the event.
    pub namelist: Namelist,
}

impl ConferenceUser {
    /// Who speaks now: one `speaker` item each, in this order (5.1).
    pub fn active_speaker(
        conferenceid: ConferenceId,
        speakers: impl IntoIterator<Item = ConnectionId>,
    ) -> Option<Self> {
        let speakers = speakers.into_iter().map(|id| ("speaker", id.as_str().to_owned()));
        let namelist = Namelist::of(speakers);
        Some(Self { name: EventName::new("activespeaker")?, conferenceid, namelist })
    }

    /// How many take part now: one item `total` (the example of 5.5).
    pub fn attendance_update(conferenceid: ConferenceId, total: usize) -> Option<Self> {
        let namelist = Namelist::of([("total", total.to_string())]);
        Some(Self { name: EventName::new("attendance.update")?, conferenceid, namelist })
    }
}

impl Wire for ConferenceUser {
    const NAME: &'static str = "conferenceuser";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let name = EventName::read(&mut attributes)?;
        let conferenceid = attributes.required_id("conferenceid")?;
        attributes.finish()?;
        let mut namelist = Namelist::default();
        for child in element.known_children()? {
            match child.name.as_str() {
                "namelist" => namelist.extend_from(child)?,
                _ => return Err(element.unexpected(child)),
            }
        }
        Ok(Self { name, conferenceid, namelist })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("name", &self.name)
            .attribute("conferenceid", &self.conferenceid)
            .content(|writer| self.namelist.write(writer));
    }
}
