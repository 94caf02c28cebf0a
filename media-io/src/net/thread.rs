//! The loop of the network thread.

use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use mixer::Capacities;
use mixer::port::PortId;
use mixer::time::Time;
use rtrb::{Consumer, Producer};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use super::clock;
use super::counters::Counters;
use super::gate::{Guard, SEALED_MAX};
use super::handle::Order;
use super::pacing::Schedule;
use super::ports::SocketPair;
use super::slot::{MAX_DATAGRAM, Slot};
use super::sockets::{Open, Sockets};

/// A packet that leaves this long after it was due is counted as late.
pub(super) const LATE: Duration = Duration::from_millis(5);

/// Datagrams read from one socket before the others have their turn.
const DATAGRAMS_PER_WAKE: usize = 16;

/// Sockets that are looked at in one turn.
const EVENTS_PER_WAKE: usize = 256;

/// What `epoll` reports for the doorbell and the timer; sockets have smaller tokens.
const DOORBELL: u64 = u64::MAX;
const TIMER: u64 = u64::MAX - 1;

/// Makes the thread look at its rings and orders. Any thread.
pub(super) fn wake(doorbell: &OwnedFd) {
    // It fails only when the count is at its end: then the thread is being woken already.
    let _ = rustix::io::write(doorbell, &1u64.to_ne_bytes());
}

/// The thread's ends of what connects it with the engines and the control side.
pub(super) struct Ends {
    /// By engine.
    pub(super) inboxes: Vec<Producer<Slot>>,
    pub(super) outboxes: Vec<Consumer<Slot>>,
    pub(super) orders: Receiver<Order>,
}

/// What the network thread owns.
pub(super) struct NetThread {
    ends: Ends,
    /// Which engine a port belongs to.
    capacities: Capacities,
    doorbell: Arc<OwnedFd>,
    counters: Arc<Counters>,
    epoll: OwnedFd,
    timer: OwnedFd,
    /// What the timer is set to.
    alarm: Option<Time>,
    sockets: Sockets,
    schedule: Schedule,
    scratch: Slot,
    /// One byte more than fits, to tell a datagram that was cut.
    buffer: [u8; MAX_DATAGRAM + 1],
    /// Where what is sent is protected.
    sealed: [u8; SEALED_MAX],
}

