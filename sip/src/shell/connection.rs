//! TCP connections: one task each, bounded in what it holds both ways.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::framer::{Frame, Framer};
use crate::Limits;

/// Messages that may wait for a slow peer; one more lets go of the connection.
const UNSENT_MAX: usize = 256;
/// A peer that takes nothing for so long is gone.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// A connection of ours must be established within this time.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// One source may have one part in so many of all connections.
const SOURCE_SHARE: usize = 2;
/// Bytes read at once.
const READ_BYTES: usize = 4_096;

/// What the readers tell the agent's task.
pub(crate) enum Arrival {
    Message { peer: SocketAddr, bytes: Vec<u8> },
    Ping { peer: SocketAddr },
    Unframed { peer: SocketAddr, head: Vec<u8>, status: u16 },
    Closed { peer: SocketAddr, id: u64 },
}

/// All connections, by the address of the peer.
pub(crate) struct Connections {
    open: HashMap<SocketAddr, Connection>,
    arrivals: mpsc::Sender<Arrival>,
    limits: Limits,
    next_id: u64,
    tasks: TaskTracker,
}

/// Dropping it lets the task write what is queued, close the connection and end.
struct Connection {
    id: u64,
    /// When something was last heard of it.
    heard: Instant,
    /// `None` once the peer did not take what it asked for: the task is on its way to its end.
    unsent: Option<mpsc::Sender<Vec<u8>>>,
}

impl Connections {
    pub(crate) fn new(limits: Limits, arrivals: mpsc::Sender<Arrival>) -> Self {
        Self { open: HashMap::new(), arrivals, limits, next_id: 0, tasks: TaskTracker::new() }
    }

    /// Takes over an accepted connection. Where there are too many, all in all or of this source,
    /// the one that was silent for longest among those that are not `busy` gives way and is the
    /// result; if all are, the new one is closed by being dropped.
    pub(crate) fn adopt(
        &mut self,
        now: Instant,
        stream: TcpStream,
        peer: SocketAddr,
        busy: impl Fn(SocketAddr) -> bool,
    ) -> Option<SocketAddr> {
        let of_source = |other: &SocketAddr| other.ip() == peer.ip();
        let full = self.open.len() >= self.limits.connections;
        let share = self.limits.connections.div_ceil(SOURCE_SHARE);
        let greedy = self.open.keys().filter(|other| of_source(other)).count() >= share;
        let mut gone = None;
        if full || greedy {
            let idle = self.open.iter().filter(|(other, _)| !greedy || of_source(other));
            let idle = idle.filter(|(other, _)| !busy(**other));
            gone = idle.min_by_key(|(_, connection)| connection.heard).map(|(other, _)| *other);
            self.open.remove(&gone?);
        }
        let link = self.link(peer, now);
        self.tasks.spawn(link.serve(stream));
        gone
    }

    /// Notes that something was heard of a peer.
    pub(crate) fn hear(&mut self, peer: SocketAddr, now: Instant) {
        if let Some(connection) = self.open.get_mut(&peer) {
            connection.heard = now;
        }
    }

    /// Queues bytes for a peer. Without a connection one is opened if `open` allows it: requests
    /// may, responses belong to the connection of their request. A peer that does not take what
    /// it asked for loses its connection.
    pub(crate) fn send(&mut self, now: Instant, peer: SocketAddr, bytes: Vec<u8>, open: bool) {
        if !self.open.contains_key(&peer) {
            if !open {
                return;
            }
            let link = self.link(peer, now);
            self.tasks.spawn(link.connect());
        }
        let Some(connection) = self.open.get_mut(&peer) else { return };
        let refused = connection.unsent.as_ref().is_some_and(|to| to.try_send(bytes).is_err());
        if refused {
            connection.unsent = None;
        }
    }

    /// Forgets a closed connection; whether it was still the one of that peer.
    pub(crate) fn forget(&mut self, peer: SocketAddr, id: u64) -> bool {
        let current = self.open.get(&peer).is_some_and(|connection| connection.id == id);
        if current {
            self.open.remove(&peer);
        }
        current
    }

    /// Closes all connections, each once its queue is written.
    pub(crate) async fn close_all(self) {
        drop(self.open);
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn link(&mut self, peer: SocketAddr, now: Instant) -> Link {
        self.next_id += 1;
        let id = self.next_id;
        let (unsent, queue) = mpsc::channel(UNSENT_MAX);
        self.open.insert(peer, Connection { id, heard: now, unsent: Some(unsent) });
        Link { peer, id, arrivals: self.arrivals.clone(), queue, limits: self.limits }
    }
}

/// The task's end of one connection.
struct Link {
    peer: SocketAddr,
    id: u64,
    arrivals: mpsc::Sender<Arrival>,
    queue: mpsc::Receiver<Vec<u8>>,
    limits: Limits,
}

impl Link {
    async fn connect(self) {
        match timeout(CONNECT_TIME, TcpStream::connect(self.peer)).await {
            Ok(Ok(stream)) => self.serve(stream).await,
            Ok(Err(_)) | Err(_) => self.report_closed().await,
        }
    }

    async fn serve(mut self, stream: TcpStream) {
        let (reader, mut writer) = stream.into_split();
        // The queue moves out so that reading and writing can borrow apart.
        let (_, empty) = mpsc::channel(1);
        let mut queue = std::mem::replace(&mut self.queue, empty);
        let mut writing = std::pin::pin!(write_queue(&mut queue, &mut writer));
        let written = tokio::select! {
            () = self.read(reader) => false,
            () = &mut writing => true,
        };
        self.report_closed().await;
        if !written {
            writing.await;
        }
    }

    /// Reads until the peer closes, goes silent, dawdles or sends what cannot be followed.
    async fn read(&self, mut reader: OwnedReadHalf) {
        let mut framer = Framer::new(self.limits.message_bytes);
        let mut segment = vec![0; READ_BYTES];
        let mut began = None;
        loop {
            while let Some(frame) = framer.pop() {
                let lost = matches!(frame, Frame::Lost { .. });
                if self.arrivals.send(self.arrival(frame)).await.is_err() || lost {
                    return;
                }
                began = None;
            }
            let patience = if framer.is_amid() {
                let end = *began.get_or_insert_with(|| Instant::now() + self.limits.message_time);
                end.saturating_duration_since(Instant::now())
            } else {
                self.limits.connection_idle
            };
            match timeout(patience, reader.read(&mut segment)).await {
                Ok(Ok(length)) if length > 0 => {
                    framer.push(segment.get(..length).unwrap_or_default());
                }
                Ok(_) | Err(_) => return,
            }
        }
    }

    fn arrival(&self, frame: Frame) -> Arrival {
        let peer = self.peer;
        match frame {
            Frame::Message(bytes) => Arrival::Message { peer, bytes },
            Frame::Ping => Arrival::Ping { peer },
            Frame::Lost { head, status } => Arrival::Unframed { peer, head, status },
        }
    }

    async fn report_closed(&self) {
        // The agent's task is gone only when everything is being closed.
        self.arrivals.send(Arrival::Closed { peer: self.peer, id: self.id }).await.ok();
    }
}

/// Writes what is queued until the queue is closed or the peer no longer takes it.
async fn write_queue(queue: &mut mpsc::Receiver<Vec<u8>>, writer: &mut OwnedWriteHalf) {
    while let Some(bytes) = queue.recv().await {
        match timeout(WRITE_TIME, writer.write_all(&bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
