//! One audio stream of the peer's description, understood.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sdp_types::{Media, NetType, Rtcp, RtpMap, Session};

use crate::codec::{CODECS, Codec};
use crate::leg::{ACCEPTED_MAX, Accepted, Direction, PACKET_MS_MAX, PACKET_MS_MIN, Remote};

use super::crypto::Crypto;
use super::local::LocalMedia;
use super::refusal::Refusal;
use super::{crypto, extension, fmtp};

/// The encoding name of keys.
pub(super) const EVENT_NAME: &str = "telephone-event";

/// The clock of keys that every peer knows, in Hz.
pub(super) const EVENT_CLOCK_HZ: u32 = 8_000;

/// The event code of the flash hook (RFC 4733, table 7).
const EVENT_FLASH: u8 = 16;

/// Packet times are sent in whole multiples of this, in ms.
const PACKET_MS_STEP: u32 = 10;

/// What the peer says about an audio stream, as far as we speak it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    /// Common codecs under the peer's payload types, in the peer's order; never empty.
    pub(super) codecs: Vec<Accepted>,
    /// Keys, in the peer's order.
    pub(super) events: Vec<Event>,
    pub(super) remote: Remote,
    /// From our side.
    pub(super) direction: Direction,
    pub(super) packet_ms: u32,
    /// Under which identifier the peer tells how loud its packets are.
    pub(super) audio_level: Option<u8>,
    /// What the peer wants to be sent at most of each of `codecs`, in bit/s.
    pub(super) bitrates_bps_max: Vec<(u8, u32)>,
    /// With which key the peer protects it, if it is to be protected.
    pub(super) crypto: Option<Crypto>,
}

impl Stream {
    /// The keys that go with the first codec: those that count time on its clock, or else on the
    /// usual one.
    pub(super) fn event(&self) -> Option<Event> {
        let clock_hz = self.codecs.first()?.codec.clock_rate_hz;
        let with_clock = |hz| self.events.iter().find(|event| event.clock_hz == hz);
        with_clock(clock_hz).or_else(|| with_clock(EVENT_CLOCK_HZ)).copied()
    }

    /// Other keys that the peer may send as well.
    pub(super) fn also_event(&self) -> Option<Event> {
        let event = self.event()?;
        self.events.iter().find(|other| **other != event).copied()
    }

    /// Most that the peer wants to be sent of the first codec, in bit/s.
    pub(super) fn bitrate_bps_max(&self) -> Option<u32> {
        let first = self.codecs.first()?.payload_type;
        let limit = self.bitrates_bps_max.iter().find(|(payload_type, _)| *payload_type == first);
        limit.map(|(_, bitrate)| *bitrate)
    }
}

/// telephone-event as the peer describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) payload_type: u8,
    pub(super) clock_hz: u32,
    pub(super) flash: bool,
}

pub(super) fn is_audio(media: &Media) -> bool {
    media.media.eq_ignore_ascii_case("audio")
}

/// Understands `media`, whose `m=` stands in `line`.
pub(super) fn stream(
    session: &Session,
    media: &Media,
    line: usize,
    local: &LocalMedia,
) -> Result<Stream, Refusal> {
    let crypto = crypto::choose(media, local)?;
    let codecs = codecs(media, local);
    if codecs.is_empty() {
        return Err(Refusal::NoCommonCodec { offered: media.fmt.clone() });
    }
    let remote = remote(session, media, line, local)?;
    let levels = extension::wants_levels(&codecs);
    Ok(Stream {
        bitrates_bps_max: bitrates(media, &codecs),
        codecs,
        events: if local.telephone_event.is_some() { events(media) } else { Vec::new() },
        audio_level: extension::audio_level(session, media).filter(|_| levels),
        direction: our_direction(session, media, &remote),
        remote,
        packet_ms: packet_ms(media, local.packet_ms),
        crypto,
    })
}

/// The first payload type of each codec we speak.
fn codecs(media: &Media, local: &LocalMedia) -> Vec<Accepted> {
    let mut common: Vec<Accepted> = Vec::new();
    for payload_type in payload_types(media) {
        let Some(codec) = codec_of(media, payload_type) else { continue };
        let known = common.iter().any(|accepted| accepted.codec == codec);
        if !known && local.codecs.contains(&codec) {
            common.push(Accepted { payload_type, codec });
        }
    }
    common.truncate(ACCEPTED_MAX);
    common
}

fn payload_types(media: &Media) -> impl Iterator<Item = u8> {
    media
        .fmt
        .split_whitespace()
        .filter_map(|format| format.parse().ok())
        .filter(|payload_type| *payload_type < 128)
}

/// `a=rtpmap` decides, and where it is missing the table of RFC 3551.
fn codec_of(media: &Media, payload_type: u8) -> Option<&'static Codec> {
    let Some(map) = rtpmap(media, payload_type) else {
        return Codec::by_static_payload_type(payload_type);
    };
    let channels = map.encoding_params.as_deref().map_or(Some(1), |channels| channels.parse().ok());
    Codec::by_rtpmap(&map.encoding_name, map.clock_rate, channels?)
}

/// The limits of RFC 7587, 6.1; other codecs have none.
fn bitrates(media: &Media, codecs: &[Accepted]) -> Vec<(u8, u32)> {
    let of = |accepted: &Accepted| {
        let payload_type = accepted.payload_type;
        Some((payload_type, fmtp::number(media, payload_type, "maxaveragebitrate")?))
    };
    codecs.iter().filter_map(of).collect()
}

fn rtpmap(media: &Media, payload_type: u8) -> Option<RtpMap> {
    media
        .attributes_typed::<RtpMap>()
        .filter_map(Result::ok)
        .find(|map| map.payload_type == payload_type)
}

