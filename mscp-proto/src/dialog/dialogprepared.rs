//! ```xml
//! <dialogprepared dialogid="vxi1"/>
//! ```

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::optional_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Response: the dialog is prepared (4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogPrepared {
    /// The id the server gave the dialog.
    pub dialogid: DialogId,
    /// The end point the request named, if it named one.
    pub endpoint: Option<EndPoint>,
}

impl Wire for DialogPrepared {
    const NAME: &'static str = "dialogprepared";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.required_id("dialogid")?;
        let endpoint = optional_endpoint(element, &mut attributes)?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { dialogid, endpoint })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("dialogid", &self.dialogid)
            .endpoint(self.endpoint.as_ref())
            .empty();
    }
}
