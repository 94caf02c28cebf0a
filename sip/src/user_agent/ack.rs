//! ACK to a 2xx. (The one to a refusal ends in its transaction.)

use super::UserAgent;
use crate::Event;
use crate::message::Request;

impl UserAgent {
    /// An ACK that no transaction took. It is never answered.
    pub(super) fn handle_ack(&mut self, ack: &Request) {
        let Some(key) = self.find(ack) else { return };
        let Some(call) = self.calls.get_mut(&key) else { return };
        // An ACK carries the number of its INVITE: a late one must not confirm another (13.2.2.4).
        if call.unacked.as_ref().is_none_or(|unacked| unacked.cseq != ack.cseq) {
            return;
        }
        call.confirmed = true;
        let reported = call.reported;
        let farewell = call.farewell.take();
        self.stop_repeating(&key);
        self.await_silence(&key);
        if !reported {
            self.io.tell(Event::Acked { call: key.clone(), answer: ack.sdp() });
        }
        if let Some(reason) = farewell {
            self.say_bye(&key, reason.as_deref());
        }
    }
}
