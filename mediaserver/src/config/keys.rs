//! Every setting there is, in the order of the manual: name, unit and range, default, meaning.

mod jitter;
mod recordings;
mod security;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use mixer::capacities::SHARDS_MAX;

pub use jitter::MEDIA_JITTER_MS;
pub use recordings::{
    RECORDINGS_FOLDER, RECORDINGS_MAX_FILE_BYTES, RECORDINGS_MAX_FILES, RECORDINGS_MAX_SECONDS,
};
pub use security::SIP_SRTP;

use super::key::{AnyKey, Key};
use super::resolved::{Grace, LogFormat, PortRange, Realtime};
use super::shape::{
    Address, AddressOrAuto, Choice, Folders, LogFilter, Networks, Ports, SecondsOrKeep, Switch,
    Whole,
};
use crate::fetch::Network;

/// All keys, in the order of the manual.
pub const ALL: &[&dyn AnyKey] = &[
    &SIP_LISTEN,
    &SIP_UDP,
    &SIP_TCP,
    &SIP_MAX_CALLS,
    &SIP_SRTP,
    &MSCP_LISTEN,
    &MSCP_MAX_CONNECTIONS,
    &MSCP_MAX_HEADER_BYTES,
    &MSCP_MAX_BODY_BYTES,
    &MSCP_MAX_QUEUED_MESSAGES,
    &MSCP_MAX_QUEUED_BYTES,
    &MSCP_MAX_REQUESTS_IN_FLIGHT,
    &MSCP_GRACE_SECONDS,
    &MSCP_OVER_SIP,
    &HTTP_LISTEN,
    &MEDIA_IP,
    &MEDIA_RTP_PORTS,
    &MEDIA_STARVATION_SECONDS,
    &MEDIA_JITTER_MS,
    &MEDIA_PTIME_MS,
    &ENGINE_THREADS,
    &ENGINE_MAX_PORTS,
    &ENGINE_MAX_CONFERENCES,
    &ENGINE_REALTIME,
    &DIALOGS_FILE_ROOTS,
    &DIALOGS_DENY_NETWORKS,
    &DIALOGS_FETCH_TIMEOUT_SECONDS,
    &DIALOGS_MAX_FETCH_BYTES,
    &DIALOGS_MAX_REDIRECTS,
    &DIALOGS_MAX_CONCURRENT_FETCHES,
    &DIALOGS_MAX_SECONDS,
    &DIALOGS_MAX_HELD_BYTES,
    &RECORDINGS_FOLDER,
    &RECORDINGS_MAX_FILE_BYTES,
    &RECORDINGS_MAX_SECONDS,
    &RECORDINGS_MAX_FILES,
    &DRAIN_SECONDS,
    &LOG_FORMAT,
    &LOG_LEVEL,
];

/// `sip.listen`.
pub const SIP_LISTEN: Key<SocketAddr> = Key {
    name: "sip.listen",
    flag: Some("--sip"),
    variable: "MEDIASERVER_SIP",
    shape: &Address,
    default: r#""127.0.0.1:5060""#,
    about: "Where SIP calls arrive, over UDP and TCP alike. Port 0 takes a free port.",
};

/// `sip.udp`.
pub const SIP_UDP: Key<bool> = Key {
    name: "sip.udp",
    flag: None,
    variable: "MEDIASERVER_SIP_UDP",
    shape: &Switch,
    default: "true",
    about: "Whether SIP is heard over UDP.",
};

/// `sip.tcp`.
pub const SIP_TCP: Key<bool> = Key {
    name: "sip.tcp",
    flag: None,
    variable: "MEDIASERVER_SIP_TCP",
    shape: &Switch,
    default: "true",
    about: "Whether SIP is heard over TCP.",
};

/// `sip.max-calls`.
pub const SIP_MAX_CALLS: Key<usize> = Key {
    name: "sip.max-calls",
    flag: None,
    variable: "MEDIASERVER_SIP_MAX_CALLS",
    shape: &Whole { min: 1, max: 100_000, unit: "calls" },
    default: "1000",
    about: "How many calls there may be at once; one more is answered 486. Each takes a port of \
            the engine and a pair of RTP ports: where `engine.max-ports` or `media.rtp-ports` has \
            fewer, a number written here is an error and the default a warning.",
};

/// `mscp.listen`.
pub const MSCP_LISTEN: Key<SocketAddr> = Key {
    name: "mscp.listen",
    flag: Some("--mscp"),
    variable: "MEDIASERVER_MSCP",
    shape: &Address,
    default: r#""127.0.0.1:32416""#,
    about: "Where application servers connect over TCP without a SIP dialog. Whoever reaches it \
            commands the server, so keep it on loopback or behind a firewall. Port 0 takes a \
            free port.",
};

