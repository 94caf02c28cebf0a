//! The TCP side of MSCP (draft 7.2): listeners, and a reader and a writer task for each application
//! server.
//!
//! Parsing is done here, side by side for all channels; the core task sees typed requests only. The
//! two tasks end together: when the peer closes, when framing is lost, when the core task cuts off
//! a peer that does not read, and when the server ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use mscp_proto::channel::{Correlation, Incoming, Refusal, ServerChannel, encode_notification};
use mscp_proto::error::{ParseError, Subject};
use mscp_proto::framing::Status;
use mscp_proto::{Limits, Notification, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::core::Message;
use crate::config;
use crate::control::{ChannelId, Event};
use crate::metrics::{Metrics, RequestKind, RequestOutcome};

/// Bytes taken from a socket at once.
const READ_BYTES: usize = 16 * 1024;

/// How long a peer that has closed its sending side is still given its answers.
const LAST_ANSWERS: Duration = Duration::from_secs(30);

/// Something to send to an application server.
pub(super) enum ToChannel {
    /// The answer to a request.
    Respond(Correlation, Box<Response>),
    /// An event.
    Notify(Box<Notification>),
    /// The answer to what could not be read.
    Refuse(Box<Refusal>),
}

/// The core task's grip on a channel.
pub(super) struct Writer {
    queue: mpsc::Sender<ToChannel>,
    cut: CancellationToken,
}

impl Writer {
    /// Queues a message; false if the queue is full: the peer does not read.
    pub(super) fn send(&self, message: ToChannel) -> bool {
        self.queue.try_send(message).is_ok()
    }

    /// Closes the channel without further ado.
    pub(super) fn cut(&self) {
        self.cut.cancel();
    }
}

/// Requests of one channel that are not answered yet.
#[derive(Default)]
struct InFlight {
    count: AtomicUsize,
    answered: Notify,
}

impl InFlight {
    /// Counts a request; false if `limit` were under way already.
    fn enter(&self, limit: usize) -> bool {
        self.count.fetch_add(1, Ordering::Relaxed) < limit
    }

    fn leave(&self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        self.answered.notify_one();
    }

    async fn none(&self) {
        while self.count.load(Ordering::Relaxed) > 0 {
            self.answered.notified().await;
        }
    }
}

/// What all listeners share.
#[derive(Clone)]
pub(super) struct Desk {
    config: config::Mscp,
    core: mpsc::Sender<Message>,
    metrics: Arc<Metrics>,
    /// One for each connection that may still come.
    places: Arc<Semaphore>,
    /// Channels so far.
    channels: Arc<AtomicU64>,
}

impl Desk {
    pub(super) fn new(
        config: config::Mscp,
        core: mpsc::Sender<Message>,
        metrics: Arc<Metrics>,
    ) -> Desk {
        let places = Arc::new(Semaphore::new(config.max_connections));
        Desk { config, core, metrics, places, channels: Arc::default() }
    }

    /// A listener on `socket`, for the SIP dialog `via` or, without one, for everybody. It and its
    /// connections end with `shutdown`.
    pub(super) fn listen(
        &self,
        socket: TcpListener,
        via: Option<sip::CallKey>,
        shutdown: CancellationToken,
    ) -> Listener {
        Listener { desk: self.clone(), socket, via, shutdown }
    }
}

/// One TCP port on which application servers connect.
pub(super) struct Listener {
    desk: Desk,
    socket: TcpListener,
    via: Option<sip::CallKey>,
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
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, most likely: give those in use a moment to end.
                    warn!(%error, "cannot accept an MSCP connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&self.desk.places).try_acquire_owned() else {
                let limit = self.desk.config.max_connections;
                warn!(%peer, limit, "too many MSCP connections");
                continue;
            };
            let channel = ChannelId(self.desk.channels.fetch_add(1, Ordering::Relaxed) + 1);
            self.open(channel, stream, peer, place).await;
        }
    }

    async fn open(
        &self,
        channel: ChannelId,
        stream: TcpStream,
        peer: SocketAddr,
        place: OwnedSemaphorePermit,
    ) {
        info!(channel = channel.0, %peer, "MSCP connection");
        // Answers are small and waited for.
        let _ = stream.set_nodelay(true);
        let (read, write) = stream.into_split();
        let Desk { config, core, metrics, .. } = &self.desk;
        let (queue, messages) = mpsc::channel(config.max_queued_messages);
        let cut = self.shutdown.child_token();
        let in_flight = Arc::new(InFlight::default());
        let writer = Writer { queue: queue.clone(), cut: cut.clone() };
        let opened = Message::ChannelOpened(channel, self.via.clone(), writer);
        if core.send(opened).await.is_err() {
            return;
        }
        let reader = Reader {
            channel,
            socket: read,
            parser: ServerChannel::new(limits(config)),
            core: core.clone(),
            refusals: queue,
            in_flight: Arc::clone(&in_flight),
            in_flight_max: config.max_requests_in_flight,
            metrics: Arc::clone(metrics),
        };
        let metrics = Arc::clone(metrics);
        tokio::spawn(async move {
            let _place = place;
            let core = reader.core.clone();
            let read_cut = cut.clone();
            let reading = async move {
                tokio::select! {
                    () = read_cut.cancelled() => {}
                    () = reader.run() => {}
                }
            };
            let writing = async {
                tokio::select! {
                    () = cut.cancelled() => {}
                    () = write_all(write, messages, &in_flight, &metrics) => {}
                }
                cut.cancel();
            };
            let closing = async {
                reading.await;
                // The core task forgets the channel, and with it the last end of its queue: what
                // is queued already is still written.
                let _ = core.send(Message::Event(Box::new(Event::ChannelClosed { channel }))).await;
            };
            tokio::join!(closing, writing);
        });
    }
}

