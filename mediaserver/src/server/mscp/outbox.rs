//! What waits to be sent to one application server, in order.
//!
//! It is bounded by bytes, not by messages: what the server itself can have to say at one moment
//! (a burst: all calls end, an application server watches all of them, an absent one comes back)
//! always fits, and beyond it as much as `mscp.max-queued-bytes`. Whoever leaves more unread is cut
//! off. What it was still to be told is handed back then, and waits for its next channel.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mscp_proto::Notification;
use tokio::sync::Notify;

use super::message::ToChannel;
use crate::config;
use crate::metrics::{RequestKind, RequestOutcome};

/// What one call or dialog takes of a burst: that it began, that it ended, its line of an audit.
const BURST_BYTES_PER_PORT: usize = 1_024;

/// What any other message takes: one that waited for an absent application server, or the answer to
/// one of the requests that it may send at once.
const BURST_BYTES_PER_MESSAGE: usize = 512;

/// How many bytes may wait for one application server.
pub(super) fn budget(config: &config::Mscp, ports: usize) -> usize {
    let burst = ports * BURST_BYTES_PER_PORT;
    let messages = config.max_queued_messages + config.max_requests_in_flight;
    config.max_queued_bytes + burst + messages * BURST_BYTES_PER_MESSAGE
}

/// The messages of one channel: the core task and the reader put them in, the writer takes them out.
pub(super) struct Outbox {
    budget: usize,
    state: Mutex<State>,
    filled: Notify,
    drained: Notify,
}

#[derive(Default)]
struct State {
    queue: VecDeque<ToChannel>,
    bytes: usize,
    ends: bool,
}

impl State {
    /// Bytes behind the first message, which is being written: one message of any size may be, and
    /// one more may wait.
    fn waiting(&self) -> usize {
        self.bytes - self.queue.front().map_or(0, |first| first.bytes.len())
    }

    fn has_room_for(&self, size: usize, budget: usize) -> bool {
        self.waiting() == 0 || self.waiting() + size <= budget
    }
}

impl Outbox {
    pub(super) fn new(budget: usize) -> Outbox {
        Outbox { budget, state: Mutex::default(), filled: Notify::new(), drained: Notify::new() }
    }

    /// Queues a message; false when that makes too much: the channel is to be cut. What is to be
    /// kept is taken even then.
    pub(super) fn push(&self, message: ToChannel) -> bool {
        let mut state = self.lock();
        let fits = state.has_room_for(message.bytes.len(), self.budget);
        if fits || message.kept.is_some() {
            state.bytes += message.bytes.len();
            state.queue.push_back(message);
        }
        drop(state);
        self.filled.notify_one();
        fits
    }

    /// Waits until half of what may wait is free: for whoever can wait.
    pub(super) async fn room(&self) {
        while self.lock().waiting() > self.budget / 2 {
            self.drained.notified().await;
        }
    }

