//! Header extensions: `a=extmap:<id>[/<direction>] <URI>` (RFC 8285, 5).

use sdp_types::{Attribute, Media, Session};

use crate::leg::Accepted;
use crate::rtp::AUDIO_LEVEL_URI;

/// Identifier under which we offer audio levels.
pub(super) const AUDIO_LEVEL_DEFAULT: u8 = 1;

/// The identifier that RFC 8285, 4.2 reserves.
const RESERVED: u8 = 15;

/// Under which identifier the peer would tell how loud its packets are, if it offers to.
pub(super) fn audio_level(session: &Session, media: &Media) -> Option<u8> {
    media.attributes.iter().chain(&session.attributes).find_map(extmap)
}

/// Whether levels are of use: only where decoding is worth putting off.
pub(super) fn wants_levels(codecs: &[Accepted]) -> bool {
    codecs.iter().any(|accepted| accepted.codec.costly)
}

/// The line that asks for levels; we send none.
pub(super) fn line(id: u8) -> String {
    format!("{id}/recvonly {AUDIO_LEVEL_URI}")
}

fn extmap(attribute: &Attribute) -> Option<u8> {
    if attribute.attribute != "extmap" {
        return None;
    }
    let mut words = attribute.value.as_deref()?.split_whitespace();
    let (name, uri) = (words.next()?, words.next()?);
    let (id, direction) = name.split_once('/').unwrap_or((name, "sendrecv"));
    let id = id.parse().ok().filter(|id| *id != 0 && *id != RESERVED)?;
    let sends = matches!(direction, "sendrecv" | "sendonly");
    (uri == AUDIO_LEVEL_URI && sends).then_some(id)
}