/// `mscp.max-connections`.
pub const MSCP_MAX_CONNECTIONS: Key<usize> = Key {
    name: "mscp.max-connections",
    flag: None,
    variable: "MEDIASERVER_MSCP_MAX_CONNECTIONS",
    shape: &Whole { min: 1, max: 10_000, unit: "connections" },
    default: "64",
    about: "How many MSCP connections there may be at once. For one more the oldest that never sent \
            a good request is closed; when all have, the new one is.",
};

/// `mscp.max-header-bytes`.
pub const MSCP_MAX_HEADER_BYTES: Key<usize> = Key {
    name: "mscp.max-header-bytes",
    flag: None,
    variable: "MEDIASERVER_MSCP_MAX_HEADER_BYTES",
    shape: &Whole { min: 256, max: 1_048_576, unit: "bytes" },
    default: "8192",
    about: "The longest start line and headers of one message. Past it the channel closes.",
};

/// `mscp.max-body-bytes`.
pub const MSCP_MAX_BODY_BYTES: Key<usize> = Key {
    name: "mscp.max-body-bytes",
    flag: None,
    variable: "MEDIASERVER_MSCP_MAX_BODY_BYTES",
    shape: &Whole { min: 1024, max: 268_435_456, unit: "bytes" },
    default: "4194304",
    about: "The longest body of one message; a WAV sent along as `cid:` counts. Past it the \
            request is answered 400 and the channel closes. The default holds four minutes of 8 \
            kHz 16-bit audio.",
};

/// `mscp.max-queued-messages`.
pub const MSCP_MAX_QUEUED_MESSAGES: Key<usize> = Key {
    name: "mscp.max-queued-messages",
    flag: None,
    variable: "MEDIASERVER_MSCP_MAX_QUEUED_MESSAGES",
    shape: &Whole { min: 1, max: 1_000_000, unit: "messages" },
    default: "1024",
    about: "How many notifications wait for an application server that is away: without a channel, \
            or cut off because it did not read. Past it the oldest are dropped and counted in \
            `mediaserver_notifications_dropped_total`.",
};

/// `mscp.max-queued-bytes`.
pub const MSCP_MAX_QUEUED_BYTES: Key<usize> = Key {
    name: "mscp.max-queued-bytes",
    flag: None,
    variable: "MEDIASERVER_MSCP_MAX_QUEUED_BYTES",
    shape: &Whole { min: 0, max: 268_435_456, unit: "bytes" },
    default: "8388608",
    about: "How many bytes wait for an application server that reads slowly, on top of what the \
            server itself can have to say at one moment: 1 KiB for each of `engine.max-ports`, 512 \
            bytes for each of `mscp.max-queued-messages` and of `mscp.max-requests-in-flight`. \
            Past it, or when nothing is read for a minute, the channel is closed; notifications \
            not sent wait as for one that is away.",
};

/// `mscp.max-requests-in-flight`.
pub const MSCP_MAX_REQUESTS_IN_FLIGHT: Key<usize> = Key {
    name: "mscp.max-requests-in-flight",
    flag: None,
    variable: "MEDIASERVER_MSCP_MAX_REQUESTS_IN_FLIGHT",
    shape: &Whole { min: 1, max: 100_000, unit: "requests" },
    default: "256",
    about: "How many requests of one channel may be unanswered. One more is answered 400, and the \
            channel closes.",
};

/// `mscp.grace-seconds`.
pub const MSCP_GRACE_SECONDS: Key<Grace> = Key {
    name: "mscp.grace-seconds",
    flag: None,
    variable: "MEDIASERVER_MSCP_GRACE_SECONDS",
    shape: &SecondsOrKeep { max: 86_400 },
    default: "600",
    about: "How long the conferences and dialogs of a channel survive its loss, so that an \
            application server can come back to them; `keep` means until somebody destroys them. \
            The default leaves a person with `mediaserver ctl`, which connects for each request \
            anew, ten minutes from one to the next.",
};

/// `mscp.over-sip`.
pub const MSCP_OVER_SIP: Key<Vec<Network>> = Key {
    name: "mscp.over-sip",
    flag: None,
    variable: "MEDIASERVER_MSCP_OVER_SIP",
    shape: &Networks,
    default: "[\"127.0.0.0/8\", \"::1/128\"]",
    about: "Networks whose hosts may set up a channel with a SIP INVITE (draft, 7.2.1) and so command \
            the server; others are answered 403. The channel's TCP connection must come from the \
            host that sent the INVITE. An empty list allows nobody.",
};

