//! ```xml
//! <dialogtransfercomplete dialogid="vxi1" reason="maxtime_disconnect"/>
//! ```

use std::fmt;

use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::optional_endpoint;
use crate::xml::{Element, Wire, Writer};

/// Notification from the AS: a transfer is over (4.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogTransferComplete {
    /// The dialog.
    pub dialogid: DialogId,
    /// What it stands on.
    pub endpoint: Option<EndPoint>,
    /// Why.
    pub reason: TransferCompleteReason,
}

/// The values 4.10 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferCompleteReason {
    /// `maxtime_disconnect`: maxtime has elapsed.
    MaxtimeDisconnect,
    /// `busy`: the callee answered 486.
    Busy,
    /// `network_busy`: the callee answered 6xx.
    NetworkBusy,
    /// `noanswer`: no final answer within connecttimeout.
    NoAnswer,
}

impl DialogTransferComplete {
    /// What 4.8.2 still calls this element; it is read and never written.
    pub(crate) const ALIAS: &'static str = "dialogterminatecomplete";
}

impl Wire for DialogTransferComplete {
    const NAME: &'static str = "dialogtransfercomplete";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let dialogid = attributes.required_id("dialogid")?;
        let endpoint = optional_endpoint(element, &mut attributes)?;
        let reason = attributes.required("reason")?.as_one_of(&TransferCompleteReason::NAMES)?;
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

impl TransferCompleteReason {
    const NAMES: [(&'static str, Self); 4] = [
        ("maxtime_disconnect", Self::MaxtimeDisconnect),
        ("busy", Self::Busy),
        ("network_busy", Self::NetworkBusy),
        ("noanswer", Self::NoAnswer),
    ];
}

impl fmt::Display for TransferCompleteReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MaxtimeDisconnect => "maxtime_disconnect",
            Self::Busy => "busy",
            Self::NetworkBusy => "network_busy",
            Self::NoAnswer => "noanswer",
        })
    }
}
