//! INVITE: a new call, or a change of one.

use super::call::{Asked, Kind};
use super::{Incoming, UserAgent};
use crate::command::Availability;
use crate::dialog::Dialog;
use crate::message::{NameAddr, Request};
use crate::{CallKey, Event, Invitation};

impl UserAgent {
    /// An INVITE outside of dialogs.
    pub(super) fn handle_invite(&mut self, incoming: &Incoming) {
        if let Some(status) = self.closed() {
            return self.turn_away(incoming, status);
        }
        let request = &incoming.request;
        let tag = self.new_tag();
        let Some(dialog) = Dialog::incoming(request, tag.clone()) else {
            let reason = "Bad Request - INVITE Without Usable Contact";
            return self.answer_fault(request, 400, reason);
        };
        if !self.make_room(request.source().ip()) {
            return self.refuse_for_now(incoming, 503);
        }
        let key = CallKey::incoming(&request.call_id, &request.from_tag, &tag);
        self.servers.open(incoming.key.clone(), request, key.clone(), self.io.now);
        self.keep(key.clone(), dialog);
        self.io.tell(Event::Invited(invitation(request, key.clone())));
        self.ask(&key, Kind::First, incoming);
    }

    /// A re-INVITE.
    pub(super) fn handle_reinvite(&mut self, key: &CallKey, incoming: &Incoming) {
        if self.congested {
            return self.refuse_for_now(incoming, 503);
        }
        let Some(call) = self.calls.get_mut(key) else { return };
        if call.reported {
            return self.refuse(incoming, 481, |writer| writer);
        }
        if call.asked.is_some() {
            return self.refuse_for_now(incoming, 500);
        }
        // Our last answer is still on its way, or our own offer is.
        if call.unacked.is_some() || call.calling.is_some() {
            return self.refuse(incoming, 491, |writer| writer);
        }
        let offer = incoming.request.sdp();
        self.io.tell(Event::Reinvited { call: key.clone(), offer });
        self.ask(key, Kind::Again, incoming);
    }

    /// Leaves an INVITE to the application. 100 Trying goes out at once: nobody knows how long
    /// the application takes (17.2.1).
    fn ask(&mut self, key: &CallKey, kind: Kind, incoming: &Incoming) {
        if let Some(call) = self.calls.get_mut(key) {
            call.asked = Some(Asked { kind, incoming: incoming.clone() });
        }
        let packet = self.response(&incoming.request, 100, "").end();
        self.reply(incoming, 100, packet);
    }

    /// The status that a new INVITE gets now, if it is not let in.
    pub(super) fn closed(&self) -> Option<u16> {
        match self.availability {
            Availability::Draining => Some(503),
            Availability::Full => Some(486),
            Availability::Open if self.calls.len() >= self.config.limits.calls => Some(486),
            Availability::Open if self.congested => Some(503),
            Availability::Open => None,
        }
    }

    /// Refuses a request that [`closed`](Self::closed) found unwelcome.
    pub(super) fn turn_away(&mut self, incoming: &Incoming, status: u16) {
        match status {
            503 => self.refuse_for_now(incoming, 503),
            other => self.refuse(incoming, other, |writer| writer),
        }
    }
}

fn invitation(request: &Request, call: CallKey) -> Invitation {
    Invitation {
        call,
        offer: request.sdp(),
        from: uri(&request.from),
        to: uri(&request.to),
        request_uri: request.uri.clone(),
        remote: request.source(),
        transport: request.hop.transport(),
    }
}

fn uri(value: &str) -> String {
    NameAddr::parse(value).map(|address| address.uri.to_owned()).unwrap_or_default()
}
