//! One application server: the task that reads what it sends and the one that writes to it.
//!
//! The two end together: when the peer closes, when framing is lost, when a message takes too long
//! to come, when the core task cuts off a peer that does not read, and when the server ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use mscp_proto::Limits;
use mscp_proto::Response;
use mscp_proto::channel::{Correlation, Incoming, Refusal, ServerChannel, encode_notification};
use mscp_proto::error::{ParseError, Subject};
use mscp_proto::framing::Status;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::ToChannel;
use super::places::Place;
use crate::config;
use crate::control::{ChannelId, Event};
use crate::metrics::{Metrics, RequestKind, RequestOutcome};
use crate::server::core::Message;

/// Bytes taken from a socket at once.
const READ_BYTES: usize = 16 * 1024;

/// How long a message that has begun may take to come whole. Between messages a peer may be silent
/// for as long as it likes.
const MESSAGE_TIME: Duration = Duration::from_secs(30);

/// How long a peer that has closed its sending side is still given its answers.
const LAST_ANSWERS: Duration = Duration::from_secs(30);

/// A connection that is about to begin.
pub(super) struct Connection {
    pub(super) channel: ChannelId,
    pub(super) place: Place,
    pub(super) core: mpsc::Sender<Message>,
    pub(super) refusals: mpsc::Sender<ToChannel>,
    pub(super) messages: mpsc::Receiver<ToChannel>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) cut: CancellationToken,
}

impl Connection {
    /// Reads and writes until both sides are done, or the channel is cut.
    pub(super) async fn run(self, stream: TcpStream, config: config::Mscp) {
        let Connection { channel, place, core, refusals, messages, metrics, cut } = self;
        // Answers are small and waited for.
        let _ = stream.set_nodelay(true);
        let (read, write) = stream.into_split();
        let in_flight = Arc::new(InFlight::default());
        let reader = Reader {
            channel,
            place,
            socket: read,
            parser: ServerChannel::new(limits(&config)),
            core: core.clone(),
            refusals,
            in_flight: Arc::clone(&in_flight),
            in_flight_max: config.max_requests_in_flight,
            metrics: Arc::clone(&metrics),
        };
        let reading = async {
            cut.run_until_cancelled(reader.run()).await;
            // The core task forgets the channel, and with it the last end of its queue: what is
            // queued already is still written.
            let _ = core.send(Message::Event(Box::new(Event::ChannelClosed { channel }))).await;
        };
        let writing = async {
            cut.run_until_cancelled(write_all(write, messages, &in_flight, &metrics)).await;
            cut.cancel();
        };
        tokio::join!(reading, writing);
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

fn limits(config: &config::Mscp) -> Limits {
    let mut limits = Limits::default();
    limits.frame.header_bytes = config.max_header_bytes;
    limits.frame.body = config.max_body_bytes;
    limits
}

struct Reader {
    channel: ChannelId,
    place: Place,
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
        let mut deadline = None;
        loop {
            match read(&mut self.socket, &mut buffer, deadline).await {
                Some(0) => return self.wait_for_answers().await,
                Some(count) => self.parser.push(buffer.get(..count).unwrap_or_default()),
                None => return info!(channel = self.channel.0, "MSCP connection lost or stalled"),
            }
            while let Some(incoming) = self.parser.poll() {
                deadline = None;
                if !self.take(incoming).await {
                    return;
                }
            }
            deadline = match self.parser.is_idle() {
                true => None,
                false => deadline.or_else(|| Some(Instant::now() + MESSAGE_TIME)),
            };
        }
    }

    /// The peer will send nothing more, but may well read on.
    async fn wait_for_answers(&self) {
        // Past the time the channel closes with requests unanswered: the peer is gone, or stuck.
        let _ = timeout(LAST_ANSWERS, self.in_flight.none()).await;
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
                self.place.keep();
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

/// What the peer sent next: 0 bytes when it is done, `None` when it is gone or too slow.
async fn read(
    socket: &mut OwnedReadHalf,
    buffer: &mut [u8],
    deadline: Option<Instant>,
) -> Option<usize> {
    match deadline {
        None => socket.read(buffer).await.ok(),
        Some(deadline) => timeout_at(deadline, socket.read(buffer)).await.ok()?.ok(),
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