impl NetThread {
    pub(super) fn new(
        ends: Ends,
        capacities: Capacities,
        doorbell: Arc<OwnedFd>,
        counters: Arc<Counters>,
    ) -> io::Result<NetThread> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        epoll::add(&epoll, &doorbell, EventData::new_u64(DOORBELL), EventFlags::IN)?;
        epoll::add(&epoll, &timer, EventData::new_u64(TIMER), EventFlags::IN)?;
        Ok(NetThread {
            ends,
            capacities,
            doorbell,
            counters,
            epoll,
            timer,
            alarm: None,
            sockets: Sockets::new(capacities.ports),
            schedule: Schedule::default(),
            scratch: Slot::empty(),
            buffer: [0; MAX_DATAGRAM + 1],
            sealed: [0; SEALED_MAX],
        })
    }

    /// Runs until the handle is dropped.
    pub(super) fn run(mut self) {
        let mut events = [MaybeUninit::<Event>::uninit(); EVENTS_PER_WAKE];
        loop {
            let ready = match epoll::wait(&self.epoll, &mut events, None) {
                Ok((ready, _)) => ready,
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => return,
            };
            for event in ready.iter() {
                self.on_event(event.data.u64());
            }
            if self.carry_out_orders().is_break() {
                return;
            }
            self.set_alarm();
        }
    }

    fn on_event(&mut self, token: u64) {
        match token {
            DOORBELL => clear(&self.doorbell),
            TIMER => {
                clear(&self.timer);
                self.alarm = None;
            }
            socket => self.receive(socket),
        }
    }

    /// Reads what one socket holds, up to its share.
    fn receive(&mut self, token: u64) {
        let Some((open, channel)) = self.sockets.by_token(token) else { return };
        let inbox = &mut self.ends.inboxes[usize::from(self.capacities.shard_of(open.port))];
        for _ in 0..DATAGRAMS_PER_WAKE {
            match open.socket(channel).recv_from(&mut self.buffer) {
                Ok((len, from)) => {
                    let bytes = &self.buffer[..len];
                    self.scratch.peer = SocketAddr::new(from.ip().to_canonical(), from.port());
                    self.scratch.channel = channel;
                    deliver(open, bytes, &mut self.scratch, inbox, &self.counters);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => Counters::add(&self.counters.receive_errors, 1),
            }
        }
    }

    /// Opens first, since the engine may already send; closes last, so that a goodbye leaves.
    fn carry_out_orders(&mut self) -> ControlFlow<()> {
        let mut closing = Vec::new();
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() {
            match self.ends.orders.try_recv() {
                Ok(Order::Open(port, pair, guard)) => self.open(port, pair, guard),
                Ok(Order::Guard(port, guard)) => self.guard(port, guard),
                Ok(Order::Close(port, closed)) => closing.push((port, closed)),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => flow = ControlFlow::Break(()),
            }
        }
        self.drain_outboxes();
        for (port, closed) in closing {
            self.close(port);
            closed();
        }
        flow
    }

    /// What the engine has queued leaves as is agreed now: never with less protection than that.
    fn guard(&mut self, port: PortId, guard: Guard) {
        if let Some(open) = self.sockets.of(port) {
            open.gate.set(guard);
        }
    }

    fn open(&mut self, port: PortId, pair: SocketPair, guard: Guard) {
        if let Some(old) = self.sockets.in_slot_of(port) {
            self.drain_outboxes();
            self.close(old);
        }
        match self.sockets.open(&self.epoll, port, pair, guard) {
            Ok(()) => Counters::add(&self.counters.open_pairs, 1),
            Err(_) => Counters::add(&self.counters.open_errors, 1),
        }
    }

    fn close(&mut self, port: PortId) {
        self.schedule.hurry(port);
        self.send_due();
        if self.sockets.close(port) {
            self.counters.open_pairs.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Sends what the engines have queued, or keeps it until its time.
    fn drain_outboxes(&mut self) {
        let now = clock::now();
        for outbox in &mut self.ends.outboxes {
            while let Ok(slot) = outbox.pop() {
                if slot.time <= now {
                    send(&mut self.sockets, &mut self.sealed, &slot, now, &self.counters);
                } else if !self.schedule.push(slot) {
                    Counters::add(&self.counters.dropped_schedule_full, 1);
                }
            }
        }
        self.send_due();
    }

    fn send_due(&mut self) {
        let now = clock::now();
        while let Some(slot) = self.schedule.pop_due(now) {
            send(&mut self.sockets, &mut self.sealed, slot, now, &self.counters);
        }
    }

    /// Sets the timer to the time of the first datagram that waits.
    fn set_alarm(&mut self) {
        let soonest = self.schedule.soonest();
        if soonest == self.alarm {
            return;
        }
        let at = soonest.map_or(Duration::ZERO, |time| Duration::from_nanos(time.0));
        let setting = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec { tv_sec: at.as_secs() as i64, tv_nsec: at.subsec_nanos().into() },
        };
        if timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &setting).is_ok() {
            self.alarm = soonest;
        }
    }
}

/// Resets an event or timer descriptor, so that `epoll` no longer reports it.
fn clear(descriptor: &OwnedFd) {
    let _ = rustix::io::read(descriptor, &mut [0; 8]);
}

/// Hands a datagram to its engine, or counts why not. `slot` says who sent it where.
fn deliver(
    open: &mut Open,
    bytes: &[u8],
    slot: &mut Slot,
    inbox: &mut Producer<Slot>,
    counters: &Counters,
) {
    let now = clock::now();
    if !open.allows(slot.channel, slot.peer, now) {
        return Counters::add(&counters.dropped_flood, 1);
    }
    if !open.gate.admit(bytes, slot, counters) {
        return;
    }
    slot.port = open.port;
    slot.time = now;
    if inbox.push(slot.clone()).is_err() {
        return Counters::add(&counters.dropped_inbox_full, 1);
    }
    Counters::add(&counters.received, 1);
    Counters::add(&counters.received_bytes, bytes.len() as u64);
}

fn send(
    sockets: &mut Sockets,
    room: &mut [u8; SEALED_MAX],
    slot: &Slot,
    now: Time,
    counters: &Counters,
) {
    let Some(open) = sockets.of(slot.port) else {
        return Counters::add(&counters.dropped_no_socket, 1);
    };
    let bytes = open.gate.dismiss(slot.channel, slot.bytes(), room, counters);
    let Some(bytes) = bytes else { return };
    if open.socket(slot.channel).send_to(bytes, slot.peer).is_err() {
        return Counters::add(&counters.send_errors, 1);
    }
    let sent = bytes.len();
    open.learn(slot.channel, slot.peer);
    Counters::add(&counters.sent, 1);
    Counters::add(&counters.sent_bytes, sent as u64);
    if now.since(slot.time) > LATE {
        Counters::add(&counters.sent_late, 1);
    }
}
