//! The shapes a setting can have: how each is read, and how it is described to a person.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use toml::Value;

use super::resolved::{Grace, PortRange};
use crate::fetch::Network;

/// How a value of type `T` is written.
pub trait Shape<T>: Sync {
    /// Reads the value; the error is a clause such as `"x" is not a number of seconds`.
    fn read(&self, value: &Value) -> Result<T, String>;

    /// Unit and range, for the manual: `1 to 100000`.
    fn takes(&self) -> String;

    /// The TOML value that a flag's or a variable's text stands for.
    fn written_as_text(&self, text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

/// An IP address and a port.
pub(super) struct Address;

impl Shape<SocketAddr> for Address {
    fn read(&self, value: &Value) -> Result<SocketAddr, String> {
        value
            .as_str()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| format!("{value} is not an address:port such as 127.0.0.1:5060"))
    }

    fn takes(&self) -> String {
        "address:port".to_owned()
    }
}

/// An IP address that a packet can be sent to, or `auto`, which is `None`.
pub(super) struct AddressOrAuto;

impl Shape<Option<IpAddr>> for AddressOrAuto {
    fn read(&self, value: &Value) -> Result<Option<IpAddr>, String> {
        let text = value.as_str().unwrap_or_default();
        if text == "auto" {
            return Ok(None);
        }
        let address: IpAddr = text.parse().map_err(|_| {
            format!("{value} is not an IP address such as 192.0.2.10, nor \"auto\"")
        })?;
        let is_one = !address.is_unspecified() && !address.is_multicast();
        // The system would let us bind to it.
        if !is_one || address == IpAddr::V4(Ipv4Addr::BROADCAST) {
            return Err(format!(
                "{value} cannot be offered to callers as the place to send media to; give one \
                 address of this machine that they can reach"
            ));
        }
        Ok(Some(address))
    }

    fn takes(&self) -> String {
        "IP address or `auto`".to_owned()
    }
}

/// A range of UDP ports, `LOW-HIGH`, with room for at least one even and odd pair.
pub(super) struct Ports;

impl Shape<PortRange> for Ports {
    fn read(&self, value: &Value) -> Result<PortRange, String> {
        let range = value
            .as_str()
            .and_then(|text| text.split_once('-'))
            .and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)))
            .ok_or_else(|| format!("{value} is not a range of ports such as 20000-29999"))?;
        let range = PortRange { low: range.0, high: range.1 };
        if range.low == 0 || range.pairs() == 0 {
            return Err(format!(
                "{value} holds no pair of an even port and the odd one after it; give a range \
                 such as 20000-29999"
            ));
        }
        Ok(range)
    }

    fn takes(&self) -> String {
        "LOW-HIGH, ports 1 to 65535".to_owned()
    }
}

/// A whole number of a unit within a range.
pub(super) struct Whole {
    /// The least value allowed.
    pub(super) min: u64,
    /// The greatest value allowed.
    pub(super) max: u64,
    /// What is counted, in the plural: `seconds`.
    pub(super) unit: &'static str,
}

impl Whole {
    fn number(&self, value: &Value) -> Result<u64, String> {
        value
            .as_integer()
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| (self.min..=self.max).contains(number))
            .ok_or_else(|| format!("{value} is not {}", Shape::<u64>::takes(self)))
    }
}

impl Shape<u64> for Whole {
    fn read(&self, value: &Value) -> Result<u64, String> {
        self.number(value)
    }

    fn takes(&self) -> String {
        format!("a whole number of {}, {} to {}", self.unit, self.min, self.max)
    }

    fn written_as_text(&self, text: &str) -> Value {
        number_or_text(text)
    }
}

/// [`Whole`] where the number is a size or a count of something held in memory.
impl Shape<usize> for Whole {
    fn read(&self, value: &Value) -> Result<usize, String> {
        let number = self.number(value)?;
        usize::try_from(number).map_err(|_| format!("{value} is more than this machine can count"))
    }

    fn takes(&self) -> String {
        Shape::<u64>::takes(self)
    }

    fn written_as_text(&self, text: &str) -> Value {
        number_or_text(text)
    }
}

/// Seconds, or `keep`.
pub(super) struct SecondsOrKeep {
    /// The greatest number of seconds allowed.
    pub(super) max: u64,
}

impl Shape<Grace> for SecondsOrKeep {
    fn read(&self, value: &Value) -> Result<Grace, String> {
        if value.as_str() == Some("keep") {
            return Ok(Grace::Keep);
        }
        let seconds = Whole { min: 0, max: self.max, unit: "seconds" };
        match seconds.number(value) {
            Ok(seconds) => Ok(Grace::After(std::time::Duration::from_secs(seconds))),
            Err(clause) => Err(format!("{clause}, nor \"keep\"")),
        }
    }

