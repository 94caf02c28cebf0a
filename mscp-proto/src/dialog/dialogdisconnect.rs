//! ```xml
//! <dialogdisconnect dialogid="vxi1"/>
//! ```

use super::children::namelist_only;
use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::{Namelist, optional_endpoint};
use crate::xml::{Element, Wire, Writer};

/// Notification from the MS: the script asks to disconnect the call (4.7).
///
/// The AS answers with `<dialogterminate>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogDisconnect {
    /// The dialog.
    pub dialogid: DialogId,
    /// What it stands on.
    pub endpoint: Option<EndPoint>,
    /// Data from the script or for it.
    pub namelist: Namelist,
}

impl Wire for DialogDisconnect {
    const NAME: &'static str = "dialogdisconnect";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.required_id("dialogid")?;
        let endpoint = optional_endpoint(element, &mut attributes)?;
        attributes.finish()?;
        let namelist = namelist_only(element)?;
        Ok(Self { dialogid, endpoint, namelist })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("dialogid", &self.dialogid)
            .endpoint(self.endpoint.as_ref())
            .content(|writer| self.namelist.write(writer));
    }
}
