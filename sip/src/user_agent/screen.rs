//! The checks that every request passes before anything is done with it (RFC 3261, 8.2).

use super::reply::ALLOW;
use super::{Incoming, UserAgent};
use crate::message::{Method, Request, SDP, is_sdp};

/// Extensions that a peer may require. None yet: neither reliable provisional responses
/// (100rel) nor session timers (timer) are offered.
pub(super) const SUPPORTED: [&str; 0] = [];

impl UserAgent {
    /// Whether a request may go on; if not, it has been answered.
    pub(super) fn screen(&mut self, incoming: &Incoming) -> bool {
        let request = &incoming.request;
        if !is_allowed(request.method) {
            self.refuse(incoming, 405, |writer| writer.header("Allow", ALLOW));
            return false;
        }
        let unsupported = unsupported(request);
        if !unsupported.is_empty() {
            self.refuse(incoming, 420, |writer| writer.header("Unsupported", &unsupported));
            return false;
        }
        let offer = matches!(request.method, Method::Invite | Method::Update);
        if offer && !has_readable_body(request) {
            self.refuse(incoming, 415, |writer| {
                writer.header("Accept", SDP).header("Accept-Encoding", "identity")
            });
            return false;
        }
        true
    }
}

fn is_allowed(method: Method) -> bool {
    let name = method.to_string();
    ALLOW.split(", ").any(|allowed| allowed == name)
}

/// The option tags of Require that are not supported.
fn unsupported(request: &Request) -> String {
    let mut required = request.list("Require");
    required.retain(|tag| !SUPPORTED.iter().any(|known| known.eq_ignore_ascii_case(tag)));
    required.join(", ")
}

/// Whether there is no body, or one that need not be understood (RFC 3261, 8.2.3).
pub(super) fn may_ignore_body(request: &Request) -> bool {
    let disposition = request.header("Content-Disposition").unwrap_or_default();
    request.body.is_empty()
        || disposition.to_ascii_lowercase().replace(' ', "").contains("handling=optional")
}

/// Whether the body is a plain session description, is optional or is not there.
fn has_readable_body(request: &Request) -> bool {
    if may_ignore_body(request) {
        return true;
    }
    let encoded = request.header("Content-Encoding").unwrap_or("identity");
    let described = request.header("Content-Type").is_some_and(is_sdp);
    described && encoded.eq_ignore_ascii_case("identity")
}
