//! An engine's ends of the rings.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use mixer::inbox::Inbox;
use mixer::port::{Datagram, Outbox, Outgoing, PortEvent, PortId};
use rtrb::{Consumer, Producer};

use super::counters::Counters;
use super::slot::Slot;

/// Datagrams that came in, in the order of arrival. Engine thread.
#[derive(Debug)]
pub struct Ingress {
    pub(super) ring: Consumer<Slot>,
    pub(super) current: Slot,
}

impl Inbox for Ingress {
    fn next(&mut self) -> Option<Datagram<'_>> {
        self.current = self.ring.pop().ok()?;
        Some(Datagram {
            port: self.current.port,
            channel: self.current.channel,
            from: self.current.peer,
            arrival: self.current.time,
            bytes: self.current.bytes(),
        })
    }
}

/// Where the engine puts datagrams that must leave. Engine thread: [`Outbox::send`] never
/// blocks and makes no system call, [`Egress::flush`] makes one.
#[derive(Debug)]
pub struct Egress {
    pub(super) ring: Producer<Slot>,
    pub(super) scratch: Slot,
    pub(super) unannounced: bool,
    pub(super) wake: Arc<OwnedFd>,
    pub(super) counters: Arc<Counters>,
}

impl Outbox for Egress {
    fn send(&mut self, datagram: Outgoing<'_>) {
        if !self.scratch.fill(datagram.bytes) {
            Counters::add(&self.counters.dropped_oversize, 1);
            return;
        }
        self.scratch.port = datagram.port;
        self.scratch.channel = datagram.channel;
        self.scratch.peer = datagram.to;
        self.scratch.time = datagram.not_before;
        match self.ring.push(self.scratch.clone()) {
            Ok(()) => self.unannounced = true,
            Err(_) => Counters::add(&self.counters.dropped_outbox_full, 1),
        }
    }

    /// Events travel home in the engine's own notices and never come this way.
    fn notify(&mut self, _port: PortId, _event: PortEvent) {}
}

impl Egress {
    /// Wakes the network thread if anything was queued since the last call. Once per tick.
    pub fn flush(&mut self) {
        if std::mem::take(&mut self.unannounced) {
            super::thread::wake(&self.wake);
        }
    }
}
