//! ```xml
//! <errordialog connectionid="connection1" dialogid="vxi1" reason="hardware error"/>
//! ```

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::optional_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Notification from the MS: the dialog ended abnormally (4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDialog {
    /// The dialog.
    pub dialogid: DialogId,
    /// What it stood on.
    pub endpoint: Option<EndPoint>,
    /// Why, for a person.
    pub reason: String,
}

impl Wire for ErrorDialog {
    const NAME: &'static str = "errordialog";

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
