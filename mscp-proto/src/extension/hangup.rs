//! ```xml
//! <a:hangup xmlns:a="urn:antiphon:mscp:1" connectionid="a84b4c71@10.0.0.2;1923;1134"/>
//!
//! <a:hungup xmlns:a="urn:antiphon:mscp:1" connectionid="a84b4c71@10.0.0.2;1923;1134"/>
//!
//! <a:errorhangup xmlns:a="urn:antiphon:mscp:1" connectionid="x" reason="no such connection"/>
//! ```

use crate::error::Fault;
use crate::id::ConnectionId;
use crate::xml::{Element, Wire, Writer};

/// Request: end a connection from the server's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hangup {
    /// Which one.
    pub connectionid: ConnectionId,
}

/// Response: the connection is being ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HungUp {
    /// As in the request.
    pub connectionid: ConnectionId,
}

/// Response: the connection could not be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorHangup {
    /// As in the request.
    pub connectionid: ConnectionId,
    /// Why, for a person.
    pub reason: String,
}

impl Wire for Hangup {
    const NAME: &'static str = "hangup";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let connectionid = attributes.required_id("connectionid")?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { connectionid })
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).attribute("connectionid", &self.connectionid).empty();
    }
}

impl Wire for HungUp {
    const NAME: &'static str = "hungup";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let connectionid = attributes.required_id("connectionid")?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { connectionid })
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).attribute("connectionid", &self.connectionid).empty();
    }
}

impl Wire for ErrorHangup {
    const NAME: &'static str = "errorhangup";

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
