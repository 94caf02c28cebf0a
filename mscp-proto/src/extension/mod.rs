//! What this project adds to the draft, in its own namespace (mscp.md section 6).
//!
//! A plain MSCP peer never meets these elements: the server sends them only as an answer to one of
//! these requests, or, [`ErrorReport`], where the draft has no element at all. One file per request
//! with its response, one per notification.

mod audit;
mod capabilities;
mod connectionended;
mod connectionstarted;
mod error;
mod hangup;
mod monitor;
mod record;
mod watch;

pub use audit::{
    Audit, AuditResult, AuditedConference, AuditedConnection, AuditedDialog, AuditedJoin,
};
pub use capabilities::{Capabilities, CapabilitiesList, Capability};
pub use connectionended::ConnectionEnded;
pub use connectionstarted::ConnectionStarted;
pub use error::ErrorReport;
pub use hangup::{ErrorHangup, Hangup, HungUp};
pub use monitor::{ErrorMonitor, Monitor, Monitoring};
pub use record::{
    ErrorRecord, Record, RecordAction, RecordControl, RecordEnded, RecordLayout, RecordState,
    RecordedFile,
};
pub use watch::{Watch, Watching};

use crate::error::Fault;
use crate::xml::{Element, Wire, Writer};

/// A request of the project's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtensionRequest {
    /// `<a:audit>`.
    Audit(Audit),
    /// `<a:watch>`.
    Watch(Watch),
    /// `<a:hangup>`.
    Hangup(Hangup),
    /// `<a:capabilities>`.
    Capabilities(Capabilities),
    /// `<a:record>`.
    Record(Record),
    /// `<a:recordcontrol>`.
    RecordControl(RecordControl),
    /// `<a:monitor>`.
    Monitor(Monitor),
}

/// A response of the project's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtensionResponse {
    /// `<a:auditresult>`.
    AuditResult(AuditResult),
    /// `<a:watching>`.
    Watching(Watching),
    /// `<a:hungup>`.
    HungUp(HungUp),
    /// `<a:errorhangup>`.
    ErrorHangup(ErrorHangup),
    /// `<a:capabilitieslist>`.
    CapabilitiesList(CapabilitiesList),
    /// `<a:recording>`.
    Recording(RecordState),
    /// `<a:errorrecord>`.
    ErrorRecord(ErrorRecord),
    /// `<a:monitoring>`.
    Monitoring(Monitoring),
    /// `<a:errormonitor>`.
    ErrorMonitor(ErrorMonitor),
}

/// A notification of the project's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtensionNotification {
    /// `<a:connectionstarted>`.
    ConnectionStarted(ConnectionStarted),
    /// `<a:connectionended>`.
    ConnectionEnded(ConnectionEnded),
    /// `<a:recordended>`.
    RecordEnded(RecordEnded),
}

impl ExtensionRequest {
    /// Whether the project's namespace has a request of this name.
    pub(crate) fn knows(name: &str) -> bool {
        matches!(
            name,
            Audit::NAME
                | Watch::NAME
                | Hangup::NAME
                | Capabilities::NAME
                | Record::NAME
                | RecordControl::NAME
                | Monitor::NAME
        )
    }

    pub(crate) fn read(element: &Element) -> Result<Self, Fault> {
        match element.name.as_str() {
            Audit::NAME => element.read().map(Self::Audit),
            Watch::NAME => element.read().map(Self::Watch),
            Hangup::NAME => element.read().map(Self::Hangup),
            Capabilities::NAME => element.read().map(Self::Capabilities),
            Record::NAME => element.read().map(Self::Record),
            RecordControl::NAME => element.read().map(Self::RecordControl),
            Monitor::NAME => element.read().map(Self::Monitor),
            name => Err(element.fault(format!("this server has no request <{name}>"))),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Audit(_) => Audit::NAME,
            Self::Watch(_) => Watch::NAME,
            Self::Hangup(_) => Hangup::NAME,
            Self::Capabilities(_) => Capabilities::NAME,
            Self::Record(_) => Record::NAME,
            Self::RecordControl(_) => RecordControl::NAME,
            Self::Monitor(_) => Monitor::NAME,
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Audit(element) => element.write(writer),
            Self::Watch(element) => element.write(writer),
            Self::Hangup(element) => element.write(writer),
            Self::Capabilities(element) => element.write(writer),
            Self::Record(element) => element.write(writer),
            Self::RecordControl(element) => element.write(writer),
            Self::Monitor(element) => element.write(writer),
        }
    }
}

