//! The task of a channel: it owns the socket and the protocol, and who waits for what.

use std::collections::BTreeMap;

use mscp_proto::channel::{ClientChannel, ClientEvent};
use mscp_proto::multipart::Resources;
use mscp_proto::{Limits, Notification, Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, warn};

use super::error::ClientError;
use super::passing::{Observer, Watcher, Way};

/// Bytes taken from the socket at once.
const READ_BYTES: usize = 16 * 1024;

/// The first request-id; any would do (draft, 7.2.3).
const FIRST_ID: u64 = 1;

/// What a [`Client`](super::Client) wants sent.
#[derive(Debug)]
pub(super) enum Order {
    Request { request: Box<Request>, resources: Resources, reply: Reply },
    Notify { notification: Box<Notification>, written: oneshot::Sender<()> },
}

type Reply = oneshot::Sender<Result<Response, ClientError>>;

pub(super) struct Channel {
    protocol: ClientChannel,
    waiting: BTreeMap<u64, Reply>,
    notifications: mpsc::Sender<Notification>,
    watcher: Option<Watcher>,
}

impl Channel {
    pub(super) fn new(
        limits: Limits,
        notifications: mpsc::Sender<Notification>,
        observer: Option<Observer>,
    ) -> Channel {
        Channel {
            protocol: ClientChannel::new(limits, FIRST_ID),
            waiting: BTreeMap::new(),
            notifications,
            watcher: observer.map(|observer| Watcher::new(observer, limits)),
        }
    }

    /// Runs until either side closes. Whoever still waits for an answer then learns so, because
    /// his end of the reply is dropped.
    pub(super) async fn run(mut self, mut stream: TcpStream, mut orders: mpsc::Receiver<Order>) {
        let (mut read, mut write) = stream.split();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            tokio::select! {
                order = orders.recv() => {
                    let Some(order) = order else { return };
                    let (bytes, written) = self.encode(order);
                    self.see(Way::Sent, &bytes);
                    if write.write_all(&bytes).await.is_err() {
                        return;
                    }
                    // Whoever gave the order may have gone.
                    let _ = written.map(|written| written.send(()));
                }
                count = read.read(&mut buffer) => {
                    let bytes = buffer.get(..count.unwrap_or(0)).unwrap_or_default();
                    self.see(Way::Received, bytes);
                    self.protocol.push(bytes);
                    if bytes.is_empty() || !self.take_all() {
                        return;
                    }
                }
            }
        }
    }

    fn encode(&mut self, order: Order) -> (Vec<u8>, Option<oneshot::Sender<()>>) {
        match order {
            Order::Notify { notification, written } => {
                (self.protocol.notify(*notification), Some(written))
            }
            Order::Request { request, resources, reply } => {
                match self.protocol.request_with(*request, &resources) {
                    Ok((id, bytes)) => {
                        self.waiting.insert(id, reply);
                        (bytes, None)
                    }
                    Err(error) => {
                        let _ = reply.send(Err(error.into()));
                        (Vec::new(), None)
                    }
                }
            }
        }
    }

    /// Hands on what was read; false when nothing more can be.
    fn take_all(&mut self) -> bool {
        while let Some(event) = self.protocol.poll() {
            match event {
                ClientEvent::Response { request_id, response, .. } => {
                    if let Some(reply) = self.waiting.remove(&request_id) {
                        // The asker may have given up.
                        let _ = reply.send(response.map_err(ClientError::from));
                    }
                }
                ClientEvent::Notification(notification) => {
                    self.tell(notification);
                }
                ClientEvent::Ignored { reason } => debug!(reason, "message ignored"),
                ClientEvent::Lost(error) => {
                    warn!(%error, "MSCP framing lost");
                    return false;
                }
            }
        }
        true
    }

    fn tell(&self, notification: Notification) {
        // Whoever only asks has dropped the other half. Whoever keeps it must read: waiting for him
        // here would keep him from the answer that he may be waiting for.
        if let Err(TrySendError::Full(lost)) = self.notifications.try_send(notification) {
            warn!(name = lost.name(), "notification dropped: nobody reads them");
        }
    }

    fn see(&mut self, way: Way, bytes: &[u8]) {
        if let Some(watcher) = &mut self.watcher {
            watcher.see(way, bytes);
        }
    }
}
