//! ```xml
//! <errordialogwrongstate dialogid="vxi1" reason="the dialog is already running"/>
//! ```

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::optional_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Response: the dialog is in no state for this request (4.1, 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDialogWrongState {
    /// The dialog.
    pub dialogid: DialogId,
    /// Its end point, if it has one.
    pub endpoint: Option<EndPoint>,
    /// Which state it is in and which the request needs, for a person.
    pub reason: String,
}

impl Wire for ErrorDialogWrongState {
    const NAME: &'static str = "errordialogwrongstate";

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
