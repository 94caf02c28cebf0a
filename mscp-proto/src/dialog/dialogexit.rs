//! ```xml
//! <dialogexit dialogid="vxi1" connectionid="connection1">
//!   <namelist>
//!     <item name="callerid" value="12345"/>
//!   </namelist>
//! </dialogexit>
//! ```

use super::children::namelist_only;
use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::{Namelist, optional_endpoint};
use crate::xml::{Element, Wire, Writer};

/// Notification from the MS: the dialog ended normally (4.4).
///
/// One example of 6.2 writes `dialog` for `dialogid`; both are read, `dialogid` is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogExit {
    /// The dialog.
    pub dialogid: DialogId,
    /// What it stands on.
    pub endpoint: Option<EndPoint>,
    /// Data from the script or for it.
    pub namelist: Namelist,
}

impl Wire for DialogExit {
    const NAME: &'static str = "dialogexit";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.aliased("dialogid", "dialog")?.as_id()?;
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
