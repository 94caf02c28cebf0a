//! What a leg is told about its peer: at birth, and again by each re-INVITE.

use std::net::SocketAddr;
use std::time::Duration;

use mixer::port::{Media, PortId};

use crate::codec::{Codec, Encoding, Framing, TICK_MS};
use crate::jitter::{self, Decoders};

/// Shortest packet time a leg sends, in ms.
pub const PACKET_MS_MIN: u32 = 10;

/// Longest packet time a leg sends, in ms.
pub const PACKET_MS_MAX: u32 = 60;

/// Bytes in the largest packet sent, headers not counted, so that it fits into an Ethernet frame.
pub const PACKET_BYTES_MAX: usize = 1_280;

/// How many codecs a leg can accept at once, the one it sends included.
pub const ACCEPTED_MAX: usize = 8;

/// Silence after which a leg is given up, unless the configuration says otherwise.
pub const STARVATION_DEFAULT: Duration = Duration::from_secs(60);

/// Everything a leg needs to begin. Made on the control side.
#[derive(Clone, Debug)]
pub struct LegConfig {
    /// The leg's name in the engine.
    pub port: PortId,
    /// Source of the initial SSRC, sequence number and timestamp and of the RTCP intervals.
    /// Must be unpredictable in a server (RFC 3550, 5.1); a constant in tests.
    pub seed: u64,
    /// Canonical name for RTCP (RFC 3550, 6.5.1); cut after 255 bytes.
    pub cname: String,
    /// Codecs, payload types and packet time as negotiated.
    pub format: Format,
    /// Where the SDP says the peer listens; `None` while no SDP of the peer has come.
    pub remote: Option<Remote>,
    /// Which way media flows, from our side.
    pub direction: Direction,
    /// Whether nothing is sent until [`LegHandle::confirm`](super::LegHandle::confirm), or until
    /// the peer is heard on RTP or RTCP. Default false. Anyone can name somebody else's address
    /// in an INVITE; who holds until the ACK does not send there for the 32 s in which an answer
    /// is repeated (RFC 3261, 13.3.1.4).
    pub hold_until_confirmed: bool,
    /// NTP timestamp (seconds since 1900 in 32.32 bits) at [`Time`](mixer::time::Time) zero.
    pub ntp_at_zero: u64,
    /// Silence after which [`PortEvent::Starved`](mixer::port::PortEvent::Starved) is reported;
    /// `None` for never. No silence is one in which the peer was told not to send, or is held by
    /// an unspecified address. The peer's RTCP is a sign of life as good as its RTP: who is muted
    /// or suppresses silence sends nothing else.
    pub starvation: Option<Duration>,
    /// Depth of the jitter buffer.
    pub jitter: jitter::Config,
}

impl LegConfig {
    /// A leg that speaks `format`, knows no peer yet and has every default.
    #[must_use]
    pub fn new(port: PortId, seed: u64, cname: String, format: Format) -> LegConfig {
        LegConfig {
            port,
            seed,
            cname,
            format,
            remote: None,
            direction: Direction::SendRecv,
            hold_until_confirmed: false,
            ntp_at_zero: 0,
            starvation: Some(STARVATION_DEFAULT),
            jitter: jitter::Config::default(),
        }
    }
}

/// A codec under the payload type that the SDP gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// What it stands for.
    pub codec: &'static Codec,
}

/// Codecs, payload types and packet time of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// What the leg sends, and accepts.
    pub send: Accepted,
    /// What else the peer may send: RFC 3264 lets it change among the negotiated codecs.
    pub also: [Option<Accepted>; ACCEPTED_MAX - 1],
    /// Payload type of telephone-event, if negotiated.
    pub telephone_event: Option<u8>,
    /// Another one under which the peer may send keys.
    pub also_event: Option<u8>,
    /// Clock in which the duration of keys is told, in Hz: that of the codec (RFC 4733, 2.1),
    /// unless the peer knows no other than 8 kHz.
    pub event_clock_hz: u32,
    /// Identifier of the header extension that tells how loud a packet is (RFC 6464), if the peer
    /// sends it.
    pub audio_level: Option<u8>,
    /// Most that the peer wants to be sent of a codec that has several bit rates, in bit/s.
    pub bitrate_bps_max: Option<u32>,
    /// Audio in each packet sent, in ms; brought into [`PACKET_MS_MIN`] to [`PACKET_MS_MAX`].
    pub packet_ms: u32,
}

