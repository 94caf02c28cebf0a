//! ```xml
//! <dialogterminate dialogid="vxi1" immediate="true"/>
//! ```

use crate::error::Fault;
use crate::id::DialogId;
use crate::xml::{Element, Wire, Writer};

/// Notification from the AS: end a dialog that was prepared or started (4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogTerminate {
    /// The dialog.
    pub dialogid: DialogId,
    /// If true, the MS sends not one further notification for the dialog; if false, the default,
    /// the script ends through its normal exit and `<dialogexit>` follows.
    pub immediate: bool,
}

impl Wire for DialogTerminate {
    const NAME: &'static str = "dialogterminate";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.required_id("dialogid")?;
        let immediate = attributes.boolean("immediate", false)?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { dialogid, immediate })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("dialogid", &self.dialogid)
            .unless("immediate", self.immediate, false)
            .empty();
    }
}
