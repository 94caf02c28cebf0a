//! What goes into the buffer, what comes out of it, and what it counts.

use mixer::time::Time;

use crate::codec::Codec;
use crate::rtp::{Sequence, Timestamp};

/// An audio packet on its way into the buffer.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// When it reached this host.
    pub arrival: Time,
    /// Its sequence number.
    pub sequence: Sequence,
    /// When its first sample was taken, on the sender's clock.
    pub timestamp: Timestamp,
    /// How to decode it.
    pub codec: &'static Codec,
    /// How loud it is, in dB below the overload point (RFC 6464), if it says so.
    pub level: Option<u8>,
    /// The encoded audio.
    pub payload: &'a [u8],
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It waits to be played.
    Queued,
    /// Its time had passed, or all that waits is newer.
    Late,
    /// A packet of the same time waits already.
    Duplicate,
    /// It holds no audio, or more than [`PAYLOAD_MAX`](super::PAYLOAD_MAX) or
    /// [`PACKET_MS_MAX`](super::PACKET_MS_MAX).
    Unusable,
}

/// What a tick holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing that could be heard.
    Silence,
    /// Audio, to be decoded now.
    Audio,
    /// Audio that may be decoded now, or later with the ticks after it, or never.
    Deferrable {
        /// How loud its loudest packet is, in dB below the overload point.
        level: u8,
    },
}

/// What the buffer has counted. Audio is counted in samples of 48 kHz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets that came too late.
    pub late: u64,
    /// Packets that waited already.
    pub duplicates: u64,
    /// Packets without usable audio.
    pub unusable: u64,
    /// Audio passed over to bring the delay back.
    pub skipped: u64,
    /// Audio that was missing, as long as what took its place could be heard.
    pub concealed: u64,
    /// How often playout began.
    pub starts: u64,
}
