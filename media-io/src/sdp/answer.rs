//! Answering an offer (RFC 3264, 6 and 8).

use sdp_types::{Media, Session};

use crate::leg::{Accepted, Direction, Format};
use crate::srtp::Keys;

use super::crypto::{self, Crypto};
use super::local::{LocalMedia, Negotiated};
use super::parse::{line_of_media, parse};
use super::print::{AudioLine, Lines, VERSION_FIRST, print, rejected};
use super::refusal::Refusal;
use super::stream::{Stream, is_audio, stream};

/// Answers the first offer of a call.
///
/// # Errors
/// A [`Refusal`] when there is no audio stream that can be taken. An offer without any live
/// medium is no error: the call is then accepted without media, as some kinds of third party
/// call control begin (RFC 3725, 4.3).
pub fn answer(offer: &[u8], local: &LocalMedia) -> Result<Negotiated, Refusal> {
    negotiate(offer, local, None)
}

/// Answers a later offer of the same call. The codec in use stays in use while it is offered, and
/// the version in `o=` grows only when the answer says something new (RFC 3264, 8).
///
/// # Errors
/// As [`answer`]; what was agreed before stays in force then.
pub fn answer_again(
    offer: &[u8],
    local: &LocalMedia,
    previous: &Negotiated,
) -> Result<Negotiated, Refusal> {
    negotiate(offer, local, Some(previous))
}

fn negotiate(
    offer: &[u8],
    local: &LocalMedia,
    previous: Option<&Negotiated>,
) -> Result<Negotiated, Refusal> {
    let session = parse(offer)?;
    let Some((index, mut stream)) = choose(offer, &session, local)? else {
        return without_audio(&session, local, previous);
    };
    if let Some(previous) = previous {
        prefer(&mut stream.codecs, previous.format.send);
    }
    let format = format(&stream)?;
    let keys = keys(&stream, local, previous)?;
    let answered = stream.crypto.as_ref().zip(keys.as_ref());
    let crypto: Vec<String> =
        answered.map(|(crypto, keys)| crypto.answer(&keys.ours)).into_iter().collect();
    let events = stream.event().as_slice().to_vec();
    let audio = AudioLine {
        codecs: &stream.codecs,
        events: &events,
        direction: stream.direction,
        packet_ms: format.packet_ms(),
        audio_level: stream.audio_level,
        profile: session.medias.get(index).map_or(crypto::AVP, |media| &media.proto),
        crypto: &crypto,
    };
    let mut media: Vec<Media> = session.medias.iter().map(rejected).collect();
    if let Some(line) = media.get_mut(index) {
        *line = audio.media(local.rtp_port);
    }
    let lines = Lines { media, audio: Some(index) };
    let (version, sdp) = describe(local, &lines, previous)?;
    Ok(Negotiated {
        sdp,
        format,
        remote: Some(stream.remote),
        direction: stream.direction,
        flash: stream.event().is_some_and(|event| event.flash),
        keys,
        version,
        lines,
    })
}

/// The first audio stream that can be taken, `None` when no medium is live at all, or what is
/// wrong with the first audio stream.
fn choose(
    offer: &[u8],
    session: &Session,
    local: &LocalMedia,
) -> Result<Option<(usize, Stream)>, Refusal> {
    let mut refusal = None;
    let live = session.medias.iter().enumerate().filter(|(_, media)| media.port != 0);
    for (index, media) in live {
        if !is_audio(media) {
            refusal.get_or_insert(Refusal::NoAudio);
            continue;
        }
        match stream(session, media, line_of_media(offer, index), local) {
            Ok(stream) => return Ok(Some((index, stream))),
            // A fault of an audio stream tells more than that another medium is no audio.
            Err(fault) if matches!(refusal, None | Some(Refusal::NoAudio)) => refusal = Some(fault),
            Err(_) => {}
        }
    }
    refusal.map_or(Ok(None), Err)
}

/// The keys of both directions, if the stream is to be protected.
fn keys(
    stream: &Stream,
    local: &LocalMedia,
    previous: Option<&Negotiated>,
) -> Result<Option<Keys>, Refusal> {
    let Some(Crypto { key, .. }) = &stream.crypto else { return Ok(None) };
    let moved = previous.is_some_and(|previous| previous.remote != Some(stream.remote));
    let ours = crypto::ours(key, moved, local, previous);
    let ours =
        ours.ok_or_else(|| Refusal::NoCommonCrypto { offered: key.suite().name().into() })?;
    Ok(Some(Keys { ours, theirs: key.clone() }))
}

/// Moves the codec in use to the front.
fn prefer(codecs: &mut [Accepted], used: Accepted) {
    let place = codecs.iter().position(|accepted| accepted.codec == used.codec);
    if let Some((codecs, place)) = place.and_then(|place| Some((codecs.get_mut(..=place)?, place)))
    {
        codecs.rotate_right(usize::from(place > 0));
    }
}

fn without_audio(
    session: &Session,
    local: &LocalMedia,
    previous: Option<&Negotiated>,
) -> Result<Negotiated, Refusal> {
    let lines = Lines { media: session.medias.iter().map(rejected).collect(), audio: None };
    let (version, sdp) = describe(local, &lines, previous)?;
    let format = match previous {
        Some(previous) => previous.format,
        None => fallback(local)?,
    };
    Ok(Negotiated {
        sdp,
        format,
        remote: None,
        direction: Direction::Inactive,
        flash: false,
        keys: None,
        version,
        lines,
    })
}

/// A leg needs some codec even while nothing flows.
fn fallback(local: &LocalMedia) -> Result<Format, Refusal> {
    let mut known = local.codecs.iter().filter_map(|codec| {
        codec.static_payload_type.map(|payload_type| Format::new(codec, payload_type))
    });
    known.next().ok_or(Refusal::NoCommonCodec { offered: String::new() })
}

/// Our description and its version: the old one when nothing changed.
pub(super) fn describe(
    local: &LocalMedia,
    lines: &Lines,
    previous: Option<&Negotiated>,
) -> Result<(u64, Vec<u8>), Refusal> {
    let Some(previous) = previous else {
        return Ok((VERSION_FIRST, print(local, VERSION_FIRST, &lines.media)?));
    };
    let same = print(local, previous.version, &lines.media)?;
    if same == previous.sdp {
        return Ok((previous.version, same));
    }
    let version = previous.version.saturating_add(1);
    Ok((version, print(local, version, &lines.media)?))
}

/// What the leg is told: the first codec is sent, all of them are understood.
pub(super) fn format(stream: &Stream) -> Result<Format, Refusal> {
    let Some((first, others)) = stream.codecs.split_first() else {
        return Err(Refusal::NoCommonCodec { offered: String::new() });
    };
    let mut format = Format::new(first.codec, first.payload_type);
    for (place, other) in format.also.iter_mut().zip(others) {
        *place = Some(*other);
    }
    if let Some(event) = stream.event() {
        format.telephone_event = Some(event.payload_type);
        format.event_clock_hz = event.clock_hz;
    }
    format.packet_ms = stream.packet_ms;
    format.audio_level = stream.audio_level;
    format.bitrate_bps_max = stream.bitrate_bps_max();
    Ok(format)
}
