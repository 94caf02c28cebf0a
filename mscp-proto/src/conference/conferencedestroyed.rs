//! ```xml
//! <conferencedestroyed conferenceid="conf1"/>
//! ```

use crate::error::Fault;
use crate::id::ConferenceId;
use crate::xml::{Element, Wire, Writer};

/// Response: the conference has ended (5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceDestroyed {
    /// The conference.
    pub conferenceid: ConferenceId,
}

impl Wire for ConferenceDestroyed {
    const NAME: &'static str = "conferencedestroyed";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let conferenceid = attributes.required_id("conferenceid")?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { conferenceid })
    }

    fn write(&self, writer: &mut Writer) {
        writer.tag(Self::NAME).attribute("conferenceid", &self.conferenceid).empty();
    }
}
