//! The four bytes of a telephone-event (RFC 4733, 2.3).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     event     |E|R| volume    |          duration             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

/// One report about one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Which event; 0 to 15 are the keys.
    pub event: u8,
    /// Whether the event is over.
    pub end: bool,
    /// Power below 0 dBm0, in dB, 0 to 63.
    pub volume: u8,
    /// How long it has lasted, in timestamp units.
    pub duration: u16,
}

impl Payload {
    /// Bytes on the wire.
    pub const LEN: usize = 4;

    /// Reads the first block; what follows it (several events in one packet) is ignored.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Payload> {
        let &[event, flags, high, low] = bytes.first_chunk::<{ Payload::LEN }>()?;
        Some(Payload {
            event,
            end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    /// The bytes on the wire.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Payload::LEN] {
        let flags = (u8::from(self.end) << 7) | (self.volume & 0x3f);
        let [high, low] = self.duration.to_be_bytes();
        [self.event, flags, high, low]
    }
}
