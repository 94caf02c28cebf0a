//! What the application says to an INVITE, re-INVITE or UPDATE, and the care for its 2xx.

use super::call::{Asked, Kind, Unacked};
use super::reply::ALLOW;
use super::screen::SUPPORTED;
use super::{Incoming, UserAgent};
use crate::io::{Packet, Timer};
use crate::message::SDP;
use crate::{CallKey, EndReason, Event, Rejection};

/// The Reason of a BYE to a caller that never acknowledged the answer.
const NO_ACK: &str = "SIP;cause=408;text=\"No ACK\"";

impl UserAgent {
    /// 180.
    pub(super) fn ring(&mut self, key: &CallKey) {
        let Some(call) = self.calls.get(key).filter(|call| call.asked_first()) else { return };
        let Some(Asked { incoming, .. }) = call.asked.clone() else { return };
        let tag = call.dialog.local_tag.clone();
        let contact = self.contact(incoming.request.hop.transport());
        let routes = incoming.request.list("Record-Route").join(", ");
        let packet = self
            .response(&incoming.request, 180, &tag)
            .maybe("Record-Route", Some(routes.as_str()).filter(|routes| !routes.is_empty()))
            .header("Contact", &contact)
            .end();
        self.reply(&incoming, 180, packet);
    }

    /// 200 with a session description.
    pub(super) fn accept(&mut self, key: &CallKey, sdp: &[u8]) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(Asked { kind, incoming }) = call.asked.take() else { return };
        if kind != Kind::First {
            call.dialog.refresh(&incoming.request);
        }
        let tag = call.dialog.local_tag.clone();
        let packet: Packet = self.success(&incoming, &tag, Some(sdp)).into();
        self.reply(&incoming, 200, packet.clone());
        if kind != Kind::Update {
            self.await_ack(key, &incoming, packet);
        }
    }

    /// A final response other than 2xx.
    pub(super) fn reject(&mut self, key: &CallKey, rejection: &Rejection) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(Asked { kind, incoming }) = call.asked.take() else { return };
        let tag = call.dialog.local_tag.clone();
        let status = if (300..700).contains(&rejection.status) { rejection.status } else { 500 };
        self.reply_rejected(&incoming, status, &tag, rejection);
        if kind == Kind::First {
            self.forget(key);
        }
    }

    /// The 200 to an INVITE or UPDATE.
    pub(super) fn success(&self, incoming: &Incoming, tag: &str, sdp: Option<&[u8]>) -> Vec<u8> {
        let request = &incoming.request;
        let mut writer = self.response(request, 200, tag);
        for route in request.list("Record-Route") {
            writer = writer.header("Record-Route", &route);
        }
        let writer = writer
            .header("Contact", &self.contact(request.hop.transport()))
            .header("Allow", ALLOW)
            .header("Accept", SDP)
            .header("Supported", &SUPPORTED.join(", "));
        match sdp {
            Some(sdp) => writer.body(SDP, sdp),
            None => writer.end(),
        }
    }

    /// Answers what is still open in a call that ends for another reason.
    pub(super) fn close_asked(&mut self, key: &CallKey, status: u16) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(Asked { incoming, .. }) = call.asked.take() else { return };
        let tag = call.dialog.local_tag.clone();
        let packet = self.response(&incoming.request, status, &tag).end();
        self.reply(&incoming, status, packet);
    }

    /// Repeats the 2xx: over TCP too, since a proxy behind may use UDP.
    pub(super) fn repeat_answer(&mut self, key: &CallKey) {
        let Some(unacked) = self.calls.get_mut(key).and_then(|c| c.unacked.as_mut()) else {
            return;
        };
        self.io.respond(unacked.hop, unacked.packet.clone());
        unacked.interval = (unacked.interval * 2).min(self.io.timers.t2);
        unacked.repeat = Some(self.io.set(unacked.interval, Timer::AnswerRepeat(key.clone())));
    }

    /// No ACK within 64 · T1: the session is ended with BYE (13.3.1.4, 14.2).
    pub(super) fn give_up_answer(&mut self, key: &CallKey) {
        self.stop_repeating(key);
        let event = Event::Ended { call: key.clone(), reason: EndReason::NoAck };
        self.report(key, event);
        let reason = self.last_words(key);
        self.say_bye(key, Some(&reason));
    }

    /// The Reason of the BYE to a call without ACK: the application's, if it waited to be said.
    pub(super) fn last_words(&mut self, key: &CallKey) -> String {
        let farewell = self.calls.get_mut(key).and_then(|call| call.farewell.take().flatten());
        farewell.unwrap_or_else(|| NO_ACK.to_owned())
    }

    /// Stops the care for a 2xx, if there is one.
    pub(super) fn stop_repeating(&mut self, key: &CallKey) {
        let Some(unacked) = self.calls.get_mut(key).and_then(|c| c.unacked.take()) else { return };
        self.io.cancel(unacked.repeat);
        self.io.cancel(unacked.end);
        self.servers.settle(&unacked.transaction);
    }

    fn await_ack(&mut self, key: &CallKey, incoming: &Incoming, packet: Packet) {
        let (t1, t1x64) = (self.io.timers.t1, self.io.timers.t1x64());
        let unacked = Unacked {
            cseq: incoming.request.cseq,
            transaction: incoming.key.clone(),
            packet,
            hop: incoming.request.return_hop(),
            interval: t1,
            repeat: Some(self.io.set(t1, Timer::AnswerRepeat(key.clone()))),
            end: Some(self.io.set(t1x64, Timer::AnswerEnd(key.clone()))),
        };
        if let Some(call) = self.calls.get_mut(key) {
            call.unacked = Some(unacked);
        }
    }

    fn reply_rejected(&mut self, incoming: &Incoming, status: u16, tag: &str, why: &Rejection) {
        let retry = why.retry_after.map(|after| after.as_secs().max(1).to_string());
        let warning = why.warning.as_ref().map(|(code, text)| {
            let text = text.replace(['"', '\\'], "'");
            format!("{code} {} \"{text}\"", self.address)
        });
        let writer = match &why.reason {
            Some(reason) => self.response_because(&incoming.request, status, reason, tag),
            None => self.response(&incoming.request, status, tag),
        };
        let packet = writer
            .maybe("Retry-After", retry.as_deref())
            .maybe("Warning", warning.as_deref())
            .end();
        self.reply(incoming, status, packet);
    }
}
