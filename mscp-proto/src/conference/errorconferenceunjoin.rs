//! ```xml
//! <errorconferenceunjoin id1="conf1" id2="connection1" reason="internal error"/>
//! ```

use crate::error::Fault;
use crate::id::ParticipantId;
use crate::xml::{Element, Wire, Writer};

/// Response: the two could not be unjoined (5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorConferenceUnjoin {
    /// As in the request.
    pub id1: ParticipantId,
    /// As in the request.
    pub id2: ParticipantId,
    /// Why, for a person.
    pub reason: String,
}

impl Wire for ErrorConferenceUnjoin {
    const NAME: &'static str = "errorconferenceunjoin";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let id1 = attributes.required_id("id1")?;
        let id2 = attributes.required_id("id2")?;
        let reason = attributes.required("reason")?.value.clone();
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { id1, id2, reason })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("id1", &self.id1)
            .attribute("id2", &self.id2)
            .attribute("reason", &self.reason)
            .empty();
    }
}
