//! The shell: sockets, threads and tasks round the control core and the engine.
//!
//! ```text
//!  AS ──TCP──▶ mscp (2 tasks a channel) ─┐                  ┌─▶ prompts (fetch, decode)
//!  phones ──SIP──▶ sip agent ────────────┼─▶ core task ─────┤
//!  operator ──HTTP──▶ http ──────────────┘   (control core) └─▶ plans ring ─▶ engine threads
//!  phones ◀══RTP══▶ network thread ◀═══════════════ packet rings ═══════════▶ (no lock, no alloc)
//! ```

mod core;
mod decoding;
mod descriptors;
mod feeders;
mod media;
mod mscp;
mod prompts;
mod recorders;
mod sizes;
mod sound_card;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_io::jitter;
use media_io::net::{self, PortRange, PortRangeError};
use media_io::wav;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::info;

use self::core::{Core, Message, Survey};
use self::descriptors::Share;
use crate::config::{AnyKey, Config, Grace, keys};
use crate::control::{Control, KeySeed, Settings, State, TRANSPORTS_MAX};
use crate::engine::thread::EngineThreads;
use crate::exit;
use crate::fetch::{FetchConfig, FetchError, Fetcher};
use crate::http::{Health, Phase, Services, StateFuture, StateSource};
use crate::metrics::Metrics;
use feeders::Feeders;
use media::Media;
use mscp::Desk;
use prompts::Prompts;
use recorders::Recorders;
use sound_card::SoundCards;

/// Messages waiting for the core task before those who send them wait too.
const INBOX_MAX: usize = 1_024;

/// SIP events waiting for the core task; beyond, the agent refuses new calls.
const SIP_EVENTS_MAX: usize = 4_096;

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
    // Last: the engines outlive the task that talks to them.
    _engines: EngineThreads,
}

/// Where application servers and operators connect. Nobody is answered yet.
struct Listeners {
    mscp: (TcpListener, SocketAddr),
    http: (TcpListener, SocketAddr),
}

impl Listeners {
    async fn bind(config: &Config) -> Result<Listeners, StartError> {
        let http = listen(&keys::HTTP_LISTEN, config.http.listen).await?;
        let mscp = listen(&keys::MSCP_LISTEN, config.mscp.listen).await?;
        let (http_address, mscp_address) = (http.local_addr()?, mscp.local_addr()?);
        Ok(Listeners { mscp: (mscp, mscp_address), http: (http, http_address) })
    }
}

/// The SIP agent and what it has to tell.
struct Phones {
    agent: sip::Agent,
    events: mpsc::Receiver<sip::Event>,
}

impl Phones {
    async fn bind(config: sip::Config) -> Result<Phones, StartError> {
        let (sender, events) = mpsc::channel(SIP_EVENTS_MAX);
        let agent = sip::Agent::bind(config, sender).await?;
        Ok(Phones { agent, events })
    }
}

/// All that can fail to be had.
struct Parts {
    fetcher: Fetcher,
    feeders: Feeders,
    ports: PortRange,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    listeners: Listeners,
    media: Media,
    phones: Phones,
}

/// Sets the tasks to work, which cannot fail any more.
fn run(config: Config, parts: Parts) -> Server {
    let Parts { fetcher, feeders, ports, metrics, health, listeners, media, phones } = parts;
    media.announce(&metrics);
    let shutdown = CancellationToken::new();
    let (inbox, messages) = mpsc::channel(INBOX_MAX);
    let ((mscp, mscp_address), (http, http_address)) = (listeners.mscp, listeners.http);
    let sip_address = phones.agent.local_addr();
    let max_ports = config.engine.max_ports;
    let desk = Desk::new(config.mscp.clone(), max_ports, inbox.clone(), Arc::clone(&metrics));
    let limits = clip_limits(&config);
    let core = Core {
        control: Control::new(settings(&config), media.handle, rand::random()),
        inbox: messages,
        sip_events: phones.events,
        agent: phones.agent,
        net: media.net,
        ports,
        media_ip: config.media.ip,
        wake: media.wake,
        late_ticks: media.late_ticks,
        feeders,
        sound_cards: SoundCards::new(inbox.clone()),
        recorders: Recorders::new(config.recordings.folder.clone(), inbox.clone()),
        prompts: Prompts::new(fetcher, limits, inbox.clone(), Arc::clone(&metrics)),
        metrics: Arc::clone(&metrics),
        health: Arc::clone(&health),
        channels: BTreeMap::new(),
        transports: BTreeMap::new(),
        desk: desk.clone(),
        shutdown: shutdown.clone(),
        drain: None,
        surveyed: Survey::default(),
    };
    let core = Some(tokio::spawn(core.run()));
    tokio::spawn(desk.listen(mscp, None, shutdown.clone()).run());
    let state = Arc::new(Asking(inbox.clone()));
    let services = Services { health: Arc::clone(&health), metrics: Arc::clone(&metrics), state };
    tokio::spawn(crate::http::serve(http, services, shutdown.clone()));
    health.enter(Phase::Ready);
    Server {
        sip: sip_address,
        mscp: mscp_address,
        http: http_address,
        metrics,
        inbox,
        shutdown,
        core,
        _engines: media.engines,
    }
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
        let fetcher = Fetcher::new(FetchConfig::from(&config.dialogs))?;
        let feeders = Feeders::start()?;
        let ports = media_ports(&config)?;
        let sip_config = share_descriptors(&mut config);
        let metrics = Metrics::new(config.engine.threads);
        let health = Health::new(Instant::now(), config.engine.threads);
        let listeners = Listeners::bind(&config).await?;
        let media = Media::start(&config, &metrics, &health)?;
        // The last that can fail: unlike what was made before, an agent does not end at once.
        let phones = Phones::bind(sip_config).await?;
        let server = run(
            config,
            Parts { fetcher, feeders, ports, metrics, health, listeners, media, phones },
        );
        info!(sip = %server.sip, mscp = %server.mscp, http = %server.http, "ready");
        Ok(server)
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
/// The agent's configuration; both take no more calls than there are descriptors for.
fn share_descriptors(config: &mut Config) -> sip::Config {
    let mut agent = sip_config(config);
    let wanted = Share { calls: config.sip.max_calls, sip_connections: agent.limits.connections };
    let share = descriptors::share(config, wanted);
    config.sip.max_calls = share.calls;
    agent.limits.connections = share.sip_connections;
    agent
}

fn media_ports(config: &Config) -> Result<PortRange, StartError> {
    let (ip, sip) = (config.media.ip, config.sip.listen);
    let range = || PortRange::new(config.media.rtp_ports.low..=config.media.rtp_ports.high);
    // Tried with a range of its own, so that the first call gets the first pair.
    match range()?.bind_pair(ip) {
        // Unless told otherwise, media has the address of SIP: that is the one to mend.
        Err(PortRangeError::Bind { source, .. })
            if ip == sip.ip() && source.kind() == io::ErrorKind::AddrNotAvailable =>
        {
            Err(StartError::Listen { key: &keys::SIP_LISTEN, address: sip, source })
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(range()?),
    }
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

fn settings(config: &Config) -> Settings {
    Settings {
        media_ip: config.media.ip,
        max_calls: config.sip.max_calls,
        max_conferences: config.engine.max_conferences,
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
        recordings: config.recordings.limits(),
        cname: format!("antiphon@{}", config.media.ip),
        security: config.sip.srtp,
        key_seed: KeySeed(rand::random()),
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
