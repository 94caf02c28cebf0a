//! OPTIONS: what this server can do, and whether it would take a call now (RFC 3261 section 11).

use super::reply::ALLOW;
use super::screen::SUPPORTED;
use super::{Incoming, UserAgent};
use crate::message::SDP;

impl UserAgent {
    /// Answers as an INVITE would be answered; within a dialog always with 200. Outside of them
    /// nothing is kept of it.
    pub(super) fn handle_options(&mut self, incoming: &Incoming) {
        let request = &incoming.request;
        if let (None, Some(status)) = (&request.to_tag, self.closed()) {
            return self.turn_away(incoming, status);
        }
        let tag = self.stable_tag(request);
        let packet = self
            .response(request, 200, &tag)
            .header("Contact", &self.contact(request.hop.transport()))
            .header("Allow", ALLOW)
            .header("Accept", SDP)
            .header("Accept-Encoding", "identity")
            .header("Accept-Language", "en")
            .header("Supported", &SUPPORTED.join(", "))
            .end();
        self.reply(incoming, 200, packet);
    }
}
