//! ```xml
//! <errordialognotstarted dialogid="vxi1" connectionid="connection1"
//!   reason="Unhandled VoiceXML error: error.semantic: variable xyz not defined"/>
//! ```

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::optional_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Response: the dialog could not be started (4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDialogNotStarted {
    /// The `prepareddialogid` of the request, or a fresh id that names nothing.
    pub dialogid: DialogId,
    /// The end point, where the request named one or the preparation did.
    pub endpoint: Option<EndPoint>,
    /// Why, for a person.
    pub reason: String,
}

impl ErrorDialogNotStarted {
    /// What one example of 4.2 calls this element; it is read and never written.
    pub(crate) const ALIAS: &'static str = "error.dialog.notstarted";
}

impl Wire for ErrorDialogNotStarted {
    const NAME: &'static str = "errordialognotstarted";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.required_id("dialogid")?;
        let endpoint = optional_endpoint(element, &mut attributes)?;
        let reason = attributes.required("reason")?.value.clone();
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { dialogid, endpoint, reason })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("dialogid", &self.dialogid)
            .endpoint(self.endpoint.as_ref())
            .attribute("reason", &self.reason)
            .empty();
    }
}
