//! Our side of a negotiation, and its result.

use std::fmt;
use std::net::IpAddr;

use crate::codec::{CODECS, Codec};
use crate::leg::{Direction, Format, Remote};

use crate::srtp::{Keyring, Keys};

use super::crypto::Security;
use super::print::Lines;

/// Payload type under which telephone-event is offered, unless told otherwise.
pub const TELEPHONE_EVENT_DEFAULT: u8 = 101;

/// Packet time for peers that do not ask for one, in ms.
pub const PACKET_MS_DEFAULT: u32 = 20;

/// What we bring to a negotiation.
#[derive(Clone, Debug)]
pub struct LocalMedia {
    /// Address the peer sends to. Its family decides which peers can be talked to.
    pub ip: IpAddr,
    /// RTP port the peer sends to; RTCP is on the next one.
    pub rtp_port: u16,
    /// Names the session in `o=`; the same for every description of one call.
    pub session_id: u64,
    /// Codecs we speak, the preferred one first.
    pub codecs: Vec<&'static Codec>,
    /// Payload type of telephone-event in our offers, 96 to 127; `None` never negotiates it.
    pub telephone_event: Option<u8>,
    /// Packet time for peers that do not ask for one, in ms.
    pub packet_ms: u32,
    /// Whether media is protected.
    pub security: Security,
    /// Keys that were never used, for this negotiation; empty where nothing is protected.
    pub keyring: Keyring,
}

impl LocalMedia {
    /// Speaks every codec there is, telephone-event, and packets of 20 ms that are not protected.
    #[must_use]
    pub fn new(ip: IpAddr, rtp_port: u16, session_id: u64) -> Self {
        LocalMedia {
            ip,
            rtp_port,
            session_id,
            codecs: CODECS.to_vec(),
            telephone_event: Some(TELEPHONE_EVENT_DEFAULT),
            packet_ms: PACKET_MS_DEFAULT,
            security: Security::Plain,
            keyring: Keyring::empty(),
        }
    }
}

/// What both sides agreed on.
#[derive(Clone, PartialEq)]
pub struct Negotiated {
    /// Our description: the answer to send, or the offer that was answered.
    pub sdp: Vec<u8>,
    /// Codecs, payload types and the packet time we send.
    pub format: Format,
    /// Where the peer listens. Its address is unspecified when the peer holds the old way
    /// (RFC 3264, 8.4). `None` when there is no audio stream: it was offered with port 0.
    pub remote: Option<Remote>,
    /// Which way media flows, from our side. Never sends while the peer holds.
    pub direction: Direction,
    /// Whether the peer understands telephone-event 16, the flash hook (RFC 4733, 7.1).
    pub flash: bool,
    /// Keys that protect the stream; `None` if it is in the clear.
    pub keys: Option<Keys>,
    /// Version in `o=` of `sdp`.
    pub(super) version: u64,
    /// The media of `sdp`, which later descriptions must keep in order (RFC 3264, 8).
    pub(super) lines: Lines,
}

impl Negotiated {
    /// The profile of the audio stream, if there is one.
    pub(super) fn profile(&self) -> Option<&str> {
        Some(self.lines.media.get(self.lines.audio?)?.proto.as_str())
    }
}

/// Without our description, which holds keys.
impl fmt::Debug for Negotiated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Negotiated")
            .field("format", &self.format)
            .field("remote", &self.remote)
            .field("direction", &self.direction)
            .field("keys", &self.keys)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
