//! The header, read and written.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                           timestamp                           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |           synchronization source (SSRC) identifier            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use rtp_types::RtpPacket;

use super::extension::Extension;
use super::wrapping::{Sequence, Timestamp};

/// The only version there is.
pub const VERSION: u8 = 2;

/// Bytes of a header without contributing sources and extension, the only kind we send.
pub const HEADER_LEN: usize = 12;

/// The fields of the fixed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Begins a talkspurt, or a telephone-event.
    pub marker: bool,
    /// 0 to 127.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: Sequence,
    /// When the first sample of the payload was taken.
    pub timestamp: Timestamp,
    /// Synchronization source.
    pub ssrc: u32,
}

impl Header {
    /// The bytes on the wire.
    #[must_use]
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0] = VERSION << 6;
        bytes[1] = (u8::from(self.marker) << 7) | (self.payload_type & 0x7f);
        bytes[2..4].copy_from_slice(&self.sequence.0.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.0.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        bytes
    }
}

/// A packet as received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The fixed header; contributing sources are skipped.
    pub header: Header,
    /// The header extension, if there is one.
    pub extension: Option<Extension<'a>>,
    /// What follows, without padding.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a datagram; `None` if it is no RTP of version 2.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Packet<'a>> {
        let packet = RtpPacket::parse(bytes).ok()?;
        let start = packet.payload_offset();
        // It ends where the payload begins.
        let extension = packet.extension().map(|(profile, data)| {
            let bytes = bytes.get(start.saturating_sub(data.len())..start).unwrap_or_default();
            Extension { profile, bytes }
        });
        Some(Packet {
            header: Header {
                marker: packet.marker_bit(),
                payload_type: packet.payload_type(),
                sequence: Sequence(packet.sequence_number()),
                timestamp: Timestamp(packet.timestamp()),
                ssrc: packet.ssrc(),
            },
            extension,
            payload: bytes.get(start..start.checked_add(packet.payload_len())?)?,
        })
    }
}