    /// The first message, to be written now, and which request it answers. It stays the first until
    /// [`Outbox::sent`]. `None` when there is nothing and [`Outbox::end`] was called.
    pub(super) async fn first(&self) -> Option<(Bytes, Option<(RequestKind, RequestOutcome)>)> {
        loop {
            {
                let state = self.lock();
                if let Some(first) = state.queue.front() {
                    return Some((first.bytes.clone(), first.answers));
                }
                if state.ends {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// The first message is written.
    pub(super) fn sent(&self) {
        let mut state = self.lock();
        if let Some(first) = state.queue.pop_front() {
            state.bytes -= first.bytes.len();
        }
        drop(state);
        self.drained.notify_one();
    }

    /// The channel ends when what is queued is written.
    pub(super) fn end(&self) {
        self.lock().ends = true;
        self.filled.notify_one();
    }

    /// What was not sent and is to be kept, in order.
    pub(super) fn take_unsent(&self) -> Vec<Notification> {
        let mut state = self.lock();
        state.bytes = 0;
        state.queue.drain(..).filter_map(|message| message.kept).map(|kept| *kept).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done by a panic while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use mscp_proto::Response;
    use mscp_proto::channel::Correlation;
    use mscp_proto::extension::{
        AuditResult, AuditedConnection, ConnectionEnded, ConnectionStarted, ExtensionNotification,
        ExtensionResponse,
    };
    use mscp_proto::id::ConnectionId;

    use super::*;

    const BUDGET: usize = 1_000;

    fn message(size: usize) -> ToChannel {
        ToChannel { bytes: vec![b'x'; size].into(), answers: None, kept: None }
    }

    fn event(number: u64, kept: bool) -> ToChannel {
        ToChannel::event(ended(number), kept)
    }

    /// A call as a large site names it.
    fn connection(number: u64) -> ConnectionId {
        let id =
            format!("{number:032x}@session-border-7.sip.example.com;{number:016x};{number:016x}");
        ConnectionId::new(id)
    }

    fn ended(number: u64) -> Notification {
        let reason = "hung up by the application server".to_owned();
        let ended = ConnectionEnded { connectionid: connection(number), reason };
        Notification::Extension(ExtensionNotification::ConnectionEnded(ended))
    }

    #[test]
    fn bytes_are_bounded_however_few_messages_they_are() {
        let outbox = Outbox::new(BUDGET);
        assert!(outbox.push(message(10)));
        for _ in 0..10 {
            assert!(outbox.push(message(BUDGET / 10)));
        }
        assert!(!outbox.push(message(1)), "1,000 bytes wait behind the first message");
        outbox.sent();
        assert!(outbox.push(message(1)), "100 bytes fewer wait");
    }

    #[test]
    fn one_message_of_any_size_fits() {
        let outbox = Outbox::new(BUDGET);
        assert!(outbox.push(message(100 * BUDGET)));
        assert!(outbox.push(message(100 * BUDGET)), "while another is being written");
        assert!(!outbox.push(message(1)));
    }

    /// The whole burst comes before the writer has had a chance to write a byte of it.
    #[test]
    fn what_the_server_itself_can_say_at_once_fits() {
        let config = config::Config::defaults().unwrap();
        let (mut mscp, ports) = (config.mscp, config.engine.max_ports);
        mscp.max_queued_bytes = 0;
        let outbox = Outbox::new(budget(&mscp, ports));
        for number in 0..mscp.max_queued_messages as u64 {
            assert!(outbox.push(event(number, true)), "the backlog of an absence");
        }
        let correlation = Correlation { request_id: 1, id: None };
        let audited = |number| AuditedConnection {
            connectionid: connection(number),
            state: "leaving".to_owned(),
            codec: Some("PCMU".to_owned()),
        };
        let connections = (0..ports as u64).map(audited).collect();
        let audit = AuditResult { connections, ..AuditResult::default() };
        let audit = Response::Extension(ExtensionResponse::AuditResult(audit));
        assert!(outbox.push(ToChannel::answer(&correlation, audit)));
        for number in 0..ports as u64 {
            let started = ConnectionStarted {
                connectionid: connection(number),
                from: format!("sip:caller{number}@session-border-7.sip.example.com"),
                to: "sip:conference@media.sip.example.com".to_owned(),
                codec: Some("PCMU".to_owned()),
            };
            let started = ExtensionNotification::ConnectionStarted(started);
            let started = ToChannel::event(Notification::Extension(started), false);
            assert!(outbox.push(started), "watched");
        }
        for number in 0..ports as u64 {
            assert!(outbox.push(event(number, true)), "and hung up");
        }
    }

    #[test]
    fn what_was_not_sent_comes_back_in_order() {
        let outbox = Outbox::new(1);
        for number in 0..4 {
            outbox.push(event(number, number != 2));
        }
        outbox.push(message(10));
        outbox.sent();
        assert_eq!(
            outbox.take_unsent(),
            [ended(1), ended(3)],
            "the second did not fit, and is kept"
        );
        assert_eq!(outbox.take_unsent(), []);
    }

    #[tokio::test]
    async fn what_is_queued_is_written_before_the_end() {
        let outbox = Outbox::new(BUDGET);
        outbox.push(message(3));
        outbox.end();
        assert_eq!(outbox.first().await.unwrap().0.len(), 3);
        outbox.sent();
        assert!(outbox.first().await.is_none());
    }

    #[tokio::test]
    async fn whoever_can_wait_is_let_on_when_half_is_free() {
        let outbox = Outbox::new(BUDGET);
        for _ in 0..3 {
            outbox.push(message(BUDGET / 2));
        }
        let mut waits = std::pin::pin!(outbox.room());
        tokio::select! {
            biased;
            () = &mut waits => panic!("1,000 bytes wait"),
            () = std::future::ready(()) => {}
        }
        outbox.sent();
        waits.await;
    }
}
