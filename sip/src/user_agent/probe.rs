//! The question whether the peer still knows a call, put with OPTIONS within the dialog
//! (RFC 3261 section 11 and 12.2.1.2).

use super::UserAgent;
use crate::CallKey;
use crate::io::Timer;
use crate::transaction::Purpose;

impl UserAgent {
    /// The peer gave a sign of life: the question is put off.
    pub(super) fn await_silence(&mut self, key: &CallKey) {
        let Some(interval) = self.config.probe else { return };
        let Some(call) = self.calls.get_mut(key).filter(|call| call.confirmed) else { return };
        self.io.cancel(call.probe);
        call.probe = Some(self.io.set(interval, Timer::Probe(key.clone())));
    }

    /// Puts the question.
    pub(super) fn probe(&mut self, key: &CallKey) {
        let Some(call) = self.calls.get_mut(key) else { return };
        call.probe = None;
        self.request(key, "OPTIONS", None, Purpose::Probe(key.clone()));
    }
}
