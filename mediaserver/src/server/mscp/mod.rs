//! The TCP side of MSCP (draft 7.2): listeners, and a reader and a writer task for each application
//! server.
//!
//! - `places`: how many may be connected, and who gives way when all places are taken.
//! - `channel`: the two tasks of a connection.
//! - `alive`: how a host that is gone is noticed.
//! - `message`, `outbox`: what waits to be sent, and how much of it may.
//!
//! Parsing is done here, side by side for all channels; the core task sees typed requests only. It
//! encodes what it sends, because the size decides whether it may wait.

mod alive;
mod channel;
mod message;
mod outbox;
mod places;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mscp_proto::Notification;
use sip::CallKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::core::Message;
use crate::config;
use crate::control::{ChannelId, UnreadIds};
use crate::metrics::Metrics;
use channel::Connection;
pub(super) use message::ToChannel;
use outbox::Outbox;
use places::{Place, Places};

/// How long the listener waits when the operating system has no descriptor for it.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The core task's grip on a channel.
pub(super) struct Writer {
    outbox: Arc<Outbox>,
    cut: CancellationToken,
}

impl Writer {
    /// Queues a message; false if too much waits already: the peer does not read.
    pub(super) fn send(&self, message: ToChannel) -> bool {
        self.outbox.push(message)
    }

    /// What the application server was not told, in order.
    pub(super) fn take_unsent(&self) -> Vec<Notification> {
        self.outbox.take_unsent()
    }

    /// Whether the channel is about to end.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.is_cancelled()
    }

    /// Closes the channel without further ado.
    pub(super) fn cut(&self) {
        self.cut.cancel();
    }
}

/// Who may connect to a port that was opened for a SIP dialog.
#[derive(Clone)]
pub(super) struct Guest {
    /// The SIP dialog.
    pub(super) call: CallKey,
    /// The host that sent its INVITE.
    pub(super) host: IpAddr,
}

/// What all listeners share.
#[derive(Clone)]
pub(super) struct Desk {
    config: config::Mscp,
    core: mpsc::Sender<Message>,
    metrics: Arc<Metrics>,
    places: Places,
    /// Bytes that may wait for one application server.
    budget: usize,
    unread_ids: Arc<UnreadIds>,
    /// Channels so far.
    channels: Arc<AtomicU64>,
}

impl Desk {
    /// `ports` is how many calls and dialogs there can be.
    pub(super) fn new(
        config: config::Mscp,
        ports: usize,
        core: mpsc::Sender<Message>,
        metrics: Arc<Metrics>,
    ) -> Desk {
        let places = Places::new(config.max_connections);
        let budget = outbox::budget(&config, ports);
        let unread_ids = Arc::new(UnreadIds::new(rand::random()));
        Desk { config, core, metrics, places, budget, unread_ids, channels: Arc::default() }
    }

    /// A listener on `socket`, for one guest or, without one, for everybody. It and its connections
    /// end with `shutdown`.
    pub(super) fn listen(
        &self,
        socket: TcpListener,
        guest: Option<Guest>,
        shutdown: CancellationToken,
    ) -> Listener {
        Listener { desk: self.clone(), socket, guest, shutdown }
    }
}

/// One TCP port on which application servers connect.
pub(super) struct Listener {
    desk: Desk,
    socket: TcpListener,
    guest: Option<Guest>,
    shutdown: CancellationToken,
}

impl Listener {
    /// Accepts application servers until the server ends.
    pub(super) async fn run(self) {
        loop {
            let accepted = tokio::select! {
                () = self.shutdown.cancelled() => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.welcome(stream, peer).await,
                Err(error) => {
                    // Out of descriptors, most likely: give those in use a moment to end.
                    warn!(%error, "cannot accept an MSCP connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn welcome(&self, stream: TcpStream, peer: SocketAddr) {
        if let Some(guest) = self.guest.as_ref().filter(|guest| guest.host != peer.ip()) {
            return warn!(%peer, call = %guest.call, "not the host that set the channel up");
        }
        if let Err(error) = alive::watch_over(&stream) {
            warn!(%peer, %error, "it will not be noticed if this host vanishes");
        }
        let cut = self.shutdown.child_token();
        let channel = ChannelId(self.desk.channels.fetch_add(1, Ordering::Relaxed) + 1);
        match self.desk.places.take(channel, cut.clone()).await {
            Some(place) => self.open(channel, stream, peer, place, cut).await,
            None => {
                let limit = self.desk.config.max_connections;
                warn!(%peer, limit, "too many MSCP connections");
            }
        }
    }

    async fn open(
        &self,
        channel: ChannelId,
        stream: TcpStream,
        peer: SocketAddr,
        place: Place,
        cut: CancellationToken,
    ) {
        info!(channel = channel.0, %peer, "MSCP connection");
        let Desk { config, core, metrics, budget, unread_ids, .. } = &self.desk;
        let outbox = Arc::new(Outbox::new(*budget));
        let writer = Writer { outbox: Arc::clone(&outbox), cut: cut.clone() };
        let via = self.guest.as_ref().map(|guest| guest.call.clone());
        if core.send(Message::ChannelOpened(channel, via, writer)).await.is_err() {
            return;
        }
        let metrics = Arc::clone(metrics);
        let connection = Connection {
            channel,
            place,
            core: core.clone(),
            outbox,
            unread_ids: Arc::clone(unread_ids),
            metrics,
            cut,
        };
        tokio::spawn(connection.run(stream, config.clone()));
    }
}
