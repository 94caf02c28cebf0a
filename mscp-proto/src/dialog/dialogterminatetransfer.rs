//! ```xml
//! <dialogterminatetransfer dialogid="vxi1" reason="near_end_disconnect"/>
//! ```

use std::fmt;

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::optional_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Notification from the MS: end a bridge transfer (4.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogTerminateTransfer {
    /// The dialog.
    pub dialogid: DialogId,
    /// What it stands on.
    pub endpoint: Option<EndPoint>,
    /// Why.
    pub reason: TerminateTransferReason,
}

/// The one value 4.9 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TerminateTransferReason {
    /// `near_end_disconnect`: the caller asked for it.
    NearEndDisconnect,
}

impl Wire for DialogTerminateTransfer {
    const NAME: &'static str = "dialogterminatetransfer";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.required_id("dialogid")?;
        let endpoint = optional_endpoint(element, &mut attributes)?;
        let reason = attributes.required("reason")?.as_one_of(&TerminateTransferReason::NAMES)?;
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { dialogid, endpoint, reason })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("dialogid", &self.dialogid)
            .endpoint(self.endpoint.as_ref())
            .attribute("reason", self.reason)
            .empty();
    }
}

impl TerminateTransferReason {
    const NAMES: [(&'static str, Self); 1] = [("near_end_disconnect", Self::NearEndDisconnect)];
}

impl fmt::Display for TerminateTransferReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NearEndDisconnect => "near_end_disconnect",
        })
    }
}
