//! Starting the network thread, and its control side.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use mixer::port::PortId;
use rtrb::RingBuffer;
use rustix::event::{EventfdFlags, eventfd};

use super::counters::Counters;
use super::engine_side::{Egress, Ingress};
use super::ports::SocketPair;
use super::slot::Slot;
use super::thread::{NetThread, wake};

/// Sizes of a network thread.
#[derive(Clone, Debug)]
pub struct NetConfig {
    /// Name of the thread, as the operating system shows it (15 bytes are kept).
    pub name: String,
    /// Datagrams of 1.5 kB on their way to the engine. The default holds what a thousand legs
    /// receive in four ticks.
    pub inbox_slots: usize,
    /// Datagrams on their way out. The default holds what a thousand legs send in two ticks of
    /// two packets.
    pub outbox_slots: usize,
}

impl Default for NetConfig {
    fn default() -> NetConfig {
        NetConfig { name: "media-net".to_owned(), inbox_slots: 4_096, outbox_slots: 4_096 }
    }
}

/// Starts a network thread, for one engine. Returns the control side and the engine's two ends.
///
/// # Errors
///
/// When the operating system has no descriptor or thread left.
pub fn start(config: &NetConfig) -> io::Result<(NetHandle, Ingress, Egress)> {
    let (inbox, ingress) = RingBuffer::new(config.inbox_slots);
    let (egress, outbox) = RingBuffer::new(config.outbox_slots);
    let (orders, waiting) = channel();
    let doorbell = Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?);
    let counters = Arc::new(Counters::default());
    let thread =
        NetThread::new(inbox, outbox, waiting, Arc::clone(&doorbell), Arc::clone(&counters))?;
    let thread =
        std::thread::Builder::new().name(config.name.clone()).spawn(move || thread.run())?;
    let ingress = Ingress { ring: ingress, current: Slot::empty() };
    let egress = Egress {
        ring: egress,
        scratch: Slot::empty(),
        unannounced: false,
        wake: Arc::clone(&doorbell),
        counters: Arc::clone(&counters),
    };
    Ok((NetHandle { orders, doorbell, counters, thread: Some(thread) }, ingress, egress))
}

/// The control side of a network thread. Any thread; no call blocks. Dropping it ends the thread
/// and closes every socket.
#[derive(Debug)]
pub struct NetHandle {
    orders: Sender<Order>,
    doorbell: Arc<OwnedFd>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

impl NetHandle {
    /// Receives and sends on these sockets for `port` from now on. A pair that the port still
    /// has is closed.
    pub fn open(&self, port: PortId, pair: SocketPair) {
        self.order(Order::Open(port, pair));
    }

    /// Sends what the engine has already queued for `port`, then closes its sockets and gives the
    /// port numbers back to their range. Then calls `closed` once, on the network thread: it must
    /// not block. A port that was never opened, or another generation, is confirmed as well.
    pub fn close(&self, port: PortId, closed: impl FnOnce() + Send + 'static) {
        self.order(Order::Close(port, Box::new(closed)));
    }

    /// What the thread has counted.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    fn order(&self, order: Order) {
        // The thread ends only with this handle, so somebody listens.
        let _ = self.orders.send(order);
        wake(&self.doorbell);
    }
}

impl Drop for NetHandle {
    fn drop(&mut self) {
        self.order(Order::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the control side asks of the thread.
pub(super) enum Order {
    Open(PortId, SocketPair),
    Close(PortId, Box<dyn FnOnce() + Send>),
    Stop,
}
