//! INFO within a call (RFC 6086). No body has a meaning here: digits come by RFC 4733, and MSCP comes
//! on a channel of its own.

use super::screen::may_ignore_body;
use super::{Incoming, UserAgent};
use crate::CallKey;

impl UserAgent {
    /// Answers an INFO without a body, which is a sign of life, with 200, and any other with 415.
    pub(super) fn handle_info(&mut self, key: &CallKey, incoming: &Incoming) {
        if self.calls.get(key).is_none_or(|call| call.reported) {
            return self.refuse(incoming, 481, |writer| writer);
        }
        if !may_ignore_body(&incoming.request) {
            // An empty Accept: no type would be taken (RFC 3261, 8.2.3 and 20.1).
            return self.refuse(incoming, 415, |writer| writer.header("Accept", ""));
        }
        let packet = self.response(&incoming.request, 200, "").end();
        self.reply(incoming, 200, packet);
    }
}
