//! The configuration as resolved: a value for everything, checked.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use media_io::recorder;
use media_io::sdp::Security;

use super::contradictions::Contradictions;
use super::error::{ConfigError, Violation};
use super::keys;
use super::written::Written;
use crate::fetch::Network;

/// Everything that can be set; each field is described at its key in [`keys`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Calls.
    pub sip: Sip,
    /// The control channel.
    pub mscp: Mscp,
    /// Health, metrics, state and the page.
    pub http: Http,
    /// RTP and what is offered in SDP.
    pub media: Media,
    /// The mixing engine.
    pub engine: Engine,
    /// Dialogs and what they fetch.
    pub dialogs: Dialogs,
    /// Recordings of conferences and connections.
    pub recordings: Recordings,
    /// [`keys::DRAIN_SECONDS`].
    pub drain: Duration,
    /// Logging.
    pub log: Log,
    /// What is unwise, though it can be: one line for each.
    pub warnings: Vec<Violation>,
}

/// `[sip]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sip {
    /// [`keys::SIP_LISTEN`].
    pub listen: SocketAddr,
    /// [`keys::SIP_UDP`].
    pub udp: bool,
    /// [`keys::SIP_TCP`].
    pub tcp: bool,
    /// [`keys::SIP_MAX_CALLS`].
    pub max_calls: usize,
    /// [`keys::SIP_SRTP`].
    pub srtp: Security,
}

/// `[mscp]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mscp {
    /// [`keys::MSCP_LISTEN`].
    pub listen: SocketAddr,
    /// [`keys::MSCP_MAX_CONNECTIONS`].
    pub max_connections: usize,
    /// [`keys::MSCP_MAX_HEADER_BYTES`].
    pub max_header_bytes: usize,
    /// [`keys::MSCP_MAX_BODY_BYTES`].
    pub max_body_bytes: usize,
    /// [`keys::MSCP_MAX_QUEUED_MESSAGES`].
    pub max_queued_messages: usize,
    /// [`keys::MSCP_MAX_QUEUED_BYTES`].
    pub max_queued_bytes: usize,
    /// [`keys::MSCP_MAX_REQUESTS_IN_FLIGHT`].
    pub max_requests_in_flight: usize,
    /// [`keys::MSCP_GRACE_SECONDS`].
    pub grace: Grace,
    /// [`keys::MSCP_OVER_SIP`].
    pub over_sip: Vec<Network>,
}

/// How long the conferences and dialogs of a vanished channel survive it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    /// This long, then they are torn down.
    After(Duration),
    /// Until somebody destroys them.
    Keep,
}

/// `[http]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// [`keys::HTTP_LISTEN`].
    pub listen: SocketAddr,
}

/// `[media]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// [`keys::MEDIA_IP`], or the IP address of [`Sip::listen`]; never unspecified.
    pub ip: IpAddr,
    /// [`keys::MEDIA_RTP_PORTS`].
    pub rtp_ports: PortRange,
    /// [`keys::MEDIA_STARVATION_SECONDS`]; `None` is off.
    pub starvation: Option<Duration>,
    /// [`keys::MEDIA_JITTER_MS`].
    pub jitter: Duration,
    /// [`keys::MEDIA_PTIME_MS`].
    pub ptime: Duration,
}

/// A range of UDP ports, both ends included. RTP takes an even port, RTCP the odd one above it
/// (RFC 3550 section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    /// The lowest port.
    pub low: u16,
    /// The highest port.
    pub high: u16,
}

impl PortRange {
    /// How many pairs of an even port and the odd one above it lie within the range.
    #[must_use]
    pub fn pairs(&self) -> u32 {
        let first = u32::from(self.low).next_multiple_of(2);
        (u32::from(self.high) + 1).saturating_sub(first) / 2
    }

    /// The even port of pair `index`, or `None` past the end.
    #[must_use]
    pub fn pair(&self, index: u32) -> Option<u16> {
        if index >= self.pairs() {
            return None;
        }
        u16::try_from(u32::from(self.low).next_multiple_of(2) + 2 * index).ok()
    }
}

/// `[engine]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// [`keys::ENGINE_THREADS`].
    pub threads: usize,
    /// [`keys::ENGINE_MAX_PORTS`].
    pub max_ports: usize,
    /// [`keys::ENGINE_MAX_CONFERENCES`].
    pub max_conferences: usize,
    /// [`keys::ENGINE_REALTIME`].
    pub realtime: Realtime,
}

