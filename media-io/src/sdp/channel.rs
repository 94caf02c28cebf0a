//! The MSCP transport channel in SDP (draft, 7.2.1, with RFC 4145).
//!
//! ```text
//! AS                                   MS
//! m=application 9 TCP/MS               m=application 32416 TCP/MS
//! a=setup:active                       a=setup:passive
//! a=connection:new                     a=connection:new
//! ```
//!
//! The draft's own example leaves out the format list of `m=` and the address type of `c=`, both
//! of which RFC 8866 wants. Such offers are repaired before they are read; a format list is
//! answered only where one was offered.

use std::borrow::Cow;
use std::net::IpAddr;

use sdp_types::{Connection, Media, Origin, Session};

use super::parse::{check_limits, parse};
use super::print::{rejected, write};
use super::refusal::Refusal;

const PROTO: &str = "TCP/MS";

const MEDIA: &str = "application";

/// Stands for a missing format list while the description is read.
const ANY_FORMAT: &str = "*";

/// Our end of the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalChannel {
    /// Address the application server connects to.
    pub ip: IpAddr,
    /// TCP port the application server connects to.
    pub port: u16,
    /// Names the session in `o=`; the same for every description of one SIP dialog.
    pub session_id: u64,
    /// Version in `o=`; grows with each description that says something new.
    pub version: u64,
    /// Whether a TCP connection of this SIP dialog stands, which may then be kept.
    pub connected: bool,
}

/// What was agreed for a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelAnswer {
    /// The answer to send.
    pub sdp: Vec<u8>,
    /// Whether the connection that stands is kept; otherwise a new one will come.
    pub kept: bool,
}

/// Whether a description offers an MSCP channel.
#[must_use]
pub fn is_channel_offer(offer: &[u8]) -> bool {
    check_limits(offer).is_ok() && offer.split(|byte| *byte == b'\n').any(is_channel_line)
}

/// Answers the offer of a channel: passive, and new unless the offer and we want to keep the
/// connection that stands.
///
/// # Errors
/// When the description is malformed, holds no channel, or wants us to connect.
pub fn answer_channel(offer: &[u8], local: &LocalChannel) -> Result<ChannelAnswer, Refusal> {
    check_limits(offer)?;
    let session = parse(&repaired(offer))?;
    let Some(index) = session.medias.iter().position(is_live_channel) else {
        let reason = "no m=application over TCP/MS with a port".to_owned();
        return Err(Refusal::Channel { reason });
    };
    let mut kept = false;
    let mut media: Vec<Media> = session.medias.iter().map(rejected).collect();
    if let (Some(line), Some(offered)) = (media.get_mut(index), session.medias.get(index)) {
        check_setup(&session, offered)?;
        kept = local.connected && keeps_connection(&session, offered)?;
        accept(line, local.port, kept);
    }
    let origin = Origin::with_ip_addr(local.session_id, local.version, local.ip);
    let mut answer = Session::new(origin, "-");
    answer.set_connection(Connection::from_ip_addr(local.ip));
    answer.add_medias(media);
    let text = write(&answer)?;
    let sdp = if lacks_format(offer) { without_format(&text) } else { text };
    Ok(ChannelAnswer { sdp, kept })
}

fn is_live_channel(media: &Media) -> bool {
    media.port != 0
        && media.media.eq_ignore_ascii_case(MEDIA)
        && media.proto.eq_ignore_ascii_case(PROTO)
}

/// The application server connects, so it has to be active; that is also what a missing `a=setup`
/// means in an offer (RFC 4145, 4).
fn check_setup(session: &Session, media: &Media) -> Result<(), Refusal> {
    match attribute(session, media, "setup").unwrap_or("active") {
        "active" | "actpass" => Ok(()),
        other => Err(Refusal::Channel {
            reason: format!("a=setup:{other}, but the application server has to be active"),
        }),
    }
}

/// Whether the offer wants to keep a connection; a missing `a=connection` means a new one
/// (RFC 4145, 5).
fn keeps_connection(session: &Session, media: &Media) -> Result<bool, Refusal> {
    match attribute(session, media, "connection").unwrap_or("new") {
        "new" => Ok(false),
        "existing" => Ok(true),
        other => Err(Refusal::Channel { reason: format!("unknown a=connection:{other}") }),
    }
}

/// Both attributes may stand in the medium or in the session (RFC 4145, 4 and 5).
fn attribute<'a>(session: &'a Session, media: &'a Media, name: &'a str) -> Option<&'a str> {
    let of_media = media.get_first_attribute_value(name).flatten();
    of_media.or_else(|| session.get_first_attribute_value(name).flatten()).map(str::trim)
}

fn accept(line: &mut Media, port: u16, kept: bool) {
    line.port = port;
    line.add_attribute_with_value("setup", "passive");
    line.add_attribute_with_value("connection", if kept { "existing" } else { "new" });
}

/// The words of an `m=` line that is a channel.
fn channel_words(line: &[u8]) -> Option<Vec<&str>> {
    let words: Vec<&str> = text(line)?.strip_prefix("m=")?.split_whitespace().collect();
    let is_channel =
        words.first()?.eq_ignore_ascii_case(MEDIA) && words.get(2)?.eq_ignore_ascii_case(PROTO);
    is_channel.then_some(words)
}

fn is_channel_line(line: &[u8]) -> bool {
    channel_words(line).is_some()
}

fn lacks_format(offer: &[u8]) -> bool {
    offer.split(|byte| *byte == b'\n').filter_map(channel_words).any(|words| words.len() == 3)
}

/// Adds what the draft's example leaves out, line by line, so that line numbers stay true.
fn repaired(offer: &[u8]) -> Vec<u8> {
    let lines = offer.split(|byte| *byte == b'\n').map(repaired_line);
    lines.collect::<Vec<_>>().join(&b'\n')
}

fn repaired_line(line: &[u8]) -> Cow<'_, [u8]> {
    if let Some(words) = channel_words(line).filter(|words| words.len() == 3) {
        return Cow::Owned(format!("m={} {ANY_FORMAT}", words.join(" ")).into_bytes());
    }
    match address_without_type(line) {
        Some(ip) if ip.is_ipv4() => Cow::Owned(format!("c=IN IP4 {ip}").into_bytes()),
        Some(ip) => Cow::Owned(format!("c=IN IP6 {ip}").into_bytes()),
        None => Cow::Borrowed(line),
    }
}

/// The address of a line such as `c=IN 192.168.1.1`.
fn address_without_type(line: &[u8]) -> Option<IpAddr> {
    let (network, address) = text(line)?.strip_prefix("c=")?.trim().split_once(' ')?;
    if !network.eq_ignore_ascii_case("IN") {
        return None;
    }
    address.trim().parse().ok()
}

fn without_format(answer: &[u8]) -> Vec<u8> {
    let ending = format!(" {PROTO} {ANY_FORMAT}\r\n");
    String::from_utf8_lossy(answer).replacen(&ending, &format!(" {PROTO}\r\n"), 1).into_bytes()
}

fn text(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line).ok().map(|line| line.trim_end_matches('\r'))
}
