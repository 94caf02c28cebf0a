//! ```xml
//! <a:connectionended xmlns:a="urn:antiphon:mscp:1" connectionid="a84b4c71@10.0.0.2;1923;1134"
//!   reason="BYE from the caller"/>
//! ```

use crate::error::Fault;
use crate::id::ConnectionId;
use crate::xml::{Element, Wire, Writer};

/// Notification from the MS to a watching channel: a call is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionEnded {
    /// Its id.
    pub connectionid: ConnectionId,
    /// Why, for a person.
    pub reason: String,
}

impl Wire for ConnectionEnded {
    const NAME: &'static str = "connectionended";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let connectionid = attributes.required_id("connectionid")?;
        let reason = attributes.required("reason")?.value.clone();
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { connectionid, reason })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .attribute("connectionid", &self.connectionid)
            .attribute("reason", &self.reason)
            .empty();
    }
}
