//! XML as MSCP uses it (3.2, 3.3): UTF-8, namespaces, no DTD, no entity but the five predefined.
//!
//! [`read`](document::read) makes a small tree of the elements that mean something here. Foreign
//! elements are checked like all others and count against the limits, but leave only their name
//! behind. [`Writer`] is the other direction.

mod check;
mod document;
mod element;
mod scope;
mod writer;

pub(crate) use check::is_ncname;
pub(crate) use document::{decode, read};
pub(crate) use element::{Attributes, Element};
pub(crate) use writer::{Tag, Writer};

/// The namespace of MSCP elements (3.2).
pub const MSCP: &str = "urn:ietf:mscp";
/// The namespace of what this project adds to the draft (mscp.md section 6).
pub const PROJECT: &str = "urn:antiphon:mscp:1";

use crate::error::Fault;

/// An element of MSCP or of the project's namespace: its name, how to read it and how to write it.
///
/// `read` must account for every attribute and every child of the element; what is left over is a
/// fault, never silence.
pub(crate) trait Wire: Sized {
    /// The element's name in its namespace.
    const NAME: &'static str;
    /// Reads the element and checks its rules.
    fn read(element: &Element) -> Result<Self, Fault>;
    /// Appends the element in its canonical form.
    fn write(&self, writer: &mut Writer);
}
