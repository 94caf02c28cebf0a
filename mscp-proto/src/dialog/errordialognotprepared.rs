//! ```xml
//! <errordialognotprepared dialogid="vxi1"
//!   reason="HTTP 404 error: http://www.example.com/playprompt.vxml"/>
//! ```

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::optional_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Response: the dialog could not be prepared (4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDialogNotPrepared {
    /// Mandatory although nothing was prepared: a fresh id that names nothing.
    pub dialogid: DialogId,
    /// The end point the request named, if it named one.
    pub endpoint: Option<EndPoint>,
    /// Why, for a person.
    pub reason: String,
}

impl Wire for ErrorDialogNotPrepared {
    const NAME: &'static str = "errordialognotprepared";

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
