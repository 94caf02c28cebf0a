//! UPDATE (RFC 3311): a new offer, or only a sign of life, without the three steps of INVITE.

use super::call::{Asked, Kind};
use super::{Incoming, UserAgent};
use crate::{CallKey, Event};

impl UserAgent {
    /// Answers an UPDATE without an offer; leaves one with an offer to the application.
    pub(super) fn handle_update(&mut self, key: &CallKey, incoming: &Incoming) {
        if self.congested {
            return self.refuse_for_now(incoming, 503);
        }
        let Some(call) = self.calls.get_mut(key) else { return };
        if call.reported {
            return self.refuse(incoming, 481, |writer| writer);
        }
        let Some(offer) = incoming.request.sdp() else {
            call.dialog.refresh(&incoming.request);
            let packet = self.success(incoming, "", None);
            return self.reply(incoming, 200, packet);
        };
        // The earlier offer has not been answered (5.2).
        if call.asked.is_some() {
            return self.refuse_for_now(incoming, 500);
        }
        if call.unacked.is_some() || call.calling.is_some() {
            return self.refuse(incoming, 491, |writer| writer);
        }
        call.asked = Some(Asked { kind: Kind::Update, incoming: incoming.clone() });
        self.io.tell(Event::Reinvited { call: key.clone(), offer: Some(offer) });
    }
}
