//! A string of keys on its way from the control side to a leg.

/// Keys in one string.
pub const DIGITS_MAX: usize = 32;

/// Event code of a hook flash (RFC 4733, 3.2).
const FLASH: u8 = 16;

/// Up to [`DIGITS_MAX`] event codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    events: [u8; DIGITS_MAX],
    len: u8,
}

impl Digits {
    /// Reads `0-9`, `*`, `#`, `A-D` in either case, and `!` for a hook flash.
    pub fn parse(text: &str) -> Result<Digits, DigitsError> {
        let mut digits = Digits { events: [0; DIGITS_MAX], len: 0 };
        for key in text.chars() {
            let event = event_of(key).ok_or(DigitsError::NoKey(key))?;
            let slot = digits.events.get_mut(usize::from(digits.len));
            *slot.ok_or(DigitsError::TooMany)? = event;
            digits.len += 1;
        }
        Ok(digits)
    }

    /// The event codes, in order.
    #[must_use]
    pub fn events(&self) -> &[u8] {
        &self.events[..usize::from(self.len)]
    }
}

/// RFC 4733, table 3.
fn event_of(key: char) -> Option<u8> {
    match key {
        '0'..='9' => Some(key as u8 - b'0'),
        '*' => Some(10),
        '#' => Some(11),
        'A'..='D' => Some(key as u8 - b'A' + 12),
        'a'..='d' => Some(key as u8 - b'a' + 12),
        '!' => Some(FLASH),
        _ => None,
    }
}

/// Why a text is no string of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigitsError {
    /// This character is on no telephone.
    #[error("`{0}` is no key: expected 0-9, *, #, A-D or !")]
    NoKey(char),
    /// More than [`DIGITS_MAX`] keys.
    #[error("more than {DIGITS_MAX} keys at once")]
    TooMany,
}
