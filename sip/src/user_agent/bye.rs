//! BYE, from either side, and every other end that the application asks for.

use super::{Incoming, UserAgent};
use crate::command::Availability;
use crate::hop::Hop;
use crate::io::Packet;
use crate::message::{branch, transaction_key};
use crate::transaction::Purpose;
use crate::{CallKey, EndReason, Event, Rejection};

impl UserAgent {
    /// The peer ends the call.
    pub(super) fn handle_bye(&mut self, key: &CallKey, incoming: &Incoming) {
        let tag = self.calls.get(key).map(|call| call.dialog.local_tag.clone()).unwrap_or_default();
        let packet = self.response(&incoming.request, 200, &tag).end();
        self.reply(incoming, 200, packet);
        // What was still to be answered ends with the dialog (15.1.2).
        self.close_asked(key, 487);
        self.report(key, Event::Ended { call: key.clone(), reason: EndReason::Bye });
        self.forget(key);
    }

    /// This side ends the call, whatever it takes in its state.
    pub(super) fn end(&mut self, key: &CallKey, reason: Option<String>, why: EndReason) {
        let Some(call) = self.calls.get_mut(key) else { return };
        if call.is_being_made() {
            return self.hang_up_outgoing(key, reason, why);
        }
        let first = call.asked_first();
        // A callee must not say BYE before it knows that its answer arrived (section 15).
        let early = call.unacked.is_some() && !call.confirmed;
        self.report(key, Event::Ended { call: key.clone(), reason: why });
        if first {
            let status = if why == EndReason::Shutdown { 503 } else { 480 };
            return self.reject(key, &Rejection::new(status));
        }
        if early && why != EndReason::Shutdown {
            if let Some(call) = self.calls.get_mut(key) {
                call.farewell = Some(reason);
            }
            return;
        }
        self.close_asked(key, 487);
        self.say_bye(key, reason.as_deref());
    }

    /// Sends BYE and forgets the call; the transaction sees to the rest.
    pub(super) fn say_bye(&mut self, key: &CallKey, reason: Option<&str>) {
        self.request(key, "BYE", reason, Purpose::Farewell);
        self.forget(key);
    }

    /// Sends a request without a body within a dialog.
    pub(super) fn request(
        &mut self,
        key: &CallKey,
        method: &str,
        reason: Option<&str>,
        purpose: Purpose,
    ) {
        let branch = branch(&self.new_tag());
        let Some((hop, packet)) = self.compose(key, method, reason, &branch) else { return };
        let transaction = transaction_key(&branch, method);
        self.clients.start(transaction, purpose, hop, packet, &mut self.io);
    }

    /// Says BYE once to a peer that may not even exist, and forgets the call.
    pub(super) fn say_bye_once(&mut self, key: &CallKey, reason: &str) {
        let branch = branch(&self.new_tag());
        if let Some((hop, packet)) = self.compose(key, "BYE", Some(reason), &branch) {
            self.io.request(hop, packet);
        }
        self.forget(key);
    }

    fn compose(
        &mut self,
        key: &CallKey,
        method: &str,
        reason: Option<&str>,
        branch: &str,
    ) -> Option<(Hop, Packet)> {
        let call = self.calls.get_mut(key)?;
        let cseq = call.dialog.next_cseq();
        let dialog = call.dialog.clone();
        let hop = dialog.next_hop(|peer| self.connected.contains(&peer));
        let packet = dialog
            .request(method, cseq, &self.via(hop, branch))
            .maybe("Reason", reason)
            .header("User-Agent", &self.config.user_agent)
            .end();
        Some((hop, packet.into()))
    }

    /// Ends every call and lets no new one in.
    pub(super) fn shut_down(&mut self) {
        self.availability = Availability::Draining;
        let mut keys: Vec<CallKey> = self.calls.keys().cloned().collect();
        // In order, so that the same calls make the same messages.
        keys.sort();
        for key in keys {
            self.end(&key, None, EndReason::Shutdown);
            // An outgoing call still waits for what becomes of its CANCEL; nobody else does.
            self.report(&key, Event::Ended { call: key.clone(), reason: EndReason::Shutdown });
        }
    }
}
