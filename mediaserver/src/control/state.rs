//! What exists now, as an operator sees it: the snapshot behind `/api/state`.

use serde::Serialize;

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
    /// Who chooses the talkers: `nbest`, the loudest, or `manual`, the application server.
    pub policy: &'static str,
    /// How many talkers `nbest` mixes; `None` is all of them.
    pub nbest: Option<u32>,
    /// The ids of who speaks now.
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
