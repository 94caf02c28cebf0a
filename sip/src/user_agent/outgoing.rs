//! Calls that this side makes.

use super::UserAgent;
use super::call::{Call, Calling};
use crate::command::NewCall;
use crate::dialog::Dialog;
use crate::hop::Hop;
use crate::io::Packet;
use crate::message::{Response, SDP, branch, transaction_key};
use crate::transaction::Purpose;
use crate::{CallKey, EndReason, Event, Transport};

use super::reply::ALLOW;

impl UserAgent {
    /// Sends the INVITE.
    pub(super) fn call(&mut self, key: CallKey, new: &NewCall) {
        if self.calls.contains_key(&key) {
            // The same names twice are the same call.
            return;
        }
        if self.calls.len() >= self.config.limits.calls {
            return self.io.tell(Event::Failed { call: key, status: 503 });
        }
        let wanted = &new.outgoing;
        let hop = Hop::Udp(wanted.target);
        let mut dialog =
            Dialog::outgoing(&new.call_id, &new.from_tag, &wanted.from, &wanted.to, hop);
        let cseq = dialog.next_cseq();
        let branch = branch(&self.new_tag());
        let writer = dialog
            .request("INVITE", cseq, &self.via(hop, &branch))
            .header("Contact", &self.contact(Transport::Udp))
            .header("Allow", ALLOW)
            .header("User-Agent", &self.config.user_agent);
        let packet: Packet = match &wanted.offer {
            Some(offer) => writer.body(SDP, offer).into(),
            None => writer.end().into(),
        };
        let transaction = transaction_key(&branch, "INVITE");
        let calling = Calling {
            cseq,
            branch,
            again: false,
            hop,
            offered: wanted.offer.is_some(),
            proceeding: false,
            cancelled: false,
            answered: false,
        };
        self.calls.insert(key.clone(), Call { calling: Some(calling), ..Call::new(dialog) });
        self.clients.start(transaction, Purpose::Invite(key), hop, packet, &mut self.io);
    }

    /// A response to the INVITE that its transaction had not seen.
    pub(super) fn handle_invite_response(&mut self, key: &CallKey, response: &Response) {
        if self.calling(key).is_some_and(|calling| calling.again) {
            return self.handle_change_response(key, response);
        }
        match response.status {
            ..200 => self.handle_provisional(key, response.status),
            200..300 => self.handle_success(key, response),
            300.. => self.handle_failure(key, response),
        }
    }

    /// An INVITE of ours that was never answered.
    pub(super) fn handle_unanswered(&mut self, key: &CallKey) {
        if self.calling(key).is_some_and(|calling| calling.again) {
            return self.end(key, None, EndReason::PeerLost);
        }
        let cancelled = self.calling(key).is_some_and(|calling| calling.cancelled);
        let status = if cancelled { 487 } else { 408 };
        self.report(key, Event::Failed { call: key.clone(), status });
        self.forget(key);
    }

    /// The ACK with the answer to the peer's offer, or without a body.
    pub(super) fn acknowledge(&mut self, key: &CallKey, answer: Option<&[u8]>) {
        let Some(call) = self.calls.get_mut(key) else { return };
        if !call.calling.as_ref().is_some_and(|calling| calling.answered) {
            return;
        }
        let Some(calling) = call.calling.take() else { return };
        let dialog = call.dialog.clone();
        self.send_ack(&dialog, &calling, answer);
    }

    /// The application ends a call that has not begun, or whose ACK is owed.
    pub(super) fn hang_up_outgoing(
        &mut self,
        key: &CallKey,
        reason: Option<String>,
        why: EndReason,
    ) {
        let answered = self.calling(key).is_some_and(|calling| calling.answered);
        if answered {
            self.acknowledge(key, None);
            return self.end(key, reason, why);
        }
        let Some(calling) = self.calls.get_mut(key).and_then(|c| c.calling.as_mut()) else {
            return;
        };
        let repeated = std::mem::replace(&mut calling.cancelled, true);
        if calling.proceeding && !repeated {
            self.send_cancel(key);
        }
    }

    /// The Via of a request of ours.
    pub(super) fn via(&self, hop: Hop, branch: &str) -> String {
        let carrier = match hop.transport() {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
        };
        format!("SIP/2.0/{carrier} {};branch={branch};rport", self.address)
    }

    fn calling(&self, key: &CallKey) -> Option<&Calling> {
        self.calls.get(key).and_then(|call| call.calling.as_ref())
    }

