//! What an agent is told at its start: where it listens, its timers and its limits.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::sync::Semaphore;

/// Calls (dialogs) held at once, incoming and outgoing together.
pub(crate) const CALLS_MAX: usize = 10_000;
/// Transactions held at once.
pub(crate) const TRANSACTIONS_MAX: usize = 65_536;
/// INVITEs that began a call, or wanted to, and whose ACK has not come.
pub(crate) const UNACKED_MAX: usize = 1_024;
/// Bytes of one message, start line to the end of the body: the largest a UDP datagram holds.
pub(crate) const MESSAGE_BYTES_MAX: usize = 65_535;
/// TCP connections held at once.
pub(crate) const CONNECTIONS_MAX: usize = 1_024;
/// Events waiting for the application before new work is refused with 503.
pub(crate) const EVENTS_MAX: usize = 4_096;
/// Events of one call that may still come when nothing new is begun: the outcome of the INVITE that
/// is under way, that of a change the application asks for, and the end.
pub(crate) const LAST_EVENTS: usize = 3;
/// Commands for one call that may wait for the agent at once: ring, accept or reject, change,
/// acknowledge and bye, and the availability before and after it.
pub(crate) const COMMANDS_PER_CALL: usize = 8;
/// A TCP connection on which nothing was received for so long is closed.
pub(crate) const CONNECTION_IDLE: Duration = Duration::from_secs(600);
/// A TCP peer has so long to finish a message it began.
pub(crate) const MESSAGE_TIME: Duration = Duration::from_secs(30);
/// How long a call may stand before its peer is asked whether it still knows it.
pub(crate) const PROBE: Duration = Duration::from_secs(300);
/// How long `shutdown` waits for the answers to its BYE requests.
pub(crate) const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// Everything [`Agent::bind`](crate::Agent::bind) needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port for UDP and TCP alike; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Listen on UDP.
    pub udp: bool,
    /// Listen on TCP.
    pub tcp: bool,
    /// The host written into Contact and Via. `None` is the listen address or, when that is
    /// the wildcard, the address of the interface with the default route.
    pub advertise: Option<IpAddr>,
    /// The value of Server in responses and User-Agent in requests.
    pub user_agent: String,
    /// So long after its last sign of life the peer of a call is asked with OPTIONS whether it
    /// still knows the call; if not, the call ends with
    /// [`EndReason::PeerLost`](crate::EndReason::PeerLost). A peer that crashed while it was on
    /// hold is found in no other way. `None` never asks. Default 5 minutes.
    pub probe: Option<Duration>,
    /// Timer base values of RFC 3261.
    pub timers: Timers,
    /// What may be held at once.
    pub limits: Limits,
}

impl Config {
    /// UDP and TCP on `listen`, with the defaults of [`Timers`] and [`Limits`].
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            udp: true,
            tcp: true,
            advertise: None,
            user_agent: concat!("Antiphon/", env!("CARGO_PKG_VERSION")).into(),
            probe: Some(PROBE),
            timers: Timers::default(),
            limits: Limits::default(),
        }
    }
}

/// The three base values every SIP timer is made of (RFC 3261, table 4).
#[derive(Clone, Copy, Debug)]
pub struct Timers {
    /// Estimate of the round trip; the first retransmission follows after it. Default 500 ms.
    pub t1: Duration,
    /// Longest interval between retransmissions. Default 4 s.
    pub t2: Duration,
    /// Longest life of a message in the network. Default 5 s.
    pub t4: Duration,
}

impl Timers {
    /// 64 · T1: how long a transaction, or an answer without ACK, is kept alive.
    pub fn t1x64(&self) -> Duration {
        self.t1 * 64
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

/// What may be held at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Calls, incoming and outgoing together; a further INVITE gets 486. Default 10,000.
    pub calls: usize,
    /// Transactions; a further request gets 503 without state, but BYE is always heeded. One
    /// source may have half of them, and a quarter, of all and of that half, is reserved for
    /// requests within calls. Default 65,536: a call costs two to four for 32 seconds each, so this
    /// carries about 500 calls a second on UDP.
    pub transactions: usize,
    /// INVITEs whose ACK has not come, of which one source may have a quarter: an honest peer
    /// acknowledges within a round trip, and may begin as many calls in each. Beyond, the oldest
    /// one that was answered some time ago gives way or, if there is none, a new one gets 503.
    /// Default 1,024.
    pub unacked: usize,
    /// Bytes of one message; a longer one gets 413. Default 65,535.
    pub message_bytes: usize,
    /// TCP connections, of which one source may have half. For a further one, the one that was
    /// silent for longest and has no call is closed. Default 1,024.
    pub connections: usize,
    /// Idle time after which a TCP connection is closed. Default 10 minutes.
    pub connection_idle: Duration,
    /// Time a TCP peer has to finish a message it began. Default 30 s.
    pub message_time: Duration,
    /// How long a shutdown waits for its BYE requests to be answered. Default 2 s.
    pub shutdown_grace: Duration,
}

impl Limits {
    /// Limits for so many calls. The defaults carry 10,000; beyond, what calls cost grows with them.
    pub fn for_calls(calls: usize) -> Self {
        let grown = |default: usize| default.max(default.saturating_mul(calls) / CALLS_MAX);
        Self {
            calls,
            transactions: grown(TRANSACTIONS_MAX),
            unacked: grown(UNACKED_MAX),
            ..Self::default()
        }
    }
}

/// What follows from the limits.
impl Limits {
    /// The most events that wait for the application. Beyond [`EVENTS_MAX`] no call begins and no
    /// offer is taken; those that stand have only their last events to come.
    pub(crate) fn held_events(&self) -> usize {
        EVENTS_MAX.saturating_add(LAST_EVENTS.saturating_mul(self.calls.saturating_add(1)))
    }

    /// The most commands that wait for the agent. It carries them out before it hears anything
    /// more, so they are about the calls that stand and those whose events are being worked off.
    pub(crate) fn commands(&self) -> usize {
        let calls = self.calls.saturating_add(self.held_events());
        COMMANDS_PER_CALL.saturating_mul(calls).min(Semaphore::MAX_PERMITS)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: CALLS_MAX,
            transactions: TRANSACTIONS_MAX,
            unacked: UNACKED_MAX,
            message_bytes: MESSAGE_BYTES_MAX,
            connections: CONNECTIONS_MAX,
            connection_idle: CONNECTION_IDLE,
            message_time: MESSAGE_TIME,
            shutdown_grace: SHUTDOWN_GRACE,
        }
    }
}
