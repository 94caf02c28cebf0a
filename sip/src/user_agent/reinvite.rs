//! A re-INVITE from this side (RFC 3261 section 14.1).

use super::UserAgent;
use super::call::Calling;
use super::reply::ALLOW;
use crate::io::Packet;
use crate::message::{Response, SDP, branch, transaction_key};
use crate::transaction::Purpose;
use crate::{CallKey, EndReason, Event};

impl UserAgent {
    /// Sends the offer, unless another one is under way.
    pub(super) fn change(&mut self, key: &CallKey, offer: &[u8]) {
        let branch = branch(&self.new_tag());
        let Some(call) = self.calls.get_mut(key).filter(|call| !call.reported) else { return };
        if !call.is_settled() {
            return self.io.tell(Event::Unchanged { call: key.clone(), status: 491 });
        }
        let cseq = call.dialog.next_cseq();
        let dialog = call.dialog.clone();
        let hop = dialog.next_hop(|peer| self.connected.contains(&peer));
        let transaction = transaction_key(&branch, "INVITE");
        call.calling = Some(Calling {
            cseq,
            branch: branch.clone(),
            hop,
            again: true,
            offered: true,
            proceeding: false,
            cancelled: false,
            answered: false,
        });
        let packet: Packet = dialog
            .request("INVITE", cseq, &self.via(hop, &branch))
            .header("Contact", &self.contact(hop.transport()))
            .header("Allow", ALLOW)
            .header("User-Agent", &self.config.user_agent)
            .body(SDP, offer)
            .into();
        self.clients.start(transaction, Purpose::Invite(key.clone()), hop, packet, &mut self.io);
    }

    /// A response to it.
    pub(super) fn handle_change_response(&mut self, key: &CallKey, response: &Response) {
        match response.status {
            ..200 => {}
            200..300 => self.handle_changed(key, response),
            300.. => self.handle_unchanged(key, response),
        }
    }

    fn handle_changed(&mut self, key: &CallKey, response: &Response) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let Some(calling) = call.calling.take() else { return };
        call.dialog.move_to(response);
        let dialog = call.dialog.clone();
        self.send_ack(&dialog, &calling, None);
        self.await_silence(key);
        self.io.tell(Event::Changed { call: key.clone(), answer: response.sdp() });
    }

    fn handle_unchanged(&mut self, key: &CallKey, response: &Response) {
        self.acknowledge_refusal(key, response);
        let Some(call) = self.calls.get_mut(key) else { return };
        call.calling = None;
        // These two mean that there is no call any more (12.2.1.2).
        if matches!(response.status, 408 | 481) {
            return self.end(key, None, EndReason::PeerLost);
        }
        self.io.tell(Event::Unchanged { call: key.clone(), status: response.status });
    }
}
