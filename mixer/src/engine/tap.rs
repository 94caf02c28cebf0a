//! What a port sees of the engine while it is called.

use super::homeward::WayHome;
use super::ports::Digits;
use crate::port::{Outbox, Outgoing, PortEvent, PortId};

/// Datagrams go straight out; events go home, and keys also to whoever listens directly.
pub(super) struct Tap<'a, O> {
    pub(super) out: &'a mut O,
    pub(super) home: &'a mut WayHome,
    pub(super) digits: &'a mut Digits,
    pub(super) digits_dropped: &'a mut u64,
    pub(super) tick: u64,
}

impl<O: Outbox> Outbox for Tap<'_, O> {
    fn send(&mut self, datagram: Outgoing<'_>) {
        self.out.send(datagram);
    }

    fn notify(&mut self, port: PortId, event: PortEvent) {
        if let PortEvent::Digit { event } = event {
            *self.digits_dropped += u64::from(!self.digits.push(self.tick, event));
        }
        self.home.event(port, event);
    }
}
