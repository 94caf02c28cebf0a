//! `<response>`: what the MS answers (3.2).

use crate::conference::{
    ConferenceCreated, ConferenceDestroyed, ConferenceJoined, ConferenceUnjoined,
    ErrorConferenceCreate, ErrorConferenceDestroy, ErrorConferenceJoin, ErrorConferenceUnjoin,
};
use crate::dialog::{
    DialogPrepared, DialogStarted, ErrorDialogNotPrepared, ErrorDialogNotStarted,
    ErrorDialogWrongState,
};
use crate::error::Fault;
use crate::extension::{ErrorReport, ExtensionResponse};
use crate::request::Foreign;
use crate::xml::{Element, Wire, Writer};

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// `<dialogprepared>` (4.1).
    DialogPrepared(DialogPrepared),
    /// `<errordialognotprepared>` (4.1).
    ErrorDialogNotPrepared(ErrorDialogNotPrepared),
    /// `<errordialogwrongstate>` (4.1, 4.2).
    ErrorDialogWrongState(ErrorDialogWrongState),
    /// `<dialogstarted>` (4.2).
    DialogStarted(DialogStarted),
    /// `<errordialognotstarted>` (4.2).
    ErrorDialogNotStarted(ErrorDialogNotStarted),
    /// `<conferencecreated>` (5.1).
    ConferenceCreated(ConferenceCreated),
    /// `<errorconferencecreate>` (5.1).
    ErrorConferenceCreate(ErrorConferenceCreate),
    /// `<conferencedestroyed>` (5.2).
    ConferenceDestroyed(ConferenceDestroyed),
    /// `<errorconferencedestroy>` (5.2).
    ErrorConferenceDestroy(ErrorConferenceDestroy),
    /// `<conferencejoined>` (5.3).
    ConferenceJoined(ConferenceJoined),
    /// `<errorconferencejoin>` (5.3).
    ErrorConferenceJoin(ErrorConferenceJoin),
    /// `<conferenceunjoined>` (5.4).
    ConferenceUnjoined(ConferenceUnjoined),
    /// `<errorconferenceunjoin>` (5.4).
    ErrorConferenceUnjoin(ErrorConferenceUnjoin),
    /// `<a:error>`: the request was not understood, so no element of the draft fits.
    Error(ErrorReport),
    /// Another element of the project's namespace.
    Extension(ExtensionResponse),
    /// An element of a namespace this crate does not know.
    Unknown(Foreign),
}

impl Response {
    /// An `<a:error>` without a place, for a server that has nothing better to say it with.
    pub fn error(reason: impl Into<String>) -> Self {
        Self::Error(ErrorReport { reason: reason.into(), line: None, column: None })
    }

    /// Why the request failed; `None` if it did not.
    pub fn error_reason(&self) -> Option<&str> {
        match self {
            Self::ErrorDialogNotPrepared(error) => Some(&error.reason),
            Self::ErrorDialogWrongState(error) => Some(&error.reason),
            Self::ErrorDialogNotStarted(error) => Some(&error.reason),
            Self::ErrorConferenceCreate(error) => Some(&error.reason),
            Self::ErrorConferenceDestroy(error) => Some(&error.reason),
            Self::ErrorConferenceJoin(error) => Some(&error.reason),
            Self::ErrorConferenceUnjoin(error) => Some(&error.reason),
            Self::Error(error) => Some(&error.reason),
            Self::Extension(extension) => extension.error_reason(),
            Self::DialogPrepared(_)
            | Self::DialogStarted(_)
            | Self::ConferenceCreated(_)
            | Self::ConferenceDestroyed(_)
            | Self::ConferenceJoined(_)
            | Self::ConferenceUnjoined(_)
            | Self::Unknown(_) => None,
        }
    }

    pub(crate) fn read(element: &Element) -> Result<Self, Fault> {
        if element.is_project() {
            return match element.name.as_str() {
                ErrorReport::NAME => element.read().map(Self::Error),
                _ => ExtensionResponse::read(element).map(Self::Extension),
            };
        }
        match element.name.as_str() {
            DialogPrepared::NAME => element.read().map(Self::DialogPrepared),
            ErrorDialogNotPrepared::NAME => element.read().map(Self::ErrorDialogNotPrepared),
            ErrorDialogWrongState::NAME => element.read().map(Self::ErrorDialogWrongState),
            DialogStarted::NAME => element.read().map(Self::DialogStarted),
            ErrorDialogNotStarted::NAME | ErrorDialogNotStarted::ALIAS => {
                element.read().map(Self::ErrorDialogNotStarted)
            }
            ConferenceCreated::NAME => element.read().map(Self::ConferenceCreated),
            ErrorConferenceCreate::NAME => element.read().map(Self::ErrorConferenceCreate),
            ConferenceDestroyed::NAME => element.read().map(Self::ConferenceDestroyed),
            ErrorConferenceDestroy::NAME => element.read().map(Self::ErrorConferenceDestroy),
            ConferenceJoined::NAME => element.read().map(Self::ConferenceJoined),
            ErrorConferenceJoin::NAME => element.read().map(Self::ErrorConferenceJoin),
            ConferenceUnjoined::NAME => element.read().map(Self::ConferenceUnjoined),
            ErrorConferenceUnjoin::NAME => element.read().map(Self::ErrorConferenceUnjoin),
            name => Err(element.fault(format!("MSCP 1.0 has no response <{name}>"))),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::DialogPrepared(element) => element.write(writer),
            Self::ErrorDialogNotPrepared(element) => element.write(writer),
            Self::ErrorDialogWrongState(element) => element.write(writer),
            Self::DialogStarted(element) => element.write(writer),
            Self::ErrorDialogNotStarted(element) => element.write(writer),
            Self::ConferenceCreated(element) => element.write(writer),
            Self::ErrorConferenceCreate(element) => element.write(writer),
            Self::ConferenceDestroyed(element) => element.write(writer),
            Self::ErrorConferenceDestroy(element) => element.write(writer),
            Self::ConferenceJoined(element) => element.write(writer),
            Self::ErrorConferenceJoin(element) => element.write(writer),
            Self::ConferenceUnjoined(element) => element.write(writer),
            Self::ErrorConferenceUnjoin(element) => element.write(writer),
            Self::Error(element) => element.write(writer),
            Self::Extension(element) => element.write(writer),
            Self::Unknown(foreign) => foreign.write(writer),
        }
    }
}