fn limits(config: &config::Mscp) -> Limits {
    let mut limits = Limits::default();
    limits.frame.header_bytes = config.max_header_bytes;
    limits.frame.body = config.max_body_bytes;
    limits
}

struct Reader {
    channel: ChannelId,
    socket: OwnedReadHalf,
    parser: ServerChannel,
    core: mpsc::Sender<Message>,
    refusals: mpsc::Sender<ToChannel>,
    in_flight: Arc<InFlight>,
    in_flight_max: usize,
    metrics: Arc<Metrics>,
}

impl Reader {
    /// Reads until the peer closes or nothing more can be understood.
    async fn run(mut self) {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match self.socket.read(&mut buffer).await {
                Ok(0) => return self.wait_for_answers().await,
                Err(_) => return,
                Ok(count) => self.parser.push(buffer.get(..count).unwrap_or_default()),
            }
            while let Some(incoming) = self.parser.poll() {
                if !self.take(incoming).await {
                    return;
                }
            }
        }
    }

    /// The peer will send nothing more, but may well read on.
    async fn wait_for_answers(&self) {
        // Past the time the channel closes with requests unanswered: the peer is gone, or stuck.
        let _ = tokio::time::timeout(LAST_ANSWERS, self.in_flight.none()).await;
    }

    /// Passes on what was read; false when the channel is to be closed.
    async fn take(&mut self, incoming: Incoming) -> bool {
        let channel = self.channel;
        match incoming {
            Incoming::Request { correlation, request, resources } => {
                if !self.in_flight.enter(self.in_flight_max) {
                    self.refuse(self.overload(correlation, request.to_subject())).await;
                    return false;
                }
                debug!(channel = channel.0, id = correlation.request_id, name = request.name());
                self.tell(Event::Request { channel, correlation, request, resources }).await
            }
            Incoming::Notification { notification, .. } => {
                self.tell(Event::Notified { channel, notification }).await
            }
            Incoming::Refused(refusal) => self.refuse(refusal).await,
            Incoming::Ignored { reason } => {
                info!(channel = channel.0, reason, "MSCP message ignored");
                true
            }
            Incoming::Lost { refusal, error } => {
                warn!(channel = channel.0, %error, "MSCP framing lost: channel closed");
                if let Some(refusal) = refusal {
                    self.refuse(refusal).await;
                }
                false
            }
        }
    }

    fn overload(&self, correlation: Correlation, subject: Option<Subject>) -> Refusal {
        let reason = format!(
            "more than {} requests are unanswered; the channel is closed",
            self.in_flight_max
        );
        let error = ParseError { id: correlation.id.clone(), subject, ..ParseError::whole(reason) };
        Refusal { correlation, error }
    }

    async fn refuse(&self, refusal: Refusal) -> bool {
        info!(channel = self.channel.0, error = %refusal.error, "MSCP request refused with 400");
        let kind = refusal.error.subject.as_ref().map_or(RequestKind::Unreadable, kind_of_subject);
        self.metrics.count_request(kind, RequestOutcome::Malformed);
        self.refusals.send(ToChannel::Refuse(Box::new(refusal))).await.is_ok()
    }

    async fn tell(&self, event: Event) -> bool {
        self.core.send(Message::Event(Box::new(event))).await.is_ok()
    }
}

