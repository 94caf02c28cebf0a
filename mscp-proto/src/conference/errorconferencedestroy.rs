//! ```xml
//! <errorconferencedestroy conferenceid="conf2"
//!   reason="conference identified by conf2 does not exist"/>
//! ```

use crate::error::Fault;
use crate::id::ConferenceId;
use crate::xml::{Element, Wire, Writer};

/// Response: the conference could not be ended (5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorConferenceDestroy {
    /// The conference.
    pub conferenceid: ConferenceId,
    /// Why, for a person.
    pub reason: String,
}

impl Wire for ErrorConferenceDestroy {
    const NAME: &'static str = "errorconferencedestroy";

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
