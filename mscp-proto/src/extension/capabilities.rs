//! ```xml
//! <a:capabilities xmlns:a="urn:antiphon:mscp:1"/>
//!
//! <a:capabilitieslist xmlns:a="urn:antiphon:mscp:1">
//!   <a:capability name="codec" value="PCMU"/>
//! </a:capabilitieslist>
//! ```

use crate::error::Fault;
use crate::xml::{Element, Wire, Writer};

/// Request: what can this server do? The open issue of 2.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities;

/// Response: one entry per thing; a name may come more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapabilitiesList(pub Vec<Capability>);

/// One thing the server can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// What kind of thing, such as `codec` or `dialog`.
    pub name: String,
    /// Which one.
    pub value: String,
}

impl Wire for Capabilities {
    const NAME: &'static str = "capabilities";

    fn read(element: &Element) -> Result<Self, Fault> {
        element.attributes().finish()?;
        element.no_children()?;
        Ok(Self)
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).empty();
    }
}

impl Wire for CapabilitiesList {
    const NAME: &'static str = "capabilitieslist";

    fn read(element: &Element) -> Result<Self, Fault> {
        element.attributes().finish()?;
        let capabilities = element.known_children()?.map(|child| match child.name.as_str() {
            "capability" => Capability::read(child),
            _ => Err(element.unexpected(child)),
        });
        capabilities.collect::<Result<_, _>>().map(Self)
    }

    fn write(&self, writer: &mut Writer) {
        writer.project_tag(Self::NAME).content(|writer| {
            self.0.iter().for_each(|capability| capability.write(writer));
        });
    }
}

impl Capability {
    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let name = attributes.required_id("name")?;
        let value = attributes.required("value")?.value.clone();
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { name, value })
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .tag("a:capability")
            .attribute("name", &self.name)
            .attribute("value", &self.value)
            .empty();
    }
}
