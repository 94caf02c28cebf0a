//! INFO within a call (RFC 6086 and the older use for digits).

use super::{Incoming, UserAgent};
use crate::{CallKey, Event};

impl UserAgent {
    /// Answers 200 and hands the body over.
    pub(super) fn handle_info(&mut self, key: &CallKey, incoming: &Incoming) {
        if self.congested {
            return self.refuse_for_now(incoming, 503);
        }
        if self.calls.get(key).is_none_or(|call| call.reported) {
            return self.refuse(incoming, 481, |writer| writer);
        }
        let request = &incoming.request;
        let packet = self.response(request, 200, "").end();
        self.reply(incoming, 200, packet);
        let content_type = request.header("Content-Type").unwrap_or_default().to_owned();
        self.io.tell(Event::Info { call: key.clone(), content_type, body: request.body.clone() });
    }
}
