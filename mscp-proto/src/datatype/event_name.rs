//! `usereventname.datatype`: letters, digits and dots (4.6, 5.5).

use std::fmt;

use crate::error::Fault;
use crate::xml::Attributes;

/// The name of a user event, such as `dtmf` or `floorcontrol.setactive`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventName(String);

impl EventName {
    /// Checks the name; `None` if it is empty or holds anything but ASCII letters, digits and dots.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
        (!name.is_empty() && name.bytes().all(allowed)).then_some(Self(name))
    }

    /// The name as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes the attribute `name`, or `event` as one of the draft's examples calls it.
    pub(crate) fn read(attributes: &mut Attributes<'_>) -> Result<Self, Fault> {
        let name = attributes.aliased("name", "event")?;
        Self::new(name.value.trim_ascii()).ok_or_else(|| {
            name.fault(format!(
                "the event name \"{}\" may hold only letters, digits and dots",
                name.value
            ))
        })
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