impl ExtensionResponse {
    /// Whether the project's namespace has a response of this name.
    pub(crate) fn knows(name: &str) -> bool {
        matches!(
            name,
            ErrorReport::NAME
                | AuditResult::NAME
                | Watching::NAME
                | HungUp::NAME
                | ErrorHangup::NAME
                | CapabilitiesList::NAME
                | RecordState::NAME
                | ErrorRecord::NAME
                | Monitoring::NAME
                | ErrorMonitor::NAME
        )
    }

    pub(crate) fn read(element: &Element) -> Result<Self, Fault> {
        match element.name.as_str() {
            AuditResult::NAME => element.read().map(Self::AuditResult),
            Watching::NAME => element.read().map(Self::Watching),
            HungUp::NAME => element.read().map(Self::HungUp),
            ErrorHangup::NAME => element.read().map(Self::ErrorHangup),
            CapabilitiesList::NAME => element.read().map(Self::CapabilitiesList),
            RecordState::NAME => element.read().map(Self::Recording),
            ErrorRecord::NAME => element.read().map(Self::ErrorRecord),
            Monitoring::NAME => element.read().map(Self::Monitoring),
            ErrorMonitor::NAME => element.read().map(Self::ErrorMonitor),
            name => Err(element.fault(format!("this project has no response <{name}>"))),
        }
    }

    pub(crate) fn error_reason(&self) -> Option<&str> {
        match self {
            Self::ErrorHangup(error) => Some(&error.reason),
            Self::ErrorRecord(error) => Some(&error.reason),
            Self::ErrorMonitor(error) => Some(&error.reason),
            Self::AuditResult(_)
            | Self::Watching(_)
            | Self::HungUp(_)
            | Self::CapabilitiesList(_)
            | Self::Recording(_)
            | Self::Monitoring(_) => None,
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::AuditResult(element) => element.write(writer),
            Self::Watching(element) => element.write(writer),
            Self::HungUp(element) => element.write(writer),
            Self::ErrorHangup(element) => element.write(writer),
            Self::CapabilitiesList(element) => element.write(writer),
            Self::Recording(element) => element.write(writer),
            Self::ErrorRecord(element) => element.write(writer),
            Self::Monitoring(element) => element.write(writer),
            Self::ErrorMonitor(element) => element.write(writer),
        }
    }
}

impl ExtensionNotification {
    /// Whether the project's namespace has a notification of this name.
    pub(crate) fn knows(name: &str) -> bool {
        matches!(name, ConnectionStarted::NAME | ConnectionEnded::NAME | RecordEnded::NAME)
    }

    pub(crate) fn read(element: &Element) -> Result<Self, Fault> {
        match element.name.as_str() {
            ConnectionStarted::NAME => element.read().map(Self::ConnectionStarted),
            ConnectionEnded::NAME => element.read().map(Self::ConnectionEnded),
            RecordEnded::NAME => element.read().map(Self::RecordEnded),
            name => Err(element.fault(format!("this project has no notification <{name}>"))),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ConnectionStarted(_) => ConnectionStarted::NAME,
            Self::ConnectionEnded(_) => ConnectionEnded::NAME,
            Self::RecordEnded(_) => RecordEnded::NAME,
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::ConnectionStarted(element) => element.write(writer),
            Self::ConnectionEnded(element) => element.write(writer),
            Self::RecordEnded(element) => element.write(writer),
        }
    }
}
