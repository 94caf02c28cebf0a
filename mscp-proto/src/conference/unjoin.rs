//! ```xml
//! <unjoin id1="conf1" id2="connection1"/>
//! ```

use crate::error::{Fault, Subject};
use crate::id::ParticipantId;
use crate::xml::{Element, Wire, Writer};

/// Request to remove all streams between two participants (5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjoin {
    /// A connection, dialog or conference.
    pub id1: ParticipantId,
    /// What to unjoin from it.
    pub id2: ParticipantId,
}

impl Unjoin {
    pub(crate) fn subject(element: &Element) -> Option<Subject> {
        let mut attributes = element.attributes();
        let id1 = attributes.id("id1").ok()??;
        let id2 = attributes.id("id2").ok()??;
        Some(Subject::Unjoin { id1, id2 })
    }
}

impl Wire for Unjoin {
    const NAME: &'static str = "unjoin";

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