    fn handle_provisional(&mut self, key: &CallKey, status: u16) {
        let Some(calling) = self.calls.get_mut(key).and_then(|c| c.calling.as_mut()) else {
            return;
        };
        let first = !std::mem::replace(&mut calling.proceeding, true);
        let cancelled = calling.cancelled;
        if first && cancelled {
            // A CANCEL must not overtake its INVITE, so it waited for this (9.1).
            self.send_cancel(key);
        } else if status > 100 && !cancelled && !self.congested {
            // A peer may ring without end; whoever is behind can do without hearing of it.
            self.io.tell(Event::Ringing { call: key.clone(), status });
        }
    }

    fn handle_success(&mut self, key: &CallKey, response: &Response) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(calling) = call.calling.clone().filter(|calling| !calling.answered) else {
            return self.decline_fork(key, response);
        };
        let dialog = call.dialog.answered(response);
        call.dialog = dialog.clone();
        if calling.cancelled {
            // The answer and our CANCEL crossed.
            self.send_ack(&dialog, &calling, None);
            self.report(key, Event::Failed { call: key.clone(), status: 487 });
            return self.say_bye(key, None);
        }
        call.confirmed = true;
        call.calling = (!calling.offered).then(|| Calling { answered: true, ..calling.clone() });
        if calling.offered {
            self.send_ack(&dialog, &calling, None);
        }
        self.await_silence(key);
        let ours = CallKey::incoming(&dialog.call_id, &dialog.local_tag, &dialog.remote_tag);
        self.io.tell(Event::Answered {
            call: key.clone(),
            connection_id: ours.connection_id().to_owned(),
            sdp: response.sdp(),
        });
    }

    /// A second peer answered (13.2.2.4): one conversation is enough.
    fn decline_fork(&mut self, key: &CallKey, response: &Response) {
        let Some(call) = self.calls.get(key) else { return };
        if response.to_tag.as_deref() == Some(call.dialog.remote_tag.as_str()) {
            return;
        }
        let dialog = call.dialog.answered(response);
        let fork = CallKey::incoming(&dialog.call_id, &dialog.local_tag, &dialog.remote_tag);
        let calling = Calling {
            cseq: 1,
            branch: response.branch.clone(),
            again: false,
            hop: dialog.hop(),
            offered: true,
            proceeding: true,
            cancelled: true,
            answered: true,
        };
        self.send_ack(&dialog, &calling, None);
        self.calls.insert(fork.clone(), Call { reported: true, ..Call::new(dialog) });
        self.say_bye(&fork, None);
    }

    fn handle_failure(&mut self, key: &CallKey, response: &Response) {
        self.acknowledge_refusal(key, response);
        self.report(key, Event::Failed { call: key.clone(), status: response.status });
        self.forget(key);
    }

    /// The ACK to a refusal of our INVITE.
    pub(super) fn acknowledge_refusal(&mut self, key: &CallKey, response: &Response) {
        let Some(call) = self.calls.get(key) else { return };
        let Some(calling) = call.calling.clone() else { return };
        // This ACK is hop by hop: same branch, same way, To as it came (17.1.1.3).
        let hop = calling.hop;
        let dialog = call.dialog.acknowledging(response);
        let via = self.via(hop, &calling.branch);
        let packet = dialog.request("ACK", calling.cseq, &via).end();
        let transaction = transaction_key(&calling.branch, "INVITE");
        let tag = response.to_tag.clone();
        self.clients.acknowledge(&transaction, tag, hop, packet.into(), &mut self.io);
    }

    pub(super) fn send_ack(&mut self, dialog: &Dialog, calling: &Calling, answer: Option<&[u8]>) {
        let hop = dialog.next_hop(|peer| self.connected.contains(&peer));
        let own = branch(&self.new_tag());
        let writer = dialog.request("ACK", calling.cseq, &self.via(hop, &own));
        let packet: Packet = match answer {
            Some(answer) => writer.body(SDP, answer).into(),
            None => writer.end().into(),
        };
        let transaction = transaction_key(&calling.branch, "INVITE");
        let tag = Some(dialog.remote_tag.clone()).filter(|tag| !tag.is_empty());
        self.clients.acknowledge(&transaction, tag, hop, packet, &mut self.io);
    }

    fn send_cancel(&mut self, key: &CallKey) {
        let Some(call) = self.calls.get(key) else { return };
        let Some(calling) = call.calling.clone() else { return };
        let hop = calling.hop;
        let via = self.via(hop, &calling.branch);
        let packet = call.dialog.request("CANCEL", calling.cseq, &via).end();
        self.clients.limit(&transaction_key(&calling.branch, "INVITE"), &mut self.io);
        let transaction = transaction_key(&calling.branch, "CANCEL");
        self.clients.start(transaction, Purpose::Farewell, hop, packet.into(), &mut self.io);
    }
}