impl Format {
    /// One codec in packets of 20 ms, without telephone-event.
    #[must_use]
    pub fn new(codec: &'static Codec, payload_type: u8) -> Format {
        Format {
            send: Accepted { payload_type, codec },
            also: [None; ACCEPTED_MAX - 1],
            telephone_event: None,
            also_event: None,
            event_clock_hz: 8_000,
            audio_level: None,
            bitrate_bps_max: None,
            packet_ms: 20,
        }
    }

    /// The codec behind a payload type the peer may send.
    #[must_use]
    pub fn codec_of(&self, payload_type: u8) -> Option<&'static Codec> {
        self.accepted()
            .find(|accepted| accepted.payload_type == payload_type)
            .map(|accepted| accepted.codec)
    }

    /// Whether keys come under this payload type.
    #[must_use]
    pub fn is_event(&self, payload_type: u8) -> bool {
        self.telephone_event == Some(payload_type) || self.also_event == Some(payload_type)
    }

    /// How what is sent is encoded.
    #[must_use]
    pub fn encoding(&self) -> &'static Encoding {
        self.send.codec.encoding(self.bitrate_bps_max)
    }

    /// How the engine is to deal with the leg: at the rate of the codec that is sent, to which
    /// what else the peer may send is brought, and with an encoder for it. Allocates.
    #[must_use]
    pub fn media(&self) -> Media {
        Media { rate: self.send.codec.rate, encoder: Some((self.encoding().encoder)()) }
    }

    /// Whether [`media`](Self::media) of both is the same.
    #[must_use]
    pub fn is_heard_like(&self, other: &Format) -> bool {
        self.encoding().id == other.encoding().id
    }

    /// Audio in each packet sent, in ms, as near to what is wanted as the codec's frames allow.
    pub(crate) fn packet_ms(&self) -> u32 {
        let wanted = self.packet_ms.clamp(PACKET_MS_MIN, PACKET_MS_MAX);
        match self.send.codec.framing {
            Framing::Bytes { per_ms, .. } => wanted.min((PACKET_BYTES_MAX / per_ms) as u32),
            Framing::Frames { .. } => (wanted / TICK_MS as u32).max(1) * TICK_MS as u32,
        }
    }

    /// Whether it takes other decoders to understand the peer than with `other`.
    pub(crate) fn decodes_alike(&self, other: &Format) -> bool {
        let mut both = self.accepted().zip(other.accepted());
        self.send.codec.rate == other.send.codec.rate
            && self.accepted().count() == other.accepted().count()
            && both.all(|(ours, theirs)| ours.codec == theirs.codec)
    }

    /// What decodes everything the peer may send. Allocates.
    pub(crate) fn decoders(&self) -> Decoders {
        Decoders::new(self.accepted().map(|accepted| accepted.codec), self.send.codec.rate)
    }

    fn accepted(&self) -> impl Iterator<Item = &Accepted> {
        std::iter::once(&self.send).chain(self.also.iter().flatten())
    }
}

/// Where the peer listens, as signalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Address of `c=` and port of `m=`. An unspecified address (0.0.0.0) or port 0 means hold.
    pub rtp: SocketAddr,
    /// Address of `a=rtcp` (RFC 3605), or else the next port.
    pub rtcp: SocketAddr,
}

impl Remote {
    /// A peer whose RTCP is on the port after its RTP (RFC 3550, 11).
    #[must_use]
    pub fn new(rtp: SocketAddr) -> Remote {
        Remote { rtp, rtcp: next_port(rtp) }
    }

    /// Whether this is the hold of RFC 2543: nothing may be sent there.
    pub(crate) fn is_hold(&self) -> bool {
        self.rtp.ip().is_unspecified() || self.rtp.port() == 0
    }
}

/// The RTCP address that belongs to an RTP address.
pub(crate) fn next_port(rtp: SocketAddr) -> SocketAddr {
    SocketAddr::new(rtp.ip(), rtp.port().saturating_add(1))
}

/// Which way media flows, from our side (RFC 3264).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// We send; the peer was told not to.
    SendOnly,
    /// The peer sends; we do not.
    RecvOnly,
    /// Neither. RTCP goes on.
    Inactive,
}

impl Direction {
    /// Whether we may send media.
    #[must_use]
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    /// Whether the peer may send media.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }
}
