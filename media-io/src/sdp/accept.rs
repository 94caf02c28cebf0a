//! Taking the peer's answer to an offer of ours (RFC 3264, 7).

use crate::leg::Accepted;

use super::answer::format;
use super::crypto;
use super::local::{LocalMedia, Negotiated};
use super::offer::Offer;
use super::parse::{line_of_media, parse};
use super::refusal::Refusal;
use super::stream::{is_audio, stream};

/// Takes the answer to `offer`, which was made from `local`.
///
/// # Errors
/// A [`Refusal`] when the answer does not fit the offer, or rejects it. The call has no media then
/// and is to be ended.
pub fn accept_answer(
    offer: Offer,
    answer: &[u8],
    local: &LocalMedia,
) -> Result<Negotiated, Refusal> {
    let session = parse(answer)?;
    let index = offer.lines.audio.unwrap_or_default();
    let media = session.medias.get(index).filter(|media| is_audio(media));
    let Some(media) = media else {
        let reason = "the answer has no m=audio where the offer has it".to_owned();
        return Err(Refusal::Malformed { line: line_of_media(answer, index), reason });
    };
    if media.port == 0 {
        return Err(Refusal::Rejected);
    }
    let stream = stream(&session, media, line_of_media(answer, index), local)?;
    let keys = crypto::accept(&offer.keys, stream.crypto.as_ref())?;
    let mut format = format(&stream)?;
    format.also_event = stream.also_event().map(|event| event.payload_type);
    also_understand(&mut format.also, &stream.codecs, &offer.codecs);
    Ok(Negotiated {
        sdp: offer.sdp,
        format,
        remote: Some(stream.remote),
        direction: stream.direction,
        flash: stream.event().is_some_and(|event| event.flash),
        keys,
        version: offer.version,
        lines: offer.lines,
    })
}

/// The peer sends under the payload types of the offer, we under those of the answer: where they
/// differ, both are understood (RFC 3264, 6.1).
fn also_understand(also: &mut [Option<Accepted>], answered: &[Accepted], offered: &[Accepted]) {
    let missing = offered.iter().filter(|offer| {
        let used = answered.iter().any(|answer| answer.payload_type == offer.payload_type);
        !used && answered.iter().any(|answer| answer.codec == offer.codec)
    });
    let free = also.iter_mut().filter(|place| place.is_none());
    for (place, codec) in free.zip(missing) {
        *place = Some(*codec);
    }
}
