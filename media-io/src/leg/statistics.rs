//! The figures of a leg, published at each tick.

use std::net::SocketAddr;
use std::time::Duration;

/// What a leg has counted since it began, and where it stands now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegStatistics {
    /// RTP packets sent.
    pub packets_sent: u64,
    /// Payload bytes in them.
    pub bytes_sent: u64,
    /// RTP packets accepted from the peer, duplicates included.
    pub packets_received: u64,
    /// Payload bytes in them.
    pub bytes_received: u64,
    /// RTCP packets (datagrams) sent.
    pub rtcp_sent: u64,
    /// RTCP packets (datagrams) accepted.
    pub rtcp_received: u64,
    /// Packets of the present source that never came (RFC 3550, A.3); negative with duplicates.
    pub lost: i64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came after their time to be played.
    pub late: u64,
    /// Audio passed over to bring the delay back to its target, in ms.
    pub skipped_ms: u64,
    /// Audio made up in place of what was missing, in ms.
    pub concealed_ms: u64,
    /// Datagrams that are no RTP or RTCP, or hold more than a packet may.
    pub malformed: u64,
    /// RTP packets whose payload type was not negotiated.
    pub unexpected_payload_type: u64,
    /// Datagrams from a source other than the one latched.
    pub rejected: u64,
    /// Keys received.
    pub digits_received: u64,
    /// Keys sent.
    pub digits_sent: u64,
    /// Keys that found the queue full or no telephone-event negotiated.
    pub digits_dropped: u64,
    /// Interarrival jitter of the present source (RFC 3550, 6.4.1), in ms.
    pub jitter_ms: f32,
    /// Loss of what we send as the peer reported it last, 0 to 1.
    pub remote_fraction_lost: Option<f32>,
    /// Jitter of what we send as the peer reported it last, in ms.
    pub remote_jitter_ms: Option<f32>,
    /// Round trip as of the last report.
    pub round_trip: Option<Duration>,
    /// From arrival to playout, for the packet played last, in ms.
    pub delay_ms: f32,
    /// Our SSRC.
    pub local_ssrc: u32,
    /// SSRC of the present source.
    pub remote_ssrc: Option<u32>,
    /// The latched RTP address.
    pub latched: Option<SocketAddr>,
}
