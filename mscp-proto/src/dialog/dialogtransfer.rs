//! ```xml
//! <dialogtransfer dialogid="vxi1" type="blind" uri="sip:callee@example.com"
//!   maxtime="0s" connecttimeout="20s"/>
//! ```

use std::fmt;
use std::time::Duration;

use super::children::namelist_only;
use crate::datatype::{format_duration, parse_duration};
use crate::error::Fault;
use crate::id::{DialogId, EndPoint};
use crate::shared::{Namelist, optional_endpoint};
use crate::xml::{Attributes, Element, Wire, Writer};

/// Notification from the MS: the script asks to transfer the call (4.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogTransfer {
    /// The dialog.
    pub dialogid: DialogId,
    /// Blind, bridge or another kind.
    pub transfer_type: TransferType,
    /// What the dialog stands on.
    pub endpoint: Option<EndPoint>,
    /// Where the call shall go.
    pub uri: String,
    /// How long the transfer may stay connected; zero is without limit.
    pub maxtime: Duration,
    /// How long to try to connect.
    pub connecttimeout: Duration,
    /// Application-to-application information for the destination.
    pub aai: Option<String>,
    /// Data from the script.
    pub namelist: Namelist,
}

/// The attribute `type`: the two the draft demands, and room for more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TransferType {
    /// `blind`: the AS refers the caller away and the dialog ends (4.8.1).
    Blind,
    /// `bridge`: the AS joins caller and callee, the dialog goes on (4.8.2). The prose also says
    /// "bridged", which is read.
    Bridge,
    /// A type the draft does not define.
    Other(String),
}

impl Wire for DialogTransfer {
    const NAME: &'static str = "dialogtransfer";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let transfer = Self {
            dialogid: attributes.required_id("dialogid")?,
            transfer_type: TransferType::from(attributes.required_id::<String>("type")?),
            endpoint: optional_endpoint(element, &mut attributes)?,
            uri: attributes.required_id("uri")?,
            maxtime: duration(&mut attributes, "maxtime")?,
            connecttimeout: duration(&mut attributes, "connecttimeout")?,
            aai: attributes.text("aai"),
            namelist: namelist_only(element)?,
        };
        attributes.finish()?;
        Ok(transfer)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag(Self::NAME)
            .attribute("dialogid", &self.dialogid)
            .attribute("type", &self.transfer_type)
            .endpoint(self.endpoint.as_ref())
            .attribute("uri", &self.uri)
            .attribute("maxtime", format_duration(self.maxtime))
            .attribute("connecttimeout", format_duration(self.connecttimeout))
            .optional("aai", self.aai.as_ref())
            .content(|writer| self.namelist.write(writer));
    }
}

impl From<String> for TransferType {
    fn from(name: String) -> Self {
        match name.as_str() {
            "blind" => Self::Blind,
            "bridge" | "bridged" => Self::Bridge,
            _ => Self::Other(name),
        }
    }
}

impl fmt::Display for TransferType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blind => "blind",
            Self::Bridge => "bridge",
            Self::Other(name) => name,
        })
    }
}

fn duration(attributes: &mut Attributes<'_>, name: &str) -> Result<Duration, Fault> {
    let attribute = attributes.required(name)?;
    parse_duration(&attribute.value).ok_or_else(|| {
        attribute.fault(format!(
            "{name} must be a time such as 20s or 1500ms, not \"{}\"",
            attribute.value
        ))
    })
}
