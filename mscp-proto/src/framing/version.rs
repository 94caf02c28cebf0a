//! `version = "MSCP" "/" 1*DIGIT "." 1*DIGIT` (7.2.3).

use std::fmt;

/// The protocol version of a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// Before the dot.
    pub major: u32,
    /// Behind the dot.
    pub minor: u32,
}

impl Version {
    /// MSCP/1.0, the version of the draft.
    pub const V1_0: Self = Self { major: 1, minor: 0 };

    /// Reads `MSCP/1.0`; names in the draft's grammar do not care for case.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, numbers) = text.split_once('/')?;
        let (major, minor) = numbers.split_once('.')?;
        if !name.eq_ignore_ascii_case("MSCP") {
            return None;
        }
        Some(Self { major: digits(major)?, minor: digits(minor)? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MSCP/{}.{}", self.major, self.minor)
    }
}

/// `1*DIGIT`; a number that does not fit is no version anybody speaks.
fn digits(text: &str) -> Option<u32> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
