//! The attribute `a=crypto` (RFC 4568): which keys protect a stream, and whether any must.
//!
//! ```text
//! a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:<key and salt>|2^31|1:4 KDR=0
//!          tag suite                        base64         life MKI  parameters
//! ```
//!
//! The profile `RTP/SAVP` promises protection. Phones also write `a=crypto` beneath `RTP/AVP` and
//! mean: if you can. RFC 4568 does not know that, and every such phone takes an answer with or
//! without a key. A line that asks for what is not spoken here (several keys, keys derived anew,
//! streams that are not encrypted or not authenticated) is passed over like an unknown suite.

use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};
use sdp_types::Media;
use zeroize::Zeroizing;

use crate::srtp::{Keys, MasterKey, Mki, SUITES, Suite};

use super::local::{LocalMedia, Negotiated};
use super::refusal::Refusal;

/// The profile without protection, or with it if both can.
pub(super) const AVP: &str = "RTP/AVP";

/// The profile with protection.
pub(super) const SAVP: &str = "RTP/SAVP";

const NAME: &str = "crypto";

/// Digits of a tag at most (RFC 4568, 9.1).
const TAG_DIGITS_MAX: usize = 9;

/// Some peers leave the padding of base64 away; some of the suites have none.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether media is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// Never: keys that are offered are passed over, `RTP/SAVP` is refused.
    #[default]
    Plain,
    /// If the peer offers it; our own offers leave it to the peer.
    Optional,
    /// Always: who offers no keys is refused.
    Required,
}

/// A line of the peer's that we can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crypto {
    pub(super) tag: String,
    pub(super) key: MasterKey,
}

impl Crypto {
    /// The line with our key that answers this one (RFC 4568, 5.1.2).
    pub(super) fn answer(&self, ours: &MasterKey) -> String {
        line(&self.tag, ours)
    }
}

/// What the peer offers or answers for the stream `media`: its first line that we can do, `None` if
/// the stream is not to be protected.
pub(super) fn choose(media: &Media, local: &LocalMedia) -> Result<Option<Crypto>, Refusal> {
    let promised = media.proto.eq_ignore_ascii_case(SAVP);
    if !promised && !media.proto.eq_ignore_ascii_case(AVP) {
        return Err(Refusal::Transport { proto: media.proto.clone() });
    }
    if local.security == Security::Plain {
        return if promised { Err(Refusal::Secured) } else { Ok(None) };
    }
    let chosen = values(media).find_map(|value| {
        let crypto = parse(value)?;
        local.keyring.key(crypto.key.suite()).map(|_| crypto)
    });
    if chosen.is_some() || (!promised && local.security == Security::Optional) {
        return Ok(chosen);
    }
    match suites(media) {
        offered if offered.is_empty() => Err(Refusal::Unsecured),
        offered => Err(Refusal::NoCommonCrypto { offered }),
    }
}

/// Our key for a stream that the peer sends under `theirs`. The one in use stays in use, and the
/// state that goes with it, unless the peer has moved to another address and changed its key: then
/// it may be somebody who does not know how far ours has counted (RFC 4568, 7.1.4).
pub(super) fn ours(
    theirs: &MasterKey,
    moved: bool,
    local: &LocalMedia,
    previous: Option<&Negotiated>,
) -> Option<MasterKey> {
    let suite = theirs.suite();
    let used = previous
        .and_then(|previous| previous.keys.as_ref())
        .filter(|keys| keys.ours.suite() == suite && !(moved && keys.theirs != *theirs));
    used.map(|keys| &keys.ours).or_else(|| local.keyring.key(suite)).cloned()
}

/// The lines of an offer of ours with their keys, under the tags 1, 2 and so on: the suite in use
/// first, with its key.
pub(super) fn offer(local: &LocalMedia, previous: Option<&Negotiated>) -> Vec<(String, MasterKey)> {
    if local.security == Security::Plain {
        return Vec::new();
    }
    let used = previous.and_then(|previous| Some(previous.keys.as_ref()?.ours.clone()));
    let suite = used.as_ref().map(MasterKey::suite);
    let others = SUITES.into_iter().filter(|other| Some(*other) != suite);
    let fresh = others.filter_map(|other| local.keyring.key(other).cloned());
    let tagged = used.into_iter().chain(fresh).enumerate();
    tagged.map(|(place, key)| ((place + 1).to_string(), key)).collect()
}

