//! What the control core needs to know of the configuration, and what it counts.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use media_io::jitter;
use media_io::leg::LegStatistics;
use media_io::recorder;
use media_io::sdp::Security;

use crate::fetch::Network;

/// The part of the configuration that the control core decides by.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address that callers send their media to.
    pub media_ip: IpAddr,
    /// Calls at one time.
    pub max_calls: usize,
    /// Conferences at one time.
    pub max_conferences: usize,
    /// Packet time for peers that ask for none, in ms.
    pub packet_ms: u32,
    /// Silence after which a leg is given up; `None` for never.
    pub starvation: Option<Duration>,
    /// Depth of the legs' jitter buffers.
    pub jitter: jitter::Config,
    /// Networks whose hosts may set up a transport channel with an INVITE.
    pub over_sip: Vec<Network>,
    /// Audio that all dialogs and tones may hold together, decoded or still to be, in bytes.
    pub held_bytes_max: usize,
    /// What a recording may take at most; `None` where nothing is recorded.
    pub recordings: Option<recorder::Limits>,
    /// Notifications that wait for one absent application server.
    pub backlog_max: usize,
    /// How long what an absent application server owns survives; `None` for ever.
    pub grace: Option<Duration>,
    /// Canonical name of this server in RTCP (RFC 3550, 6.5.1).
    pub cname: String,
    /// Whether media is protected.
    pub security: Security,
    /// What keys are drawn from.
    pub key_seed: KeySeed,
    /// NTP timestamp at the engine's time zero.
    pub ntp_at_zero: u64,
}

/// Seed of the generator that keys are drawn from: from the operating system in a server, constant in
/// tests.
#[derive(Clone)]
pub struct KeySeed(pub [u8; 32]);

impl fmt::Debug for KeySeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySeed")
    }
}

/// Figures of many legs added up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MediaTotals {
    /// RTP packets sent.
    pub packets_sent: u64,
    /// RTP packets received.
    pub packets_received: u64,
    /// RTP packets lost on the way to us.
    pub lost: u64,
    /// RTP packets that came after their time.
    pub late: u64,
    /// RTP packets that came twice.
    pub duplicates: u64,
    /// Datagrams of others than the latched peer.
    pub rejected: u64,
    /// Datagrams that are no RTP or RTCP.
    pub malformed: u64,
    /// RTP packets of a payload type nobody negotiated.
    pub unexpected_payload_type: u64,
    /// Audio made up in place of what was missing, in ms.
    pub concealed_ms: u64,
}

impl MediaTotals {
    /// Adds the figures of one leg.
    pub fn add(&mut self, leg: &LegStatistics) {
        self.packets_sent += leg.packets_sent;
        self.packets_received += leg.packets_received;
        self.lost += u64::try_from(leg.lost).unwrap_or(0);
        self.late += leg.late;
        self.duplicates += leg.duplicates;
        self.rejected += leg.rejected;
        self.malformed += leg.malformed;
        self.unexpected_payload_type += leg.unexpected_payload_type;
        self.concealed_ms += leg.concealed_ms;
    }
}
