//! ```xml
//! <dialoguser name="myapp.update" dialogid="vxi1">
//!   <namelist>
//!     <item name="city" value="San Francisco"/>
//!   </namelist>
//! </dialoguser>
//! ```

use super::children::namelist_only;
use crate::datatype::EventName;
use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::{Namelist, optional_endpoint};
use crate::xml::{Element, Wire, Writer};

/// Notification, either way: an event while a dialog runs (4.6).
///
/// One example of 6.3 writes `event` for `name`; both are read, `name` is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogUser {
    /// What happened.
    pub name: EventName,
    /// The dialog.
    pub dialogid: DialogId,
    /// What it stands on.
    pub endpoint: Option<EndPoint>,
    /// Data from the script or for it.
    pub namelist: Namelist,
}

impl Wire for DialogUser {
    const NAME: &'static str = "dialoguser";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let name = EventName::read(&mut attributes)?;
        let dialogid = attributes.required_id("dialogid")?;
        let endpoint = optional_endpoint(element, &mut attributes)?;
        attributes.finish()?;
        let namelist = namelist_only(element)?;
        Ok(Self { name, dialogid, endpoint, namelist })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("name", &self.name)
            .attribute("dialogid", &self.dialogid)
            .endpoint(self.endpoint.as_ref())
            .content(|writer| self.namelist.write(writer));
    }
}
