//! ```xml
//! <conferencejoined id1="conf1" id2="connection1"/>
//! ```

use crate::error::Fault;
use crate::id::ParticipantId;
use crate::xml::{Element, Wire, Writer};

/// Response: the first frame under the new streams has been mixed (5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceJoined {
    /// As in the request.
    pub id1: ParticipantId,
    /// As in the request.
    pub id2: ParticipantId,
}

impl Wire for ConferenceJoined {
    const NAME: &'static str = "conferencejoined";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let id1 = attributes.required_id("id1")?;
        let id2 = attributes.required_id("id2")?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { id1, id2 })
    }

    fn write(&self, writer: &mut Writer) {
        writer.tag(Self::NAME).attribute("id1", &self.id1).attribute("id2", &self.id2).empty();
    }
}
