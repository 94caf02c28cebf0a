//! The sockets and the clock round the [`UserAgent`]: one tokio task that feeds it and carries
//! out what it asks for.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // The clock and the sockets are here.

mod connection;
pub(crate) mod framer;
mod sockets;

pub(crate) use sockets::Sockets;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until};

use crate::command::Command;
use crate::config::{EVENTS_MAX, MESSAGE_BYTES_MAX};
use crate::figures::Figures;
use crate::hop::Hop;
use crate::io::Output;
use crate::user_agent::UserAgent;
use crate::{Config, Event};
use connection::{Arrival, Connections};

/// Frames from all TCP connections that may wait for the agent; a reader that finds this full
/// waits, and with it its peer.
const ARRIVALS_MAX: usize = 256;
/// Rest after a failed accept: the process is out of descriptors, and asking again at once
/// would only burn the processor.
const ACCEPT_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// The agent's task.
pub(crate) struct Shell {
    agent: UserAgent,
    udp: Option<UdpSocket>,
    tcp: Option<TcpListener>,
    connections: Connections,
    arrivals: mpsc::Receiver<Arrival>,
    events: mpsc::Sender<Event>,
    /// Events for which the application had no room yet: at most `Limits::held_events`.
    held: VecDeque<Event>,
    figures: Arc<Figures>,
    config: Config,
}

/// One thing that happened outside.
enum Happening {
    Datagram(usize, SocketAddr),
    Arrival(Arrival),
    Accepted(TcpStream, SocketAddr),
    Command(Command),
    Room,
    Deaf,
    Timeout,
    Nothing,
}

impl Shell {
    pub(crate) fn new(
        config: Config,
        sockets: Sockets,
        events: mpsc::Sender<Event>,
        figures: Arc<Figures>,
    ) -> Self {
        let (sender, arrivals) = mpsc::channel(ARRIVALS_MAX);
        let agent = UserAgent::new(
            config.clone(),
            sockets.advertised(&config),
            Instant::now(),
            rand::random(),
        );
        Self {
            agent,
            udp: sockets.udp,
            tcp: sockets.tcp,
            connections: Connections::new(config.limits, sender),
            arrivals,
            events,
            held: VecDeque::new(),
            figures,
            config,
        }
    }

