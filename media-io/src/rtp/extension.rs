//! Header extensions (RFC 8285), and the one that is understood: how loud a packet is (RFC 6464).
//!
//! ```text
//!  0                   1
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  ID   | len=0 |V|   level     |   one-byte form
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

/// Names the extension in `a=extmap` (RFC 6464, 4).
pub const AUDIO_LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// The profile of elements with headers of one byte.
const ONE_BYTE: u16 = 0xbede;

/// The profile of elements with headers of two bytes; the lowest four bits are the application's.
const TWO_BYTES: u16 = 0x1000;
const TWO_BYTES_MASK: u16 = 0xfff0;

/// The identifier that is no element but padding, of one byte.
const PADDING: u8 = 0;

/// In the one-byte form: nothing that follows may be read (RFC 8285, 4.2).
const STOP: u8 = 15;

/// The level without the flag that tells speech.
const LEVEL: u8 = 0x7f;

/// The header extension of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    pub(super) profile: u16,
    pub(super) bytes: &'a [u8],
}

impl<'a> Extension<'a> {
    /// The loudness under the identifier that was negotiated for it, in dB below the overload
    /// point: 0 is the loudest, 127 silence.
    #[must_use]
    pub fn audio_level(self, id: u8) -> Option<u8> {
        self.element(id)?.first().map(|byte| byte & LEVEL)
    }

    /// The data of the first element with this identifier.
    #[must_use]
    pub fn element(self, id: u8) -> Option<&'a [u8]> {
        let mut rest = self.bytes;
        while let [head, tail @ ..] = rest {
            if *head == PADDING {
                rest = tail;
                continue;
            }
            let (found, len, tail) = self.head(*head, tail)?;
            let (data, after) = tail.split_at_checked(len)?;
            if found == id {
                return Some(data);
            }
            rest = after;
        }
        None
    }

    /// Identifier and length of an element, and what follows its header.
    fn head(self, head: u8, tail: &'a [u8]) -> Option<(u8, usize, &'a [u8])> {
        if self.profile == ONE_BYTE {
            let id = head >> 4;
            return (id != STOP).then_some((id, usize::from(head & 0x0f) + 1, tail));
        }
        if self.profile & TWO_BYTES_MASK == TWO_BYTES {
            let (len, tail) = tail.split_first()?;
            return Some((head, usize::from(*len), tail));
        }
        None
    }
}
