//! CANCEL: the caller does not want to wait for the answer to its INVITE.

use super::call::Kind;
use super::{Incoming, UserAgent};
use crate::message::Method;
use crate::{CallKey, Event};

impl UserAgent {
    /// A CANCEL. It is answered itself, and what it is about with 487 if that is still open
    /// (RFC 3261, 9.2). No state is kept of it: the INVITE has it.
    pub(super) fn handle_cancel(&mut self, incoming: &Incoming) {
        let about = incoming.request.transaction_key(Method::Invite);
        let Some((call, open)) = self.servers.call(&about) else {
            return self.refuse(incoming, 481, |writer| writer);
        };
        // Its To tag should be the one of the responses to the INVITE, also when those were faster:
        // there are callers that go on with the tag they saw last.
        let packet = self.response(&incoming.request, 200, call.local_tag()).end();
        self.reply(incoming, 200, packet);
        if open {
            self.withdraw(&call);
        }
    }

    fn withdraw(&mut self, key: &CallKey) {
        let asked = self.calls.get(key).and_then(|call| call.asked.as_ref());
        let Some(kind) = asked.map(|asked| asked.kind) else { return };
        self.close_asked(key, 487);
        if kind == Kind::First {
            self.report(key, Event::Cancelled { call: key.clone() });
            self.forget(key);
        } else {
            self.io.tell(Event::Withdrawn { call: key.clone() });
        }
    }
}