/// Writes what is queued until the queue's last end is gone or the peer is.
async fn write_all(
    mut socket: OwnedWriteHalf,
    mut messages: mpsc::Receiver<ToChannel>,
    in_flight: &InFlight,
    metrics: &Metrics,
) {
    while let Some(message) = messages.recv().await {
        let bytes = match message {
            ToChannel::Respond(correlation, response) => {
                in_flight.leave();
                let refused = response.error_reason().is_some();
                let outcome = if refused { RequestOutcome::Refused } else { RequestOutcome::Done };
                metrics.count_request(kind_of(&response), outcome);
                correlation.answer(Status::Ok, *response)
            }
            ToChannel::Notify(notification) => encode_notification(*notification),
            ToChannel::Refuse(refusal) => refusal.answer(fresh_id),
        };
        if socket.write_all(&bytes).await.is_err() {
            return;
        }
    }
    // A peer that waits for the end of the stream gets it after the last answer.
    let _ = socket.shutdown().await;
}

/// For an error element that must name something although nothing exists.
fn fresh_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("unread{}", COUNT.fetch_add(1, Ordering::Relaxed) + 1)
}

fn kind_of(response: &Response) -> RequestKind {
    match response {
        Response::DialogPrepared(_) | Response::ErrorDialogNotPrepared(_) => {
            RequestKind::DialogPrepare
        }
        Response::DialogStarted(_)
        | Response::ErrorDialogNotStarted(_)
        | Response::ErrorDialogWrongState(_) => RequestKind::DialogStart,
        Response::ConferenceCreated(_) | Response::ErrorConferenceCreate(_) => {
            RequestKind::CreateConference
        }
        Response::ConferenceDestroyed(_) | Response::ErrorConferenceDestroy(_) => {
            RequestKind::DestroyConference
        }
        Response::ConferenceJoined(_) | Response::ErrorConferenceJoin(_) => RequestKind::Join,
        Response::ConferenceUnjoined(_) | Response::ErrorConferenceUnjoin(_) => RequestKind::Unjoin,
        Response::Error(_) | Response::Unknown(_) => RequestKind::Unreadable,
        Response::Extension(_) => RequestKind::Extension,
    }
}

fn kind_of_subject(subject: &Subject) -> RequestKind {
    match subject {
        Subject::DialogPrepare { .. } => RequestKind::DialogPrepare,
        Subject::DialogStart { .. } => RequestKind::DialogStart,
        Subject::CreateConference => RequestKind::CreateConference,
        Subject::DestroyConference { .. } => RequestKind::DestroyConference,
        Subject::Join { .. } => RequestKind::Join,
        Subject::Unjoin { .. } => RequestKind::Unjoin,
    }
}
