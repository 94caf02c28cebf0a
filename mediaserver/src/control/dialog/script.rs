//! What a request wants played: its address, its type and its streams, checked.

use dialogs::audio::TYPES;
use mixer::topology::Directions;
use mscp_proto::multipart::Resources;
use mscp_proto::shared::{Direction, FetchHints, Method, Script, Streams};

use crate::control::event::Fetch;

/// `receive`: the dialog listens to its end point. `transmit`: it plays to it (draft 6.3).
pub(super) fn directions_of(streams: &Streams) -> Result<Directions, String> {
    if streams.video().is_some() {
        return Err("video is not supported".to_owned());
    }
    Ok(match streams.audio() {
        Some(Direction::Both) => Directions::Both,
        Some(Direction::Transmit) => Directions::AToB,
        Some(Direction::Receive) => Directions::BToA,
        None => Directions::Neither,
    })
}

/// What is to be fetched for a script; a `cid:` is a part of the same message.
pub(super) fn source_of(
    script: Script,
    hints: &FetchHints,
    resources: &Resources,
) -> Result<Fetch, String> {
    if !TYPES.iter().any(|known| known.eq_ignore_ascii_case(script.mime())) {
        return Err(format!(
            "dialogs of type {} are not supported; supported are {}",
            script.mime(),
            TYPES.join(", ")
        ));
    }
    let Script::Uri { uri, .. } = script else {
        return Err("audio cannot stand inside <src>; give its address in the attribute src, or \
                    send it as a part of a multipart message and name it with cid:"
            .to_owned());
    };
    if uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid:")) {
        return match resources.by_cid(&uri) {
            Some(part) => Ok(Fetch::Bytes(part.bytes.clone())),
            None => Err(format!("no part of the message has the Content-ID that {uri} names")),
        };
    }
    Ok(Fetch::Uri {
        uri,
        max_age: seconds(hints.maxage.as_deref(), "maxage")?,
        max_stale: seconds(hints.maxstale.as_deref(), "maxstale")?,
        post: hints.method == Method::Post,
    })
}

/// `maxage` and `maxstale`: seconds as in HTTP 1.1, where a trailing `s` is forgiven.
fn seconds(text: Option<&str>, name: &str) -> Result<Option<u64>, String> {
    let Some(text) = text else { return Ok(None) };
    let digits = text.strip_suffix('s').unwrap_or(text);
    match digits.parse() {
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => Err(format!("{name}=\"{text}\" is not a number of seconds")),
    }
}
