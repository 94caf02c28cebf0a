//! ```xml
//! <namelist>
//!   <item name="city" value="San Francisco"/>
//! </namelist>
//! ```
//!
//! Parameters into a dialog, data out of it, and what a user event carries. The prose asks for one
//! or more items, the schema for none or more: none is read, and an empty list is not written.

use crate::error::Fault;
use crate::xml::{Element, Writer};

/// The items of a `<namelist>`, in order. Several lists in one element count as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namelist(pub Vec<Item>);

/// One `<item name="…" value="…"/>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The name; not empty.
    pub name: String,
    /// The value; may be empty.
    pub value: String,
}

impl Item {
    /// An item of this name and value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Namelist {
    /// A list of these pairs.
    pub fn of<N: Into<String>, V: Into<String>>(items: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(items.into_iter().map(|(name, value)| Item::new(name, value)).collect())
    }

    /// The value of the first item of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|item| item.name == name).map(|item| item.value.as_str())
    }

    pub(crate) fn extend_from(&mut self, element: &Element) -> Result<(), Fault> {
        self.0.extend(items(element)?.into_iter().map(|(_, item)| item));
        Ok(())
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        if self.0.is_empty() {
            return;
        }
        writer.tag("namelist").content(|writer| {
            for item in &self.0 {
                item.write(writer);
            }
        });
    }
}

impl Item {
    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let name = attributes.required_id("name")?;
        let value = attributes.required("value")?.value.clone();
        attributes.finish()?;
        element.no_children()?;
        Ok(Self { name, value })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.tag("item").attribute("name", &self.name).attribute("value", &self.value).empty();
    }
}

/// The items of a `<namelist>` or `<subscribe>`, each with the element it came from.
pub(super) fn items(element: &Element) -> Result<Vec<(&Element, Item)>, Fault> {
    element.attributes().finish()?;
    element
        .known_children()?
        .map(|child| match child.name.as_str() {
            "item" => Ok((child, Item::read(child)?)),
            _ => Err(element.unexpected(child)),
        })
        .collect()
}
