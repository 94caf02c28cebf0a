//! Parameters of a format: `a=fmtp:<format> <parameters>` (RFC 8866, 6.15).

use sdp_types::Media;

/// The parameters of a payload type, as they stand.
pub(super) fn of(media: &Media, payload_type: u8) -> impl Iterator<Item = &str> {
    media.get_attribute_values("fmtp").flatten().filter_map(move |value| {
        let (format, parameters) = value.split_once(' ')?;
        (format.parse() == Ok(payload_type)).then_some(parameters)
    })
}

/// The value of one parameter in the form `name=value;name=value`, as Opus has it (RFC 7587, 6.1).
pub(super) fn number(media: &Media, payload_type: u8, name: &str) -> Option<u32> {
    let mut pairs = of(media, payload_type).flat_map(|parameters| parameters.split(';'));
    pairs.find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let found = key.trim().eq_ignore_ascii_case(name);
        found.then(|| value.trim().parse().ok()).flatten()
    })
}
