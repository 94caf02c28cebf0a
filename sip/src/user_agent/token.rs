//! Names made up here, and the test of names made up elsewhere.

use rand::distr::Alphanumeric;
use rand::{Rng, RngExt};
use rsipstack::sip::parse_uri;

/// Characters of a tag, branch or Call-ID of ours: 95 bits, so that nobody guesses one.
const LENGTH: usize = 16;

/// A token from this source of randomness.
pub(crate) fn from_rng(rng: &mut impl Rng) -> String {
    rng.sample_iter(Alphanumeric).take(LENGTH).map(char::from).collect()
}

/// `token` of RFC 3261, section 25.1.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

/// `callid` of RFC 3261: a word, or two with an `@` between them.
pub(crate) fn is_call_id(text: &str) -> bool {
    let is_word = |word: &str| {
        let other = b"-.!%*_+`'~()<>:\\\"/[]?{}";
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || other.contains(&b))
    };
    match text.split_once('@') {
        Some((left, right)) => is_word(left) && is_word(right),
        None => is_word(text),
    }
}

/// A SIP URI that can stand in a start line and between angle brackets.
pub(crate) fn is_uri(text: &str) -> bool {
    let scheme = ["sip:", "sips:", "tel:"].iter().any(|scheme| text.starts_with(scheme));
    let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c));
    scheme && clean && parse_uri(text).is_ok()
}