/// Whether the engine threads ask the system for real-time treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realtime {
    /// Ask for SCHED_FIFO, locked memory and a core of its own, and go on without what is refused.
    Auto,
    /// Do not ask.
    Off,
}

/// `[dialogs]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogs {
    /// [`keys::DIALOGS_FILE_ROOTS`].
    pub file_roots: Vec<PathBuf>,
    /// [`keys::DIALOGS_DENY_NETWORKS`], beside those that are always refused.
    pub deny_networks: Vec<Network>,
    /// [`keys::DIALOGS_FETCH_TIMEOUT_SECONDS`].
    pub fetch_timeout: Duration,
    /// [`keys::DIALOGS_MAX_FETCH_BYTES`].
    pub max_fetch_bytes: usize,
    /// [`keys::DIALOGS_MAX_REDIRECTS`].
    pub max_redirects: usize,
    /// [`keys::DIALOGS_MAX_CONCURRENT_FETCHES`].
    pub max_concurrent_fetches: usize,
    /// [`keys::DIALOGS_MAX_SECONDS`].
    pub max_duration: Duration,
    /// [`keys::DIALOGS_MAX_HELD_BYTES`].
    pub max_held_bytes: usize,
}

/// `[recordings]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recordings {
    /// [`keys::RECORDINGS_FOLDER`].
    pub folder: Option<PathBuf>,
    /// [`keys::RECORDINGS_MAX_FILE_BYTES`].
    pub max_file_bytes: u64,
    /// [`keys::RECORDINGS_MAX_SECONDS`].
    pub max_duration: Duration,
    /// [`keys::RECORDINGS_MAX_FILES`].
    pub max_files: usize,
}

impl Recordings {
    /// What one may take, if there are any.
    #[must_use]
    pub fn limits(&self) -> Option<recorder::Limits> {
        self.folder.as_ref().map(|_| recorder::Limits {
            file_bytes_max: self.max_file_bytes,
            duration_max: self.max_duration,
            files_max: self.max_files,
        })
    }

    fn read(written: &Written) -> Result<Self, Violation> {
        Ok(Self {
            folder: written.read(&keys::RECORDINGS_FOLDER)?,
            max_file_bytes: written.read(&keys::RECORDINGS_MAX_FILE_BYTES)?,
            max_duration: Duration::from_secs(written.read(&keys::RECORDINGS_MAX_SECONDS)?),
            max_files: written.read(&keys::RECORDINGS_MAX_FILES)?,
        })
    }
}

/// `[log]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// [`keys::LOG_FORMAT`].
    pub format: LogFormat,
    /// [`keys::LOG_LEVEL`], as directives of `tracing_subscriber::EnvFilter`.
    pub level: String,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

impl Config {
    /// Checks every key of `written` and fills in the defaults.
    ///
    /// # Errors
    /// [`ConfigError::Violations`] with each value that does not fit its key, or else with each that
    /// does not fit the others.
    pub fn resolve(written: &Written) -> Result<Self, ConfigError> {
        let violations = written.violations();
        if !violations.is_empty() {
            return Err(ConfigError::Violations(violations));
        }
        let config =
            Self::read(written).map_err(|violation| ConfigError::Violations(vec![violation]))?;
        let Contradictions { errors, warnings } = Contradictions::of(written, &config);
        if !errors.is_empty() {
            return Err(ConfigError::Violations(errors));
        }
        Ok(Self { warnings, ..config })
    }

    /// The defaults alone.
    ///
    /// # Errors
    /// None in practice: a test holds every default against its own key.
    pub fn defaults() -> Result<Self, ConfigError> {
        Self::resolve(&Written::default())
    }

    fn read(written: &Written) -> Result<Self, Violation> {
        let sip = Sip::read(written)?;
        Ok(Self {
            media: Media::read(written, &sip)?,
            sip,
            mscp: Mscp::read(written)?,
            http: Http { listen: written.read(&keys::HTTP_LISTEN)? },
            engine: Engine::read(written)?,
            dialogs: Dialogs::read(written)?,
            recordings: Recordings::read(written)?,
            drain: Duration::from_secs(written.read(&keys::DRAIN_SECONDS)?),
            log: Log {
                format: written.read(&keys::LOG_FORMAT)?,
                level: written.read(&keys::LOG_LEVEL)?,
            },
            warnings: Vec::new(),
        })
    }
}