    /// Runs until the application shuts it down or stops listening.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        let mut buffer = vec![0; MESSAGE_BYTES_MAX];
        loop {
            let happening = self.next(&mut inbox, &mut buffer).await;
            if matches!(happening, Happening::Deaf | Happening::Command(Command::Shutdown)) {
                break;
            }
            self.handle(happening, &buffer);
            self.flush().await;
        }
        self.shut_down(&mut buffer).await;
    }

    async fn next(&mut self, inbox: &mut mpsc::Receiver<Command>, buffer: &mut [u8]) -> Happening {
        // Before the network brings events that call for more of them.
        if let Ok(command) = inbox.try_recv() {
            return Happening::Command(command);
        }
        let deadline = self.agent.poll_timeout();
        tokio::select! {
            command = inbox.recv() => command.map_or(Happening::Deaf, Happening::Command),
            datagram = receive(self.udp.as_ref(), buffer) => datagram,
            Some(arrival) = self.arrivals.recv() => Happening::Arrival(arrival),
            accepted = accept(self.tcp.as_ref()) => accepted,
            room = self.events.reserve(), if !self.held.is_empty() => match room {
                Ok(_permit) => Happening::Room,
                Err(_closed) => Happening::Deaf,
            },
            () = self.events.closed() => Happening::Deaf,
            () = until(deadline) => Happening::Timeout,
        }
    }

    fn handle(&mut self, happening: Happening, buffer: &[u8]) {
        let now = Instant::now();
        match happening {
            Happening::Datagram(length, source) => {
                let bytes = buffer.get(..length).unwrap_or_default();
                self.agent.handle_message(now, Hop::Udp(source), bytes);
            }
            Happening::Arrival(arrival) => self.handle_arrival(now, arrival),
            Happening::Accepted(stream, peer) => self.adopt(now, stream, peer),
            Happening::Command(command) => self.agent.handle_command(now, command),
            Happening::Timeout => self.agent.handle_timeout(now),
            Happening::Room | Happening::Deaf | Happening::Nothing => {}
        }
    }

    fn adopt(&mut self, now: Instant, stream: TcpStream, peer: SocketAddr) {
        let busy = |peer| self.agent.has_call(peer);
        if let Some(gone) = self.connections.adopt(now, stream, peer, busy) {
            self.agent.handle_closed(now, gone);
        }
    }

    fn handle_arrival(&mut self, now: Instant, arrival: Arrival) {
        match arrival {
            Arrival::Message { peer, bytes } => {
                self.connections.hear(peer, now);
                self.agent.handle_message(now, Hop::Tcp(peer), &bytes);
            }
            Arrival::Ping { peer } => {
                self.connections.hear(peer, now);
                self.connections.send(now, peer, b"\r\n".to_vec(), false);
            }
            Arrival::Unframed { peer, head, status } => {
                self.agent.handle_unframed(Hop::Tcp(peer), &head, status);
            }
            Arrival::Closed { peer, id } => {
                if self.connections.forget(peer, id) {
                    self.agent.handle_closed(now, peer);
                }
            }
        }
    }

    /// Carries out all that the agent asks for.
    async fn flush(&mut self) {
        self.figures.publish(self.agent.calls(), self.agent.refused());
        while let Some(output) = self.agent.poll_output() {
            match output {
                Output::Send { hop: Hop::Udp(to), bytes, .. } => {
                    if let Some(udp) = &self.udp {
                        // A datagram that cannot be sent is a lost one: timers see to it.
                        udp.send_to(&bytes, to).await.ok();
                    }
                }
                Output::Send { hop: Hop::Tcp(to), bytes, open } => {
                    self.connections.send(Instant::now(), to, bytes.to_vec(), open);
                }
                Output::Event(event) => self.held.push_back(event),
            }
        }
        debug_assert!(self.held.len() <= self.config.limits.held_events(), "held events");
        self.deliver();
        self.agent.handle_congestion(self.held.len() > EVENTS_MAX);
    }

    /// Hands over the events for which there is room, in order.
    fn deliver(&mut self) {
        while let Some(event) = self.held.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.held.push_front(event);
                    return;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => return,
            }
        }
    }

    /// Ends every call and waits, for a limited time, until the peers have answered.
    async fn shut_down(mut self, buffer: &mut [u8]) {
        self.tcp = None;
        self.agent.handle_command(Instant::now(), Command::Shutdown);
        self.flush().await;
        let (_keep_open, mut nothing) = mpsc::channel(1);
        let grace = sleep(self.config.limits.shutdown_grace);
        tokio::pin!(grace);
        while !self.agent.is_quiet() || !self.held.is_empty() {
            let happening = tokio::select! {
                () = &mut grace => break,
                happening = self.next(&mut nothing, buffer) => happening,
            };
            if matches!(happening, Happening::Deaf) {
                break;
            }
            self.handle(happening, buffer);
            self.flush().await;
        }
        let Self { connections, arrivals, .. } = self;
        // Readers that wait for room must not keep their connections open.
        drop(arrivals);
        connections.close_all().await;
    }
}

async fn receive(udp: Option<&UdpSocket>, buffer: &mut [u8]) -> Happening {
    let Some(udp) = udp else { return std::future::pending().await };
    match udp.recv_from(buffer).await {
        Ok((length, source)) => Happening::Datagram(length, source),
        // Linux reports here that an earlier datagram met a closed port.
        Err(_) => Happening::Nothing,
    }
}

async fn accept(tcp: Option<&TcpListener>) -> Happening {
    let Some(tcp) = tcp else { return std::future::pending().await };
    match tcp.accept().await {
        Ok((stream, peer)) => Happening::Accepted(stream, peer),
        Err(error) => {
            tracing::warn!(%error, "cannot accept a SIP connection");
            sleep(ACCEPT_PAUSE).await;
            Happening::Nothing
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
