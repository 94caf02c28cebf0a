//! ```xml
//! <errorconferencecreate conferenceid="conf1" reason="no conference mixer available"/>
//! ```

use crate::error::Fault;
use crate::id::ConferenceId;
use crate::xml::{Element, Wire, Writer};

/// Response: the conference could not be created (5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorConferenceCreate {
    /// Mandatory although nothing was created: a fresh id that names nothing.
    pub conferenceid: ConferenceId,
    /// Why, for a person.
    pub reason: String,
}

impl Wire for ErrorConferenceCreate {
    const NAME: &'static str = "errorconferencecreate";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let conferenceid = attributes.required_id("conferenceid")?;
        let reason = attributes.required("reason")?.value.clone();
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { conferenceid, reason })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("conferenceid", &self.conferenceid)
            .attribute("reason", &self.reason)
            .empty();
    }
}