/// telephone-event in the first payload type for each clock that a codec has.
fn events(media: &Media) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for payload_type in payload_types(media) {
        let Some(map) = rtpmap(media, payload_type) else { continue };
        let clock_hz = map.clock_rate;
        let named = map.encoding_name.eq_ignore_ascii_case(EVENT_NAME);
        let known = events.iter().any(|event| event.clock_hz == clock_hz);
        if named && !known && CODECS.iter().any(|codec| codec.clock_rate_hz == clock_hz) {
            let flash = lists_flash(media, payload_type);
            events.push(Event { payload_type, clock_hz, flash });
        }
    }
    events
}

/// Whether `a=fmtp:<payload type> 0-15,16` and the like hold the flash hook. Without `a=fmtp` the
/// events are 0 to 15 (RFC 4733, 2.4.1).
fn lists_flash(media: &Media, payload_type: u8) -> bool {
    let mut ranges = fmtp::of(media, payload_type).flat_map(|events| events.split(','));
    ranges.any(|range| holds_flash(range.trim()))
}

fn holds_flash(range: &str) -> bool {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    match (first.parse::<u8>(), last.parse::<u8>()) {
        (Ok(first), Ok(last)) => (first..=last).contains(&EVENT_FLASH),
        _ => false,
    }
}

/// Where the peer listens: `c=` of the medium or else of the session, and `a=rtcp` (RFC 3605).
fn remote(
    session: &Session,
    media: &Media,
    line: usize,
    local: &LocalMedia,
) -> Result<Remote, Refusal> {
    let Some(connection) = media.connections.first().or(session.connection.as_ref()) else {
        let reason = "no c= line for this medium".to_owned();
        return Err(Refusal::Malformed { line, reason });
    };
    let ip = address(&connection.nettype, &connection.connection_address, local.ip)?;
    let default = Remote::new(SocketAddr::new(ip, media.port));
    let rtcp = match media.get_first_attribute_typed::<Rtcp>() {
        Some(Ok(rtcp)) => rtcp_address(&rtcp, ip, local.ip)?,
        _ => default.rtcp,
    };
    Ok(Remote { rtcp, ..default })
}

/// The address of `a=rtcp` is checked as that of `c=`, which is meant if there is none.
fn rtcp_address(rtcp: &Rtcp, ip: IpAddr, local: IpAddr) -> Result<SocketAddr, Refusal> {
    let (Some(nettype), Some(given)) = (&rtcp.nettype, &rtcp.connection_address) else {
        return Ok(SocketAddr::new(ip, rtcp.port));
    };
    let given = address(nettype, given, local)?;
    let given = if given.is_unspecified() { ip } else { given };
    Ok(SocketAddr::new(given, rtcp.port))
}

/// `given` as an address that media can be sent to, or that is unspecified for a hold.
fn address(nettype: &NetType, given: &str, local: IpAddr) -> Result<IpAddr, Refusal> {
    let refused = |reason| Refusal::Address { address: given.to_owned(), reason };
    if *nettype != NetType::In {
        return Err(refused("not on the Internet (IN)"));
    }
    // Of a multicast address a TTL may follow (RFC 8866, 5.7).
    let Ok(ip) = given.split('/').next().unwrap_or(given).parse::<IpAddr>() else {
        return Err(refused("domain names are not looked up, an IP address is needed"));
    };
    let ip = ip.to_canonical();
    if ip.is_multicast() {
        return Err(Refusal::Multicast { address: given.to_owned() });
    }
    if ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
        return Err(refused("it is every host's"));
    }
    // Nothing is sent to a peer on hold, so its address need not be reachable.
    if !ip.is_unspecified() && ip.is_ipv4() != local.is_ipv4() {
        return Err(refused("its address family is not served here"));
    }
    Ok(ip)
}

/// The peer's direction turned round; the medium's own wins over the session's. A peer on hold
/// the old way is not sent to (RFC 3264, 8.4).
fn our_direction(session: &Session, media: &Media, remote: &Remote) -> Direction {
    let theirs = direction_in(&media.attributes).or_else(|| direction_in(&session.attributes));
    let ours = match theirs {
        None | Some(Direction::SendRecv) => Direction::SendRecv,
        Some(Direction::SendOnly) => Direction::RecvOnly,
        Some(Direction::RecvOnly) => Direction::SendOnly,
        Some(Direction::Inactive) => Direction::Inactive,
    };
    match (remote.rtp.ip().is_unspecified(), ours) {
        (true, Direction::SendRecv) => Direction::RecvOnly,
        (true, Direction::SendOnly) => Direction::Inactive,
        _ => ours,
    }
}

fn direction_in(attributes: &[sdp_types::Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|attribute| match attribute.attribute.as_str() {
        "sendrecv" => Some(Direction::SendRecv),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::RecvOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    })
}

/// What the peer wants to receive, in steps we can send (RFC 8866, 6.4).
fn packet_ms(media: &Media, default: u32) -> u32 {
    let wanted = milliseconds(media, "ptime").filter(|ms| *ms > 0).unwrap_or(default);
    let most = milliseconds(media, "maxptime").filter(|ms| *ms > 0).unwrap_or(PACKET_MS_MAX);
    let whole = wanted.min(most) / PACKET_MS_STEP * PACKET_MS_STEP;
    whole.clamp(PACKET_MS_MIN, PACKET_MS_MAX)
}

/// Some peers write a fraction; its whole part is enough.
fn milliseconds(media: &Media, name: &str) -> Option<u32> {
    let value = media.get_first_attribute_value(name).flatten()?.trim();
    value.split('.').next()?.parse().ok()
}
