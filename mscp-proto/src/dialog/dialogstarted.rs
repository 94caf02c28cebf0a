//! ```xml
//! <dialogstarted dialogid="vxi1" connectionid="connection1"/>
//! ```

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::required_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Response: the dialog runs (4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogStarted {
    /// The id of the dialog; the `prepareddialogid` of the request if it had one.
    pub dialogid: DialogId,
    /// What the dialog stands on; here the draft makes one of the two ids mandatory.
    pub endpoint: EndPoint,
}

impl Wire for DialogStarted {
    const NAME: &'static str = "dialogstarted";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.required_id("dialogid")?;
        let endpoint = required_endpoint(element, &mut attributes)?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { dialogid, endpoint })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("dialogid", &self.dialogid)
            .endpoint(Some(&self.endpoint))
            .empty();
    }
}
