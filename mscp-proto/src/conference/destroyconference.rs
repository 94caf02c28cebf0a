//! ```xml
//! <destroyconference conferenceid="conf1"/>
//! ```

use crate::error::{Fault, Subject};
use crate::id::ConferenceId;
use crate::xml::{Element, Wire, Writer};

/// Request to end a conference (5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestroyConference {
    /// The conference.
    pub conferenceid: ConferenceId,
}

impl DestroyConference {
    pub(crate) fn subject(element: &Element) -> Option<Subject> {
        let conferenceid = element.attributes().id("conferenceid").ok()??;
        Some(Subject::DestroyConference { conferenceid })
    }
}

impl Wire for DestroyConference {
    const NAME: &'static str = "destroyconference";

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