    fn takes(&self) -> String {
        format!("a whole number of seconds, 0 to {}, or `keep`", self.max)
    }

    fn written_as_text(&self, text: &str) -> Value {
        number_or_text(text)
    }
}

/// `true` or `false`.
pub(super) struct Switch;

impl Shape<bool> for Switch {
    fn read(&self, value: &Value) -> Result<bool, String> {
        value.as_bool().ok_or_else(|| format!("{value} is neither true nor false"))
    }

    fn takes(&self) -> String {
        "true or false".to_owned()
    }

    fn written_as_text(&self, text: &str) -> Value {
        text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Boolean)
    }
}

/// One of a few words.
pub(super) struct Choice<T: 'static>(
    /// Each word and what it stands for.
    pub(super) &'static [(&'static str, T)],
);

impl<T: Copy + Sync> Shape<T> for Choice<T> {
    fn read(&self, value: &Value) -> Result<T, String> {
        let chosen = self.0.iter().find(|(word, _)| value.as_str() == Some(word));
        chosen
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| format!("{value} is not {}", Shape::<T>::takes(self)))
    }

    fn takes(&self) -> String {
        self.0.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(" or ")
    }
}

/// What is logged: a level, or directives such as `info,sip=debug`.
pub(super) struct LogFilter;

impl Shape<String> for LogFilter {
    fn read(&self, value: &Value) -> Result<String, String> {
        let text = value.as_str().unwrap_or_default();
        if text.is_empty() {
            return Err(format!("{value} is not a level such as \"info\""));
        }
        match tracing_subscriber::EnvFilter::try_new(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err(format!(
                "{value} is not error, warn, info, debug or trace, nor directives such as \
                 \"info,sip=debug\""
            )),
        }
    }

    fn takes(&self) -> String {
        "error, warn, info, debug, trace, or directives such as `info,sip=debug`".to_owned()
    }
}

/// A folder, absolute so that it does not matter where the server is started, or none.
pub(super) struct Folder;

impl Shape<Option<PathBuf>> for Folder {
    fn read(&self, value: &Value) -> Result<Option<PathBuf>, String> {
        let folder = value.as_str().map(PathBuf::from);
        match folder.ok_or_else(|| format!("{value} is not the path of a folder"))? {
            folder if folder.as_os_str().is_empty() => Ok(None),
            folder if !folder.is_absolute() => {
                Err(format!("{} is not absolute; begin it with /", folder.display()))
            }
            folder => Ok(Some(folder)),
        }
    }

    fn takes(&self) -> String {
        "an absolute path, or nothing".to_owned()
    }
}

/// A list of folders, absolute so that it does not matter where the server is started.
pub(super) struct Folders;

impl Shape<Vec<PathBuf>> for Folders {
    fn read(&self, value: &Value) -> Result<Vec<PathBuf>, String> {
        let folders: Vec<PathBuf> =
            texts(value, "folders")?.into_iter().map(PathBuf::from).collect();
        match folders.iter().find(|folder| !folder.is_absolute()) {
            Some(folder) => Err(format!("{folder:?} is not an absolute path such as /srv/prompts")),
            None => Ok(folders),
        }
    }

    fn takes(&self) -> String {
        "a list of absolute paths".to_owned()
    }

    fn written_as_text(&self, text: &str) -> Value {
        list(text)
    }
}

/// A list of networks, `address/prefix`.
pub(super) struct Networks;

impl Shape<Vec<Network>> for Networks {
    fn read(&self, value: &Value) -> Result<Vec<Network>, String> {
        let read = |text: &str| {
            text.parse()
                .map_err(|_| format!("{text:?} is not a network such as 10.0.0.0/8 or fd00::/8"))
        };
        texts(value, "networks")?.into_iter().map(read).collect()
    }

    fn takes(&self) -> String {
        "a list of networks, `address/prefix`".to_owned()
    }

    fn written_as_text(&self, text: &str) -> Value {
        list(text)
    }
}

fn texts<'v>(value: &'v Value, of: &str) -> Result<Vec<&'v str>, String> {
    let wrong = || format!("{value} is not a list of {of} such as [\"…\", \"…\"]");
    value.as_array().ok_or_else(wrong)?.iter().map(|item| item.as_str().ok_or_else(wrong)).collect()
}

/// In a flag or a variable, a list is separated by commas; nothing at all is the empty list.
fn list(text: &str) -> Value {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
}

fn number_or_text(text: &str) -> Value {
    text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer)
}
