//! `<request>`: what the AS asks for (3.2).

use crate::conference::{CreateConference, DestroyConference, Join, Unjoin};
use crate::dialog::{DialogPrepare, DialogStart};
use crate::error::{Fault, Subject};
use crate::extension::ExtensionRequest;
use crate::xml::{Element, Wire, Writer};

/// A request, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `<dialogprepare>` (4.1).
    DialogPrepare(DialogPrepare),
    /// `<dialogstart>` (4.2).
    DialogStart(DialogStart),
    /// `<createconference>` (5.1).
    CreateConference(CreateConference),
    /// `<destroyconference>` (5.2).
    DestroyConference(DestroyConference),
    /// `<join>` (5.3).
    Join(Join),
    /// `<unjoin>` (5.4).
    Unjoin(Unjoin),
    /// An element of the project's namespace.
    Extension(ExtensionRequest),
    /// An element of a namespace this crate does not know; nothing in the request is for it.
    Unknown(Foreign),
}

/// The name of an element of a namespace this crate does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Its namespace; empty for none.
    pub namespace: String,
    /// Its local name.
    pub name: String,
}

impl Request {
    pub(crate) fn read(element: &Element) -> Result<Self, Fault> {
        if element.is_project() {
            return ExtensionRequest::read(element).map(Self::Extension);
        }
        match element.name.as_str() {
            DialogPrepare::NAME => element.read().map(Self::DialogPrepare),
            DialogStart::NAME => element.read().map(Self::DialogStart),
            CreateConference::NAME => element.read().map(Self::CreateConference),
            DestroyConference::NAME => element.read().map(Self::DestroyConference),
            Join::NAME => element.read().map(Self::Join),
            Unjoin::NAME => element.read().map(Self::Unjoin),
            name => Err(element.fault(format!("MSCP 1.0 has no request <{name}>"))),
        }
    }

    /// What the error element of a faulty request repeats, as far as it can be made out.
    pub(crate) fn subject(element: &Element) -> Option<Subject> {
        if !element.is_mscp() {
            return None;
        }
        match element.name.as_str() {
            DialogPrepare::NAME => DialogPrepare::subject(element),
            DialogStart::NAME => DialogStart::subject(element),
            CreateConference::NAME => CreateConference::subject(element),
            DestroyConference::NAME => DestroyConference::subject(element),
            Join::NAME => Join::subject(element),
            Unjoin::NAME => Unjoin::subject(element),
            _ => None,
        }
    }

    /// The same from a request that was read: for a server that fails to carry it out.
    pub fn to_subject(&self) -> Option<Subject> {
        Some(match self {
            Self::DialogPrepare(prepare) => {
                Subject::DialogPrepare { endpoint: prepare.endpoint.clone() }
            }
            Self::DialogStart(start) => Subject::DialogStart {
                prepareddialogid: match start {
                    DialogStart::Prepared { prepareddialogid, .. } => {
                        Some(prepareddialogid.clone())
                    }
                    DialogStart::Script { .. } => None,
                },
                endpoint: start.endpoint().cloned(),
            },
            Self::CreateConference(_) => Subject::CreateConference,
            Self::DestroyConference(destroy) => {
                Subject::DestroyConference { conferenceid: destroy.conferenceid.clone() }
            }
            Self::Join(join) => Subject::Join { id1: join.id1.clone(), id2: join.id2.clone() },
            Self::Unjoin(unjoin) => {
                Subject::Unjoin { id1: unjoin.id1.clone(), id2: unjoin.id2.clone() }
            }
            Self::Extension(_) | Self::Unknown(_) => return None,
        })
    }

    /// The element's name, for logs and counters.
    pub fn name(&self) -> &str {
        match self {
            Self::DialogPrepare(_) => DialogPrepare::NAME,
            Self::DialogStart(_) => DialogStart::NAME,
            Self::CreateConference(_) => CreateConference::NAME,
            Self::DestroyConference(_) => DestroyConference::NAME,
            Self::Join(_) => Join::NAME,
            Self::Unjoin(_) => Unjoin::NAME,
            Self::Extension(extension) => extension.name(),
            Self::Unknown(foreign) => &foreign.name,
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::DialogPrepare(element) => element.write(writer),
            Self::DialogStart(element) => element.write(writer),
            Self::CreateConference(element) => element.write(writer),
            Self::DestroyConference(element) => element.write(writer),
            Self::Join(element) => element.write(writer),
            Self::Unjoin(element) => element.write(writer),
            Self::Extension(element) => element.write(writer),
            Self::Unknown(foreign) => foreign.write(writer),
        }
    }
}

impl Foreign {
    pub(crate) fn of(element: &Element) -> Self {
        Self { namespace: element.namespace.clone(), name: element.name.clone() }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.tag(&self.name).attribute("xmlns", &self.namespace).empty();
    }
}
