//! One application server: the task that reads what it sends and the one that writes to it.
//!
//! The two end together: when the peer closes, when framing is lost, when a message takes too long
//! to come, when a peer does not read, and when the server ends. The core task is told last, and
//! finds in the outbox what was not sent.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use mscp_proto::Limits;
use mscp_proto::channel::{Correlation, Incoming, Refusal, ServerChannel};
use mscp_proto::error::{ParseError, Subject};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::alive::UNTAKEN_MAX;
use super::message::{ToChannel, kind_of_subject};
use super::outbox::Outbox;
use super::places::Place;
use crate::config;
use crate::control::{ChannelId, Event, UnreadIds};
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
    pub(super) outbox: Arc<Outbox>,
    pub(super) unread_ids: Arc<UnreadIds>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) cut: CancellationToken,
}

impl Connection {
    /// Reads and writes until both sides are done, or the channel is cut.
    pub(super) async fn run(self, stream: TcpStream, config: config::Mscp) {
        let Connection { channel, place, core, outbox, unread_ids, metrics, cut } = self;
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
            outbox: Arc::clone(&outbox),
            unread_ids,
            in_flight: Arc::clone(&in_flight),
            in_flight_max: config.max_requests_in_flight,
            metrics: Arc::clone(&metrics),
        };
        let reading = async {
            cut.run_until_cancelled(reader.run()).await;
            // What is queued already is still written, to a peer that reads on.
            outbox.end();
            let _ = timeout(LAST_ANSWERS, cut.cancelled()).await;
            cut.cancel();
        };
        let writing = async {
            let written = write_all(write, &outbox, &in_flight, &metrics);
            if let Some(Err(error)) = cut.run_until_cancelled(written).await {
                info!(channel = channel.0, %error, "the application server takes nothing more");
            }
            cut.cancel();
        };
        tokio::join!(reading, writing);
        let _ = core.send(Message::ChannelClosed(channel)).await;
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
    outbox: Arc<Outbox>,
    unread_ids: Arc<UnreadIds>,
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
                None if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                    let stalled = self.parser.give_up(MESSAGE_TIME);
                    self.take(stalled).await;
                    return;
                }
                None => return info!(channel = self.channel.0, "MSCP connection lost"),
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
        // Nothing but these makes the peer wait, so whoever sends only bad requests is read no faster
        // than it reads.
        self.outbox.room().await;
        self.outbox.push(ToChannel::refusal(&refusal, || self.unread_ids.next()))
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

/// Writes what is queued until the outbox ends or the peer takes nothing more.
async fn write_all(
    mut socket: impl AsyncWrite + Unpin,
    outbox: &Outbox,
    in_flight: &InFlight,
    metrics: &Metrics,
) -> io::Result<()> {
    while let Some((bytes, answers)) = outbox.first().await {
        if let Some((kind, outcome)) = answers {
            // Before it is written: the peer may ask again as soon as it reads the answer.
            in_flight.leave();
            metrics.count_request(kind, outcome);
        }
        write_one(&mut socket, bytes).await?;
        outbox.sent();
    }
    // A peer that waits for the end of the stream gets it after the last answer.
    socket.shutdown().await
}

/// Writes one message, however long that takes, as long as the peer goes on reading.
async fn write_one(socket: &mut (impl AsyncWrite + Unpin), mut bytes: Bytes) -> io::Result<()> {
    while !bytes.is_empty() {
        if timeout(UNTAKEN_MAX, socket.write_buf(&mut bytes)).await?? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::duplex;
    use tokio::time::sleep;

    use super::*;

    /// What a socket holds between two that do not wait for each other.
    const SOCKET_BYTES: usize = 10;

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_slowly_gets_it_all() {
        let (mut server, mut peer) = duplex(SOCKET_BYTES);
        let writing =
            tokio::spawn(async move { write_one(&mut server, vec![1; 100].into()).await });
        let mut read = [0; SOCKET_BYTES];
        for _ in 0..10 {
            sleep(UNTAKEN_MAX - Duration::from_secs(1)).await;
            peer.read_exact(&mut read).await.unwrap();
        }
        writing.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_nothing_is_given_up() {
        let (mut server, _peer) = duplex(SOCKET_BYTES);
        let begin = Instant::now();
        let fault = write_one(&mut server, vec![1; 100].into()).await.unwrap_err();
        assert_eq!(fault.kind(), io::ErrorKind::TimedOut);
        assert_eq!(begin.elapsed(), UNTAKEN_MAX);
    }
}
