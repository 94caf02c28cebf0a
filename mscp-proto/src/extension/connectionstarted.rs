//! ```xml
//! <a:connectionstarted xmlns:a="urn:antiphon:mscp:1" connectionid="a84b4c71@10.0.0.2;1923;1134"
//!   from="sip:alice@example.com" to="sip:ms@example.com" codec="PCMU"/>
//! ```

use crate::error::Fault;
use crate::id::ConnectionId;
use crate::xml::{Element, Wire, Writer};

/// Notification from the MS to a watching channel: a call is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionStarted {
    /// Its id.
    pub connectionid: ConnectionId,
    /// The URI of the SIP From header.
    pub from: String,
    /// The URI of the SIP To header.
    pub to: String,
    /// The negotiated audio codec, if there is audio.
    pub codec: Option<String>,
}

impl Wire for ConnectionStarted {
    const NAME: &'static str = "connectionstarted";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let started = Self {
            connectionid: attributes.required_id("connectionid")?,
            from: attributes.required("from")?.value.clone(),
            to: attributes.required("to")?.value.clone(),
            codec: attributes.text("codec"),
        };
        attributes.finish()?;
        element.no_children()?;
        Ok(started)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .attribute("connectionid", &self.connectionid)
            .attribute("from", &self.from)
            .attribute("to", &self.to)
            .optional("codec", self.codec.as_ref())
            .empty();
    }
}
