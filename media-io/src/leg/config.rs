//! What a leg is told about its peer: at birth, and again by each re-INVITE.

use std::net::SocketAddr;
use std::time::Duration;

use mixer::port::PortId;

use crate::codec::Codec;
use crate::jitter;

/// Shortest packet time a leg sends, in ms.
pub const PACKET_MS_MIN: u32 = 10;

/// Longest packet time a leg sends, in ms.
pub const PACKET_MS_MAX: u32 = 60;

/// How many codecs a leg can accept at once, the one it sends included.
pub const ACCEPTED_MAX: usize = 4;

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
    /// Payload type of telephone-event at 8 kHz, if negotiated.
    pub telephone_event: Option<u8>,
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
            packet_ms: 20,
        }
    }

    /// The codec behind a payload type the peer may send.
    #[must_use]
    pub fn codec_of(&self, payload_type: u8) -> Option<&'static Codec> {
        std::iter::once(&self.send)
            .chain(self.also.iter().flatten())
            .find(|accepted| accepted.payload_type == payload_type)
            .map(|accepted| accepted.codec)
    }

    /// Audio in each packet sent, in ms, within the limits.
    pub(crate) fn packet_ms(&self) -> u32 {
        self.packet_ms.clamp(PACKET_MS_MIN, PACKET_MS_MAX)
    }

    /// Samples in each packet sent.
    pub(crate) fn packet_samples(&self) -> usize {
        self.packet_ms() as usize * self.send.codec.samples_per_ms
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