/// `http.listen`.
pub const HTTP_LISTEN: Key<SocketAddr> = Key {
    name: "http.listen",
    flag: Some("--http"),
    variable: "MEDIASERVER_HTTP",
    shape: &Address,
    default: r#""127.0.0.1:8080""#,
    about: "Where `/healthz`, `/readyz`, `/metrics`, `/api/…` and the page at `/` are served. \
            Port 0 takes a free port.",
};

/// `media.ip`.
pub const MEDIA_IP: Key<Option<IpAddr>> = Key {
    name: "media.ip",
    flag: Some("--media-ip"),
    variable: "MEDIASERVER_MEDIA_IP",
    shape: &AddressOrAuto,
    default: r#""auto""#,
    about: "The address that SDP gives callers to send media to; RTP sockets are bound to it. \
            `auto` is the IP address of `sip.listen`, which then must be one address and not \
            every address (0.0.0.0).",
};

/// `media.rtp-ports`.
pub const MEDIA_RTP_PORTS: Key<PortRange> = Key {
    name: "media.rtp-ports",
    flag: Some("--rtp-ports"),
    variable: "MEDIASERVER_RTP_PORTS",
    shape: &Ports,
    default: r#""20000-29999""#,
    about: "The UDP ports for RTP and RTCP. Each leg takes an even port and the odd one above \
            it, so the default holds 5000 legs.",
};

/// `media.starvation-seconds`.
pub const MEDIA_STARVATION_SECONDS: Key<u64> = Key {
    name: "media.starvation-seconds",
    flag: None,
    variable: "MEDIASERVER_MEDIA_STARVATION_SECONDS",
    shape: &Whole { min: 0, max: 86_400, unit: "seconds" },
    default: "60",
    about: "How long a leg that may send hears no RTP before it is ended; 0 never ends it.",
};

/// `media.ptime-ms`.
pub const MEDIA_PTIME_MS: Key<u64> = Key {
    name: "media.ptime-ms",
    flag: None,
    variable: "MEDIASERVER_MEDIA_PTIME_MS",
    shape: &Whole { min: 10, max: 60, unit: "milliseconds" },
    default: "20",
    about: "The packet time offered in SDP; a caller that asks for another from 10 to 60 gets \
            that.",
};

/// `engine.threads`.
pub const ENGINE_THREADS: Key<usize> = Key {
    name: "engine.threads",
    flag: None,
    variable: "MEDIASERVER_ENGINE_THREADS",
    shape: &Whole { min: 1, max: SHARDS_MAX as u64, unit: "threads" },
    default: "1",
    about: "How many engines mix, each on a thread of its own and, with `engine.realtime`, on a core \
            of its own: more than one serves more calls than a core can. Calls are given to the \
            first until it is full (`engine.max-ports` divided by this), then to the next, because \
            those at different engines hear each other 20 ms later; in a conference or a bridge \
            nobody notices anything else. Leave a core for the network, SIP and MSCP.",
};

/// `engine.max-ports`.
pub const ENGINE_MAX_PORTS: Key<usize> = Key {
    name: "engine.max-ports",
    flag: None,
    variable: "MEDIASERVER_ENGINE_MAX_PORTS",
    shape: &Whole { min: 2, max: 100_000, unit: "ports" },
    default: "2048",
    about: "How many end points (calls, dialogs and at most 256 tones at the doors of \
            conferences, together) the engines hold. Their memory is taken at the start, and their \
            other tables grow with it.",
};

/// `engine.max-conferences`.
pub const ENGINE_MAX_CONFERENCES: Key<usize> = Key {
    name: "engine.max-conferences",
    flag: None,
    variable: "MEDIASERVER_ENGINE_MAX_CONFERENCES",
    shape: &Whole { min: 1, max: 100_000, unit: "conferences" },
    default: "512",
    about: "How many conferences the engines hold, each with one setting of the tones that its \
            members hear (`entertone`, `exittone`); further settings take the place of a \
            conference each. Each engine takes the memory for all of them at the start.",
};

/// `engine.realtime`.
pub const ENGINE_REALTIME: Key<Realtime> = Key {
    name: "engine.realtime",
    flag: None,
    variable: "MEDIASERVER_ENGINE_REALTIME",
    shape: &Choice(&[("auto", Realtime::Auto), ("off", Realtime::Off)]),
    default: r#""auto""#,
    about: "`auto` asks the system for SCHED_FIFO, locked memory and a pinned core for each \
            engine thread, goes on without what is refused, and says which it got in the log and \
            in `mediaserver_engine_realtime`; `off` does not ask.",
};

/// `dialogs.file-roots`.
pub const DIALOGS_FILE_ROOTS: Key<Vec<PathBuf>> = Key {
    name: "dialogs.file-roots",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_FILE_ROOTS",
    shape: &Folders,
    default: "[]",
    about: "The folders below which `file:` may be read. With none, every `file:` is refused. \
            Symbolic links are followed first, so none leads out.",
};

