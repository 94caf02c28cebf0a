//! ```xml
//! <a:watch xmlns:a="urn:antiphon:mscp:1"/>
//!
//! <a:watching xmlns:a="urn:antiphon:mscp:1"/>
//! ```

use crate::error::Fault;
use crate::xml::{Element, Wire, Writer};

/// Request: tell this channel about connections that come and go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch;

/// Response: from here on the channel is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watching;

impl Wire for Watch {
    const NAME: &'static str = "watch";

    fn read(element: &Element) -> Result<Self, Fault> {
        element.attributes().finish()?;
        element.no_children()?;
        Ok(Self)
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).empty();
    }
}

impl Wire for Watching {
    const NAME: &'static str = "watching";

    fn read(element: &Element) -> Result<Self, Fault> {
        element.attributes().finish()?;
        element.no_children()?;
        Ok(Self)
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).empty();
    }
}
