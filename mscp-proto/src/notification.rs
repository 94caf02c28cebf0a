//! `<notification>`: events in either direction, which nobody answers (3.2).

use crate::conference::ConferenceUser;
use crate::dialog::{
    DialogDisconnect, DialogExit, DialogTerminate, DialogTerminateTransfer, DialogTransfer,
    DialogTransferComplete, DialogUser, ErrorDialog,
};
use crate::error::Fault;
use crate::extension::ExtensionNotification;
use crate::request::Foreign;
use crate::xml::{Element, Wire, Writer};

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// `<dialogterminate>`, AS to MS (4.3).
    DialogTerminate(DialogTerminate),
    /// `<dialogexit>`, MS to AS (4.4).
    DialogExit(DialogExit),
    /// `<errordialog>`, MS to AS (4.5).
    ErrorDialog(ErrorDialog),
    /// `<dialoguser>`, both ways (4.6).
    DialogUser(DialogUser),
    /// `<dialogdisconnect>`, MS to AS (4.7).
    DialogDisconnect(DialogDisconnect),
    /// `<dialogtransfer>`, MS to AS (4.8).
    DialogTransfer(DialogTransfer),
    /// `<dialogterminatetransfer>`, MS to AS (4.9).
    DialogTerminateTransfer(DialogTerminateTransfer),
    /// `<dialogtransfercomplete>`, AS to MS (4.10).
    DialogTransferComplete(DialogTransferComplete),
    /// `<conferenceuser>`, both ways (5.5).
    ConferenceUser(ConferenceUser),
    /// An element of the project's namespace, MS to AS.
    Extension(ExtensionNotification),
    /// An element of a namespace this crate does not know.
    Unknown(Foreign),
}

/// The two ends of a channel (2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The AS: sends requests.
    ApplicationServer,
    /// The MS: answers them.
    MediaServer,
}

impl Notification {
    /// Whether `role` may send this notification (mscp.md section 1).
    pub fn may_come_from(&self, role: Role) -> bool {
        match self {
            Self::DialogTerminate(_) | Self::DialogTransferComplete(_) => {
                role == Role::ApplicationServer
            }
            Self::DialogExit(_)
            | Self::ErrorDialog(_)
            | Self::DialogDisconnect(_)
            | Self::DialogTransfer(_)
            | Self::DialogTerminateTransfer(_)
            | Self::Extension(_) => role == Role::MediaServer,
            Self::DialogUser(_) | Self::ConferenceUser(_) | Self::Unknown(_) => true,
        }
    }

    /// The element's name, for logs and counters.
    pub fn name(&self) -> &str {
        match self {
            Self::DialogTerminate(_) => DialogTerminate::NAME,
            Self::DialogExit(_) => DialogExit::NAME,
            Self::ErrorDialog(_) => ErrorDialog::NAME,
            Self::DialogUser(_) => DialogUser::NAME,
            Self::DialogDisconnect(_) => DialogDisconnect::NAME,
            Self::DialogTransfer(_) => DialogTransfer::NAME,
            Self::DialogTerminateTransfer(_) => DialogTerminateTransfer::NAME,
            Self::DialogTransferComplete(_) => DialogTransferComplete::NAME,
            Self::ConferenceUser(_) => ConferenceUser::NAME,
            Self::Extension(extension) => extension.name(),
            Self::Unknown(foreign) => &foreign.name,
        }
    }

    pub(crate) fn read(element: &Element) -> Result<Self, Fault> {
        if element.is_project() {
            return ExtensionNotification::read(element).map(Self::Extension);
        }
        match element.name.as_str() {
            DialogTerminate::NAME => element.read().map(Self::DialogTerminate),
            DialogExit::NAME => element.read().map(Self::DialogExit),
            ErrorDialog::NAME => element.read().map(Self::ErrorDialog),
            DialogUser::NAME => element.read().map(Self::DialogUser),
            DialogDisconnect::NAME => element.read().map(Self::DialogDisconnect),
            DialogTransfer::NAME => element.read().map(Self::DialogTransfer),
            DialogTerminateTransfer::NAME => element.read().map(Self::DialogTerminateTransfer),
            DialogTransferComplete::NAME | DialogTransferComplete::ALIAS => {
                element.read().map(Self::DialogTransferComplete)
            }
            ConferenceUser::NAME => element.read().map(Self::ConferenceUser),
            name => Err(element.fault(format!("MSCP 1.0 has no notification <{name}>"))),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::DialogTerminate(element) => element.write(writer),
            Self::DialogExit(element) => element.write(writer),
            Self::ErrorDialog(element) => element.write(writer),
            Self::DialogUser(element) => element.write(writer),
            Self::DialogDisconnect(element) => element.write(writer),
            Self::DialogTransfer(element) => element.write(writer),
            Self::DialogTerminateTransfer(element) => element.write(writer),
            Self::DialogTransferComplete(element) => element.write(writer),
            Self::ConferenceUser(element) => element.write(writer),
            Self::Extension(element) => element.write(writer),
            Self::Unknown(foreign) => foreign.write(writer),
        }
    }
}
