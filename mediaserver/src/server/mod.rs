//! The shell: sockets, threads and tasks round the control core and the engine.
//!
//! ```text
//!  AS ──TCP──▶ mscp (2 tasks a channel) ─┐                  ┌─▶ prompts (fetch, decode)
//!  phones ──SIP──▶ sip agent ────────────┼─▶ core task ─────┤
//!  operator ──HTTP──▶ http ──────────────┘   (control core) └─▶ plans ring ─▶ engine thread
//!  phones ◀══RTP══▶ network thread ◀═══════════════ packet rings ═══════════▶ (no lock, no alloc)
//! ```

mod core;
mod decoding;
mod descriptors;
mod mscp;
mod prompts;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_io::jitter;
use media_io::net::{self, NetConfig, PortRange, PortRangeError};
use media_io::wav;
use mixer::Capacities;
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::TcpListener;
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::info;

use self::core::{Core, Message, Survey};
use self::descriptors::Share;
use crate::config::{AnyKey, Config, Grace, Media, Realtime, keys};
use crate::control::{Control, Settings, State, TRANSPORTS_MAX};
use crate::engine::realtime::Privileges;
use crate::engine::thread::{EngineThread, Parts};
use crate::exit;
use crate::fetch::{FetchConfig, FetchError, Fetcher};
use crate::http::{Health, Phase, Services, StateFuture, StateSource};
use crate::metrics::{Metrics, Privilege};
use mscp::Desk;
use prompts::Prompts;

/// Messages waiting for the core task before those who send them wait too.
const INBOX_MAX: usize = 1_024;

/// SIP events waiting for the core task; beyond, the agent refuses new calls.
const SIP_EVENTS_MAX: usize = 4_096;

/// Late ticks waiting to be explained.
const LATE_TICKS_MAX: usize = 256;