/// `dialogs.deny-networks`.
pub const DIALOGS_DENY_NETWORKS: Key<Vec<Network>> = Key {
    name: "dialogs.deny-networks",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_DENY_NETWORKS",
    shape: &Networks,
    default: "[]",
    about: "Networks that nothing is fetched from. By default loopback and private networks are \
            fetched from, because application servers and their prompts live there; deny them \
            where whoever names a URI is trusted less than these networks are. Always refused are \
            unspecified, link-local (with the cloud metadata service 169.254.169.254), multicast \
            and broadcast addresses. Holds for each redirect and for what a name resolves to.",
};

/// `dialogs.fetch-timeout-seconds`.
pub const DIALOGS_FETCH_TIMEOUT_SECONDS: Key<u64> = Key {
    name: "dialogs.fetch-timeout-seconds",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_FETCH_TIMEOUT_SECONDS",
    shape: &Whole { min: 1, max: 600, unit: "seconds" },
    default: "10",
    about: "How long one fetch may take, with its redirects and its wait for a turn.",
};

/// `dialogs.max-fetch-bytes`.
pub const DIALOGS_MAX_FETCH_BYTES: Key<usize> = Key {
    name: "dialogs.max-fetch-bytes",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_MAX_FETCH_BYTES",
    shape: &Whole { min: 1024, max: 1_073_741_824, unit: "bytes" },
    default: "33554432",
    about: "The largest document or recording that is fetched. The default holds half an hour of \
            8 kHz 16-bit audio.",
};

/// `dialogs.max-redirects`.
pub const DIALOGS_MAX_REDIRECTS: Key<usize> = Key {
    name: "dialogs.max-redirects",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_MAX_REDIRECTS",
    shape: &Whole { min: 0, max: 20, unit: "redirects" },
    default: "5",
    about: "How many redirects one fetch follows.",
};

/// `dialogs.max-concurrent-fetches`.
pub const DIALOGS_MAX_CONCURRENT_FETCHES: Key<usize> = Key {
    name: "dialogs.max-concurrent-fetches",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_MAX_CONCURRENT_FETCHES",
    shape: &Whole { min: 1, max: 1000, unit: "fetches" },
    default: "16",
    about: "How many fetches run at once over the network, how many of `file:`, and how many of \
            `data:` and `cid:`; the next ones wait for a turn. One host (name and port) gets a quarter of the turns, \
            but at least one, so that a slow server stalls only those who ask it. With \
            `dialogs.max-fetch-bytes` it bounds the memory that fetches take.",
};

/// `dialogs.max-seconds`.
pub const DIALOGS_MAX_SECONDS: Key<u64> = Key {
    name: "dialogs.max-seconds",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_MAX_SECONDS",
    shape: &Whole { min: 1, max: 604_800, unit: "seconds" },
    default: "3600",
    about: "How long a recording may last that a dialog plays; a longer one is refused.",
};

/// `dialogs.max-held-bytes`.
pub const DIALOGS_MAX_HELD_BYTES: Key<usize> = Key {
    name: "dialogs.max-held-bytes",
    flag: None,
    variable: "MEDIASERVER_DIALOGS_MAX_HELD_BYTES",
    shape: &Whole { min: 1024, max: 1_099_511_627_776, unit: "bytes" },
    default: "268435456",
    about: "How much audio all dialogs together may hold, those that are only prepared included; \
            one more is refused. What a request brings itself (`cid:`, `data:`) counts as it came \
            until it is decoded. A decoded second takes 16,000 bytes at 8 kHz and 96,000 at 48 kHz; \
            of what plays for more than 30 s only the file is held.",
};

/// `drain-seconds`.
pub const DRAIN_SECONDS: Key<u64> = Key {
    name: "drain-seconds",
    flag: None,
    variable: "MEDIASERVER_DRAIN_SECONDS",
    shape: &Whole { min: 0, max: 86_400, unit: "seconds" },
    default: "10",
    about: "On SIGTERM no new call is taken, and the calls in place have this long to end by \
            themselves before they are hung up.",
};

/// `log.format`.
pub const LOG_FORMAT: Key<LogFormat> = Key {
    name: "log.format",
    flag: Some("--log-format"),
    variable: "MEDIASERVER_LOG_FORMAT",
    shape: &Choice(&[("text", LogFormat::Text), ("json", LogFormat::Json)]),
    default: r#""text""#,
    about: "How log lines are written to standard error.",
};

/// `log.level`.
pub const LOG_LEVEL: Key<String> = Key {
    name: "log.level",
    flag: Some("--log"),
    variable: "MEDIASERVER_LOG",
    shape: &LogFilter,
    default: r#""info""#,
    about: "What is logged: a level for everything, or levels by target.",
};