/// The profile of an offer of ours.
pub(super) fn profile(local: &LocalMedia, previous: Option<&Negotiated>) -> &'static str {
    let agreed = previous.and_then(Negotiated::profile);
    match local.security {
        Security::Plain => AVP,
        Security::Required => SAVP,
        Security::Optional if agreed.is_some_and(|it| it.eq_ignore_ascii_case(SAVP)) => SAVP,
        Security::Optional => AVP,
    }
}

/// The keys that the peer's answer to `offered` chose.
pub(super) fn accept(
    offered: &[(String, MasterKey)],
    answered: Option<&Crypto>,
) -> Result<Option<Keys>, Refusal> {
    let Some(crypto) = answered else { return Ok(None) };
    let suite = crypto.key.suite();
    let chosen = offered.iter().find(|(tag, key)| *tag == crypto.tag && key.suite() == suite);
    let Some((_, ours)) = chosen else {
        return Err(Refusal::NoCommonCrypto { offered: suite.name().to_owned() });
    };
    Ok(Some(Keys { ours: ours.clone(), theirs: crypto.key.clone() }))
}

/// Adds our lines to a stream.
pub(super) fn add(media: &mut Media, lines: &[String]) {
    for line in lines {
        media.add_attribute_with_value(NAME, line);
    }
}

pub(super) fn line(tag: &str, key: &MasterKey) -> String {
    format!("{tag} {} inline:{}", key.suite().name(), BASE64.encode(key.secret()))
}

fn values(media: &Media) -> impl Iterator<Item = &str> {
    media.get_attribute_values(NAME).flatten()
}

/// The names of the suites that were offered, for a person; never the keys.
fn suites(media: &Media) -> String {
    let names = values(media).filter_map(|value| value.split_whitespace().nth(1));
    names.collect::<Vec<_>>().join(" ")
}

/// Understands the value of an attribute; `None` if it is malformed or more than we speak.
fn parse(value: &str) -> Option<Crypto> {
    let mut words = value.split_whitespace();
    let (tag, suite, key) = (words.next()?, words.next()?, words.next()?);
    let is_tag = tag.len() <= TAG_DIGITS_MAX && tag.bytes().all(|byte| byte.is_ascii_digit());
    if !is_tag || !words.all(is_harmless) {
        return None;
    }
    Some(Crypto { tag: tag.to_owned(), key: master_key(Suite::by_name(suite)?, key)? })
}

/// Whether a session parameter changes nothing for us (RFC 4568, 6.3): one that may be ignored, keys
/// derived once, a hint how large a window should be.
fn is_harmless(parameter: &str) -> bool {
    parameter.starts_with('-') || parameter.starts_with("WSH=") || parameter == "KDR=0"
}

/// `inline:<key and salt>[|lifetime][|MKI:length]` (RFC 4568, 6.1). Of several keys, separated by
/// semicolons, none is taken.
fn master_key(suite: Suite, parameters: &str) -> Option<MasterKey> {
    let (method, rest) = parameters.split_once(':')?;
    if !method.eq_ignore_ascii_case("inline") {
        return None;
    }
    let mut parts = rest.split('|');
    let secret = Zeroizing::new(BASE64.decode(parts.next()?).ok()?);
    let mut key = MasterKey::new(suite, &secret)?;
    let mut next = parts.next();
    if let Some(part) = next.filter(|part| !part.contains(':')) {
        key = key.for_packets(lifetime(part)?);
        next = parts.next();
    }
    if let Some(part) = next {
        let (value, len) = part.split_once(':')?;
        key = key.named(Mki::new(value.parse().ok()?, len.parse().ok()?)?);
    }
    parts.next().is_none().then_some(key)
}

/// Packets, as a number or as a power of two.
fn lifetime(text: &str) -> Option<u64> {
    let packets = match text.strip_prefix("2^") {
        Some(exponent) => 1u64.checked_shl(exponent.parse().ok()?)?,
        None => text.parse().ok()?,
    };
    (packets > 0).then_some(packets)
}