/// A running media server. Dropping it stops everything at once; [`Server::drain`] lets calls end.
pub struct Server {
    /// Where SIP is spoken, UDP and TCP.
    pub sip: SocketAddr,
    /// Where application servers connect.
    pub mscp: SocketAddr,
    /// Where metrics and the page are.
    pub http: SocketAddr,
    /// What it counts.
    pub metrics: Arc<Metrics>,
    inbox: mpsc::Sender<Message>,
    shutdown: CancellationToken,
    core: Option<JoinHandle<()>>,
    // Last: the engine outlives the task that talks to it.
    _engine: EngineThread,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Why the server could not start.
#[derive(thiserror::Error)]
pub enum StartError {
    /// Neither UDP nor TCP is wanted for SIP.
    #[error("sip.udp and sip.tcp are both off: nobody could call; switch one on")]
    NoTransport,
    /// A port is taken or not this host's.
    #[error("{}", exit::cannot_listen(*.key, *.address, .source))]
    Listen {
        /// The key of the configuration that chose the address.
        key: &'static dyn AnyKey,
        /// The wanted address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// No ports for media.
    #[error("{}", no_media(.0))]
    Ports(#[from] PortRangeError),
    /// The client that fetches prompts.
    #[error("cannot fetch prompts: {0}")]
    Fetch(#[from] FetchError),
    /// No thread, descriptor or timer.
    #[error("cannot start the media threads: {0}")]
    Threads(#[from] io::Error),
}

impl Server {
    /// Opens every port and starts every thread.
    ///
    /// # Errors
    /// [`StartError`], in one line a person can act on; nothing is left running then.
    pub async fn start(mut config: Config) -> Result<Server, StartError> {
        let metrics = Metrics::new();
        let health = Health::new(Instant::now(), 1);
        let shutdown = CancellationToken::new();
        let (inbox, messages) = mpsc::channel(INBOX_MAX);

        let http_socket = listen(&keys::HTTP_LISTEN, config.http.listen).await?;
        let mscp_socket = listen(&keys::MSCP_LISTEN, config.mscp.listen).await?;
        let (sip_sender, sip_events) = mpsc::channel(SIP_EVENTS_MAX);
        let mut sip_config = sip_config(&config);
        let wanted =
            Share { calls: config.sip.max_calls, sip_connections: sip_config.limits.connections };
        let share = descriptors::share(&config, wanted);
        config.sip.max_calls = share.calls;
        sip_config.limits.connections = share.sip_connections;
        let agent = sip::Agent::bind(sip_config, sip_sender).await?;
        let (sip, mscp, http) =
            (agent.local_addr(), mscp_socket.local_addr()?, http_socket.local_addr()?);

        let media_ports = media_ports(&config.media)?;
        let fetcher = Fetcher::new(FetchConfig::from(&config.dialogs))?;
        let (net, ingress, egress) = net::start(&NetConfig::default())?;
        let (engine, handle) = mixer::engine(capacities(&config));
        let (wake, ring) =
            pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC).map_err(io::Error::from)?;
        let (late_in, late_ticks) = rtrb::RingBuffer::new(LATE_TICKS_MAX);
        let parts = Parts {
            engine,
            ingress,
            egress,
            late_ticks: late_in,
            wake: ring,
            health: Arc::clone(&health),
            tick_time: Arc::clone(&metrics.tick_seconds),
            wake_lateness: Arc::clone(&metrics.wake_lateness_seconds),
            realtime: config.engine.realtime == Realtime::Auto,
        };
        let (engine, privileges) = EngineThread::start(parts)?;
        announce(&privileges, &metrics);

        let ports = config.engine.max_ports;
        let desk = Desk::new(config.mscp.clone(), ports, inbox.clone(), Arc::clone(&metrics));
        let core = Core {
            control: Control::new(settings(&config), handle, rand::random()),
            inbox: messages,
            sip_events,
            agent,
            net,
            ports: media_ports,
            media_ip: config.media.ip,
            wake: pipe::Receiver::from_owned_fd(wake)?,
            late_ticks,
            prompts: Prompts::new(
                fetcher,
                clip_limits(&config),
                inbox.clone(),
                Arc::clone(&metrics),
            ),
            metrics: Arc::clone(&metrics),
            health: Arc::clone(&health),
            channels: BTreeMap::new(),
            transports: BTreeMap::new(),
            desk: desk.clone(),
            shutdown: shutdown.clone(),
            drain: None,
            surveyed: Survey::default(),
        };
        let core = tokio::spawn(core.run());
        tokio::spawn(desk.listen(mscp_socket, None, shutdown.clone()).run());
        let services = Services {
            health: Arc::clone(&health),
            metrics: Arc::clone(&metrics),
            state: Arc::new(Asking(inbox.clone())),
        };
        tokio::spawn(crate::http::serve(http_socket, services, shutdown.clone()));

        health.enter(Phase::Ready);
        info!(%sip, %mscp, %http, "ready");
        Ok(Server { sip, mscp, http, metrics, inbox, shutdown, core: Some(core), _engine: engine })
    }

    /// Takes no new calls, waits up to `grace` for those in progress, ends the rest, and stops.
    pub async fn drain(mut self, grace: Duration) {
        let (done, drained) = oneshot::channel();
        if self.inbox.send(Message::Drain(grace, done)).await.is_ok() {
            // An error means the core task is gone: drained all the same.
            let _ = drained.await;
        }
        self.shutdown.cancel();
        if let Some(core) = self.core.take() {
            // A core task that panicked has said so in the log.
            let _ = core.await;
        }
        info!("stopped");
    }

    /// Everything there is now, as `/api/state` shows it; `None` when the server is ending.
    pub async fn state(&self) -> Option<State> {
        ask(&self.inbox).await
    }
}

/// What it says is all there is to it.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<sip::BindError> for StartError {
    fn from(error: sip::BindError) -> StartError {
        match error {
            sip::BindError::NoTransport => StartError::NoTransport,
            sip::BindError::Socket { address, source, .. } => {
                StartError::Listen { key: &keys::SIP_LISTEN, address, source }
            }
        }
    }
}

async fn listen(key: &'static dyn AnyKey, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { key, address, source })
}

/// The ports for media, one pair of which could be opened: with an address that is not this
/// machine's, no call could ever be taken.
fn media_ports(media: &Media) -> Result<PortRange, PortRangeError> {
    let range = || PortRange::new(media.rtp_ports.low..=media.rtp_ports.high);
    // Tried with a range of its own, so that the first call gets the first pair.
    range()?.bind_pair(media.ip)?;
    range()
}

fn no_media(error: &PortRangeError) -> String {
    match error {
        PortRangeError::Bind { ip, source, .. }
            if source.kind() == io::ErrorKind::AddrNotAvailable =>
        {
            exit::not_ours(&keys::MEDIA_IP, ip)
        }
        _ => format!("{}: {error}", keys::MEDIA_RTP_PORTS.name),
    }
}

/// `/api/state` asks the core task.
struct Asking(mpsc::Sender<Message>);

impl StateSource for Asking {
    fn state(&self) -> StateFuture<'_> {
        Box::pin(ask(&self.0))
    }
}

async fn ask(inbox: &mpsc::Sender<Message>) -> Option<State> {
    let (reply, state) = oneshot::channel();
    inbox.send(Message::State(reply)).await.ok()?;
    state.await.ok()
}

fn announce(privileges: &Privileges, metrics: &Metrics) {
    let word = |got: &Result<(), String>| match got {
        Ok(()) => "yes".to_owned(),
        Err(why) => format!("no: {why}"),
    };
    let core = match &privileges.core {
        Ok(core) => format!("core {core}"),
        Err(why) => format!("no: {why}"),
    };
    info!(
        fifo = word(&privileges.fifo),
        locked_memory = word(&privileges.locked_memory),
        pinned = core,
        "engine thread"
    );
    metrics.set_privilege(Privilege::Fifo, privileges.fifo.is_ok());
    metrics.set_privilege(Privilege::Mlock, privileges.locked_memory.is_ok());
    metrics.set_privilege(Privilege::Affinity, privileges.core.is_ok());
}

fn sip_config(config: &Config) -> sip::Config {
    let mut sip = sip::Config::new(config.sip.listen);
    sip.udp = config.sip.udp;
    sip.tcp = config.sip.tcp;
    // Callers cannot be told to come to the wildcard; where media goes they get to.
    sip.advertise = config.sip.listen.ip().is_unspecified().then_some(config.media.ip);
    sip.limits = sip_limits(config.sip.max_calls);
    sip
}

/// The control core keeps to `max_calls`; the agent must not be the first to have no place.
fn sip_limits(max_calls: usize) -> sip::Limits {
    let mut limits = sip::Limits::for_calls(max_calls + TRANSPORTS_MAX);
    // A call that was ended here before its ACK came is the agent's alone until then.
    limits.calls += limits.unacked;
    limits
}

fn capacities(config: &Config) -> Capacities {
    Capacities {
        ports: config.engine.max_ports,
        rooms: config.engine.max_conferences,
        streams: 2 * config.engine.max_ports,
        ..Capacities::default()
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        media_ip: config.media.ip,
        max_calls: config.sip.max_calls,
        packet_ms: u32::try_from(config.media.ptime.as_millis()).unwrap_or(20),
        starvation: config.media.starvation,
        jitter: jitter::Config::with_target(config.media.jitter),
        grace: match config.mscp.grace {
            Grace::After(grace) => Some(grace),
            Grace::Keep => None,
        },
        backlog_max: config.mscp.max_queued_messages,
        over_sip: config.mscp.over_sip.clone(),
        held_bytes_max: config.dialogs.max_held_bytes,
        cname: format!("antiphon@{}", config.media.ip),
        ntp_at_zero: net::ntp_at_zero(),
    }
}

fn clip_limits(config: &Config) -> wav::Limits {
    wav::Limits {
        file_bytes_max: config.dialogs.max_fetch_bytes,
        duration_max: config.dialogs.max_duration,
        ..wav::Limits::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sip_agent_has_room_for_every_call_that_is_configured() {
        for max_calls in [1, 1_000, 100_000] {
            let limits = sip_limits(max_calls);
            assert!(limits.calls >= max_calls + TRANSPORTS_MAX, "{limits:?}");
            assert!(limits.transactions >= 6 * max_calls, "{limits:?}");
            assert!(limits.unacked >= max_calls / 10, "{limits:?}");
        }
        assert!(sip_limits(1).calls < sip::Limits::default().calls);
    }
}
