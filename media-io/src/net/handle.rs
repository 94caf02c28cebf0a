//! Starting the network thread, and its control side.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use mixer::Capacities;
use mixer::port::PortId;
use rtrb::RingBuffer;
use rustix::event::{EventfdFlags, eventfd};

use super::counters::Counters;
use super::engine_side::{Egress, Ingress};
use super::gate::Guard;
use super::ports::SocketPair;
use super::slot::Slot;
use super::thread::{Ends, NetThread, wake};

/// Orders that may wait, for each port: one that opens its sockets, one that closes them, and what is
/// agreed about its guard at first and once more.
const ORDERS_PER_PORT: usize = 4;

/// Sizes of a network thread.
#[derive(Clone, Debug)]
pub struct NetConfig {
    /// Name of the thread, as the operating system shows it (15 bytes are kept).
    pub name: String,
    /// Sizes of its engines: how many there are, and which of them a port belongs to. The default
    /// is one engine with its own.
    pub capacities: Capacities,
    /// Datagrams of 1.5 kB on their way to one engine. The default holds what a thousand legs
    /// receive in four ticks.
    pub inbox_slots: usize,
    /// Datagrams on their way out of one engine. The default holds what a thousand legs send in
    /// two ticks of two packets.
    pub outbox_slots: usize,
}

impl Default for NetConfig {
    fn default() -> NetConfig {
        NetConfig {
            name: "media-net".to_owned(),
            capacities: Capacities::default(),
            inbox_slots: 4_096,
            outbox_slots: 4_096,
        }
    }
}

/// Starts a network thread. Returns the control side and each engine's two ends, in the order of the
/// engines.
///
/// # Errors
///
/// When the operating system has no descriptor or thread left.
pub fn start(config: &NetConfig) -> io::Result<(NetHandle, Vec<(Ingress, Egress)>)> {
    let (orders, waiting) = sync_channel(config.capacities.ports * ORDERS_PER_PORT);
    let doorbell = Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?);
    let counters = Arc::new(Counters::default());
    let mut ends = Ends { inboxes: Vec::new(), outboxes: Vec::new(), orders: waiting };
    let engines = 0..config.capacities.shards();
    let sides = engines.map(|_| ends.of_one_more(config, &doorbell, &counters)).collect();
    let (bell, counts) = (Arc::clone(&doorbell), Arc::clone(&counters));
    let thread = NetThread::new(ends, config.capacities, bell, counts)?;
    let thread =
        std::thread::Builder::new().name(config.name.clone()).spawn(move || thread.run())?;
    Ok((NetHandle { orders: Some(orders), doorbell, counters, thread: Some(thread) }, sides))
}

impl Ends {
    /// Makes the two rings of one more engine, and that engine's ends of them.
    fn of_one_more(
        &mut self,
        config: &NetConfig,
        doorbell: &Arc<OwnedFd>,
        counters: &Arc<Counters>,
    ) -> (Ingress, Egress) {
        let (inbox, ingress) = RingBuffer::new(config.inbox_slots);
        let (egress, outbox) = RingBuffer::new(config.outbox_slots);
        self.inboxes.push(inbox);
        self.outboxes.push(outbox);
        let egress = Egress {
            ring: egress,
            scratch: Slot::empty(),
            unannounced: false,
            wake: Arc::clone(doorbell),
            counters: Arc::clone(counters),
        };
        (Ingress { ring: ingress, current: Slot::empty() }, egress)
    }
}

/// The control side of a network thread. Any thread; no call blocks. Dropping it ends the thread
/// and closes every socket.
///
/// Orders wait in a queue that is bounded by the number of ports. One that finds it full, because
/// the thread stands still, is counted and not carried out: sockets that were to be opened are
/// closed at once, those that were to be closed go when their port's slot is used again.
#[derive(Debug)]
pub struct NetHandle {
    /// Dropping it is what ends the thread.
    orders: Option<SyncSender<Order>>,
    doorbell: Arc<OwnedFd>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

impl NetHandle {
    /// Receives and sends on these sockets for `port` from now on. A pair that the port still
    /// has is closed.
    pub fn open(&self, port: PortId, pair: SocketPair, guard: Guard) {
        self.order(Order::Open(port, pair, guard));
    }

    /// How the datagrams of `port` pass from now on. Keys that are in use stay as they are, those
    /// used before them are taken up where they were left.
    ///
    /// Returns whether the order was taken. If not, the port goes on as it was, and must be closed
    /// if that is less than what was agreed on.
    #[must_use]
    pub fn guard(&self, port: PortId, guard: Guard) -> bool {
        self.order(Order::Guard(port, guard))
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

    fn order(&self, order: Order) -> bool {
        let Some(orders) = &self.orders else { return false };
        // The thread ends only with this handle, so somebody listens.
        let taken = orders.try_send(order).is_ok();
        if !taken {
            Counters::add(&self.counters.refused_orders, 1);
        }
        wake(&self.doorbell);
        taken
    }
}

impl Drop for NetHandle {
    fn drop(&mut self) {
        self.orders = None;
        wake(&self.doorbell);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the control side asks of the thread.
pub(super) enum Order {
    Open(PortId, SocketPair, Guard),
    Guard(PortId, Guard),
    Close(PortId, Box<dyn FnOnce() + Send>),
}
