//! The children of `<dialogprepare>` and `<dialogstart>`, sorted by name.

use crate::error::Fault;
use crate::shared::{DialogSubscribe, Namelist, Streams};
use crate::xml::Element;

pub(super) struct Children<'e> {
    /// The `<src>` elements; the caller knows how many it may have.
    pub(super) src: Vec<&'e Element>,
    pub(super) namelist: Namelist,
    pub(super) subscribe: DialogSubscribe,
    pub(super) streams: Streams,
}

impl<'e> Children<'e> {
    pub(super) fn read(element: &'e Element) -> Result<Self, Fault> {
        let mut src = Vec::new();
        let mut streams = Vec::new();
        let mut namelist = Namelist::default();
        let mut subscribe = DialogSubscribe::default();
        for child in element.known_children()? {
            match child.name.as_str() {
                "src" => src.push(child),
                "stream" => streams.push(child),
                "namelist" => namelist.extend_from(child)?,
                "subscribe" => subscribe.extend_from(child)?,
                _ => return Err(element.unexpected(child)),
            }
        }
        Ok(Self { src, namelist, subscribe, streams: Streams::read(&streams)? })
    }
}

/// The namelist of a notification that may have nothing else inside.
pub(super) fn namelist_only(element: &Element) -> Result<Namelist, Fault> {
    let mut namelist = Namelist::default();
    for child in element.known_children()? {
        match child.name.as_str() {
            "namelist" => namelist.extend_from(child)?,
            _ => return Err(element.unexpected(child)),
        }
    }
    Ok(namelist)
}
