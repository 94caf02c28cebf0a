//! What `/api/state` shows, and where it comes from.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;

/// Where the state comes from: the control core, asked over a channel.
pub trait StateSource: Send + Sync + 'static {
    /// The state now, or `None` when the control core is gone. It is given up after two seconds.
    fn state(&self) -> StateFuture<'_>;
}

/// What [`StateSource::state`] gives.
pub type StateFuture<'a> = Pin<Box<dyn Future<Output = Option<State>> + Send + 'a>>;

/// Everything in place, each list in the order of its ids.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct State {
    /// Conferences.
    pub conferences: Vec<ConferenceState>,
    /// Connections: calls with media.
    pub connections: Vec<ConnectionState>,
    /// Dialogs.
    pub dialogs: Vec<DialogState>,
    /// Streams, one per direction: a two-way join is two of them.
    pub joins: Vec<JoinState>,
}

/// A conference.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConferenceState {
    /// Its id.
    pub id: String,
    /// How many talkers are mixed; `None` is all of them.
    pub nbest: Option<u32>,
    /// The ids of who is heard now.
    pub speakers: Vec<String>,
}

/// A call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConnectionState {
    /// Its MSCP connection id.
    pub id: String,
    /// Who calls, as in the From header.
    pub caller: String,
    /// Where its media goes, `address:port`, once known.
    pub remote: Option<String>,
    /// The codec, as in SDP: `PCMU/8000`.
    pub codec: Option<String>,
    /// How long it has been in place, in seconds.
    pub age_seconds: u64,
    /// How loud it is now, in dBov: 0 is full scale, -127 silence. `None` when unknown.
    pub level_dbov: Option<f32>,
    /// The delay its jitter buffer adds now, in milliseconds.
    pub delay_ms: Option<f32>,
    /// RTP packets received.
    pub packets_received: u64,
    /// RTP packets that never came.
    pub packets_lost: u64,
    /// RTP packets sent.
    pub packets_sent: u64,
}

/// A dialog.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DialogState {
    /// Its id.
    pub id: String,
    /// `preparing`, `prepared`, `starting`, `started`.
    pub state: String,
    /// What it plays; a `data:` URI is cut.
    pub src: String,
    /// The connection or conference it runs on, once started.
    pub end_point: Option<String>,
}

/// One stream of audio.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct JoinState {
    /// The id of who is heard.
    pub from: String,
    /// The id of who hears.
    pub to: String,
}

/// The answer of `/api/state`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// `starting`, `ready`, `draining`.
    pub phase: &'static str,
    /// How the engine does.
    pub engine: EngineView,
    /// Everything in place.
    #[serde(flatten)]
    pub state: State,
}

/// How the engine does, since the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EngineView {
    /// Ticks.
    pub ticks: u64,
    /// Ticks that began after the next one was due.
    pub late_ticks: u64,
    /// The mean tick time in milliseconds, once there was a tick.
    pub tick_ms_mean: Option<f64>,
    /// An upper bound of what 99 of 100 ticks took, in milliseconds.
    pub tick_ms_p99: Option<f64>,
}