impl Sip {
    fn read(written: &Written) -> Result<Self, Violation> {
        let sip = Self {
            listen: written.read(&keys::SIP_LISTEN)?,
            udp: written.read(&keys::SIP_UDP)?,
            tcp: written.read(&keys::SIP_TCP)?,
            max_calls: written.read(&keys::SIP_MAX_CALLS)?,
            srtp: written.read(&keys::SIP_SRTP)?,
        };
        if !sip.udp && !sip.tcp {
            return Err(written.violation(
                &keys::SIP_TCP,
                "UDP and TCP are both off, so no call can arrive; turn one on",
            ));
        }
        Ok(sip)
    }
}

impl Mscp {
    fn read(written: &Written) -> Result<Self, Violation> {
        Ok(Self {
            listen: written.read(&keys::MSCP_LISTEN)?,
            max_connections: written.read(&keys::MSCP_MAX_CONNECTIONS)?,
            max_header_bytes: written.read(&keys::MSCP_MAX_HEADER_BYTES)?,
            max_body_bytes: written.read(&keys::MSCP_MAX_BODY_BYTES)?,
            max_queued_messages: written.read(&keys::MSCP_MAX_QUEUED_MESSAGES)?,
            max_queued_bytes: written.read(&keys::MSCP_MAX_QUEUED_BYTES)?,
            max_requests_in_flight: written.read(&keys::MSCP_MAX_REQUESTS_IN_FLIGHT)?,
            grace: written.read(&keys::MSCP_GRACE_SECONDS)?,
            over_sip: written.read(&keys::MSCP_OVER_SIP)?,
        })
    }
}

impl Media {
    fn read(written: &Written, sip: &Sip) -> Result<Self, Violation> {
        let starvation = written.read(&keys::MEDIA_STARVATION_SECONDS)?;
        Ok(Self {
            ip: Self::ip(written, sip)?,
            rtp_ports: written.read(&keys::MEDIA_RTP_PORTS)?,
            starvation: (starvation > 0).then(|| Duration::from_secs(starvation)),
            jitter: Duration::from_millis(written.read(&keys::MEDIA_JITTER_MS)?),
            ptime: Duration::from_millis(written.read(&keys::MEDIA_PTIME_MS)?),
        })
    }

    fn ip(written: &Written, sip: &Sip) -> Result<IpAddr, Violation> {
        let ip = written.read(&keys::MEDIA_IP)?.unwrap_or(sip.listen.ip());
        if !ip.is_unspecified() {
            return Ok(ip);
        }
        let message = format!(
            "{} listens on every address, so media.ip cannot be taken from it; set media.ip (or \
             --media-ip) to the one address callers shall send media to",
            sip.listen
        );
        Err(written.violation(&keys::SIP_LISTEN, &message))
    }
}

impl Engine {
    fn read(written: &Written) -> Result<Self, Violation> {
        Ok(Self {
            threads: written.read(&keys::ENGINE_THREADS)?,
            max_ports: written.read(&keys::ENGINE_MAX_PORTS)?,
            max_conferences: written.read(&keys::ENGINE_MAX_CONFERENCES)?,
            realtime: written.read(&keys::ENGINE_REALTIME)?,
        })
    }
}

impl Dialogs {
    fn read(written: &Written) -> Result<Self, Violation> {
        Ok(Self {
            file_roots: written.read(&keys::DIALOGS_FILE_ROOTS)?,
            deny_networks: written.read(&keys::DIALOGS_DENY_NETWORKS)?,
            fetch_timeout: Duration::from_secs(written.read(&keys::DIALOGS_FETCH_TIMEOUT_SECONDS)?),
            max_fetch_bytes: written.read(&keys::DIALOGS_MAX_FETCH_BYTES)?,
            max_redirects: written.read(&keys::DIALOGS_MAX_REDIRECTS)?,
            max_concurrent_fetches: written.read(&keys::DIALOGS_MAX_CONCURRENT_FETCHES)?,
            max_duration: Duration::from_secs(written.read(&keys::DIALOGS_MAX_SECONDS)?),
            max_held_bytes: written.read(&keys::DIALOGS_MAX_HELD_BYTES)?,
        })
    }
}
