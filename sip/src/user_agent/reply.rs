//! Responses.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Incoming, UserAgent, token};
use crate::Transport;
use crate::io::Packet;
use crate::message::{Method, Request, Writer, reason_phrase};

/// The methods that are understood.
pub(super) const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE";
/// Loop Detected: a request that came over two ways (RFC 3261, 8.2.2.2).
pub(super) const MERGED: u16 = 482;
/// The most seconds of Retry-After.
pub(super) const RETRY_SECONDS_MAX: u64 = 10;

impl UserAgent {
    /// The beginning of a response.
    pub(super) fn response(&self, request: &Request, status: u16, tag: &str) -> Writer {
        self.response_because(request, status, &reason_phrase(status), tag)
    }

    /// The beginning of a response with its own reason phrase.
    pub(super) fn response_because(
        &self,
        request: &Request,
        status: u16,
        reason: &str,
        tag: &str,
    ) -> Writer {
        Writer::response(request, status, reason, tag).header("Server", &self.config.user_agent)
    }

    /// Sends a response within its transaction.
    pub(super) fn reply(&mut self, incoming: &Incoming, status: u16, packet: impl Into<Packet>) {
        let hop = incoming.request.return_hop();
        self.servers.respond(&incoming.key, hop, status, packet.into(), &mut self.io);
    }

    /// Sends a final response without a body. Outside of dialogs nothing is kept of the request.
    pub(super) fn refuse(
        &mut self,
        incoming: &Incoming,
        status: u16,
        fill: impl FnOnce(Writer) -> Writer,
    ) {
        self.count_refused(&incoming.request, status);
        let tag = self.stable_tag(&incoming.request);
        let packet = fill(self.response(&incoming.request, status, &tag)).end();
        self.reply(incoming, status, packet);
    }

    /// Refuses with 500 or 503 and a scattered Retry-After, so that peers do not come back at once.
    pub(super) fn refuse_for_now(&mut self, incoming: &Incoming, status: u16) {
        let seconds = (1 + self.digest(&incoming.request) % RETRY_SECONDS_MAX).to_string();
        self.refuse(incoming, status, |writer| writer.header("Retry-After", &seconds));
    }

    /// Answers without keeping anything (RFC 3261, 8.2.7): the same request gets the same bytes.
    pub(super) fn answer_fault(&mut self, request: &Request, status: u16, reason: &str) {
        self.count_refused(request, status);
        let tag = self.stable_tag(request);
        let allow = matches!(status, 405 | 501).then_some(ALLOW);
        let retry = (status == 503).then_some("5");
        let packet = self
            .response_because(request, status, reason, &tag)
            .maybe("Allow", allow)
            .maybe("Retry-After", retry)
            .end();
        self.io.respond(request.return_hop(), packet.into());
    }

    /// Counts a new call that is refused before the application hears of it; one that came over
    /// another way already is none.
    fn count_refused(&mut self, request: &Request, status: u16) {
        let new = request.method == Method::Invite && request.to_tag.is_none();
        if new && status != MERGED {
            self.refused.count(status);
        }
    }

    /// The To tag of a response without state: the same for every repetition of a request.
    pub(super) fn stable_tag(&self, request: &Request) -> String {
        format!("{:016x}", self.digest(request))
    }

    /// A number that a request and its repetitions have in common, and that nobody foresees.
    fn digest(&self, request: &Request) -> u64 {
        let mut hasher = DefaultHasher::new();
        let names = (&request.call_id, &request.cseq_value, &request.via.branch);
        (self.salt, names).hash(&mut hasher);
        hasher.finish()
    }

    /// Our Contact, as it is reached over this transport.
    pub(super) fn contact(&self, transport: Transport) -> String {
        match transport {
            Transport::Udp => format!("<sip:{}>", self.address),
            Transport::Tcp => format!("<sip:{};transport=tcp>", self.address),
        }
    }

    pub(super) fn new_tag(&mut self) -> String {
        token::from_rng(&mut self.rng)
    }
}
