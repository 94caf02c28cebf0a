//! Offering, for an INVITE that came without an offer (RFC 3261, 13.2.1; RFC 3725).

use std::fmt;

use crate::leg::{Accepted, Direction};
use crate::srtp::MasterKey;

use super::answer::describe;
use super::local::{LocalMedia, Negotiated};
use super::print::{AudioLine, Lines};
use super::refusal::Refusal;
use super::stream::{EVENT_CLOCK_HZ, Event, is_audio};
use super::{crypto, extension};

/// First payload type that may be given to a codec without a static one (RFC 3551, 6).
const DYNAMIC_FIRST: u8 = 96;

/// An offer of ours that waits for its answer.
#[derive(Clone, PartialEq)]
pub struct Offer {
    /// The description to send.
    pub sdp: Vec<u8>,
    /// What we offered, and so must understand.
    pub(super) codecs: Vec<Accepted>,
    /// Our keys, under their tags.
    pub(super) keys: Vec<(String, MasterKey)>,
    pub(super) version: u64,
    pub(super) lines: Lines,
}

/// Without our description, which holds keys.
impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer").field("codecs", &self.codecs).finish_non_exhaustive()
    }
}

/// Offers all we speak, both ways.
///
/// # Errors
/// When `local` names no codec.
pub fn offer(local: &LocalMedia) -> Result<Offer, Refusal> {
    make(local, None)
}

/// Offers all we speak once more, within a call: the codec in use first, every payload type and
/// every medium where it was (RFC 3264, 8; RFC 6337, 5.2.5).
///
/// # Errors
/// When `local` names no codec.
pub fn offer_again(local: &LocalMedia, previous: &Negotiated) -> Result<Offer, Refusal> {
    make(local, Some(previous))
}

fn make(local: &LocalMedia, previous: Option<&Negotiated>) -> Result<Offer, Refusal> {
    let codecs = codecs(local, previous);
    if codecs.is_empty() {
        return Err(Refusal::NoCommonCodec { offered: String::new() });
    }
    let keys = crypto::offer(local, previous);
    let lines: Vec<String> = keys.iter().map(|(tag, key)| crypto::line(tag, key)).collect();
    let audio = AudioLine {
        codecs: &codecs,
        events: &events(local, previous, &codecs),
        direction: Direction::SendRecv,
        packet_ms: local.packet_ms,
        audio_level: extension::wants_levels(&codecs).then(|| audio_level(previous)),
        profile: crypto::profile(local, previous),
        crypto: &lines,
    };
    let lines = place(audio, local, previous);
    let (version, sdp) = describe(local, &lines, previous)?;
    Ok(Offer { sdp, codecs, keys, version, lines })
}

/// The codecs agreed on before, under their payload types, then all others.
fn codecs(local: &LocalMedia, previous: Option<&Negotiated>) -> Vec<Accepted> {
    let mut codecs: Vec<Accepted> = Vec::new();
    if let Some(previous) = previous {
        codecs.push(previous.format.send);
        codecs.extend(previous.format.also.iter().flatten());
    }
    for codec in local.codecs.iter().filter(|codec| codec.offered) {
        if codecs.iter().any(|accepted| accepted.codec == *codec) {
            continue;
        }
        let free = (DYNAMIC_FIRST..128).find(|payload_type| {
            local.telephone_event != Some(*payload_type) && !is_taken(&codecs, *payload_type)
        });
        if let Some(payload_type) = codec.static_payload_type.or(free) {
            codecs.push(Accepted { payload_type, codec });
        }
    }
    codecs.dedup_by(|a, b| a.codec == b.codec);
    codecs
}

/// Keys on the clock of each codec: the usual one first, under the number that was agreed on.
fn events(local: &LocalMedia, previous: Option<&Negotiated>, codecs: &[Accepted]) -> Vec<Event> {
    let Some(wanted) = local.telephone_event else { return Vec::new() };
    let mut events: Vec<Event> = Vec::new();
    let clocks = codecs.iter().map(|accepted| accepted.codec.clock_rate_hz);
    for clock_hz in std::iter::once(EVENT_CLOCK_HZ).chain(clocks) {
        if events.iter().any(|event| event.clock_hz == clock_hz) {
            continue;
        }
        // A peer may have given our usual number to a codec, or to keys on another clock.
        let is_free = |payload_type: &u8| {
            !is_taken(codecs, *payload_type)
                && previous.is_none_or(|previous| !previous.format.is_event(*payload_type))
                && events.iter().all(|event| event.payload_type != *payload_type)
        };
        let usual = Some(wanted).filter(is_free);
        let free = || (DYNAMIC_FIRST..128).find(is_free);
        let agreed = previous.and_then(|previous| agreed(previous, clock_hz));
        if let Some(payload_type) = agreed.or(usual).or_else(free) {
            events.push(Event { payload_type, clock_hz, flash: true });
        }
    }
    events
}

/// The payload type of keys on this clock, as agreed on before.
fn agreed(previous: &Negotiated, clock_hz: u32) -> Option<u8> {
    let format = &previous.format;
    format.telephone_event.filter(|_| format.event_clock_hz == clock_hz)
}

/// An identifier keeps its meaning for as long as the session lasts (RFC 8285, 6).
fn audio_level(previous: Option<&Negotiated>) -> u8 {
    let agreed = previous.and_then(|previous| previous.format.audio_level);
    agreed.unwrap_or(extension::AUDIO_LEVEL_DEFAULT)
}

fn is_taken(codecs: &[Accepted], payload_type: u8) -> bool {
    codecs.iter().any(|accepted| accepted.payload_type == payload_type)
}

/// Media never leave a session's description: the audio stream takes its old place, that of a
/// closed one, or a new one at the end (RFC 3264, 8.1).
fn place(audio: AudioLine<'_>, local: &LocalMedia, previous: Option<&Negotiated>) -> Lines {
    let line = audio.media(local.rtp_port);
    let mut lines = match previous {
        Some(previous) => previous.lines.clone(),
        None => Lines { media: Vec::new(), audio: None },
    };
    let closed = || lines.media.iter().position(|media| is_audio(media) && media.port == 0);
    let index = lines.audio.or_else(closed).unwrap_or(lines.media.len());
    match lines.media.get_mut(index) {
        Some(old) => *old = line,
        None => lines.media.push(line),
    }
    lines.audio = Some(index);
    lines
}
