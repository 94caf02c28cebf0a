//! Dialogs (draft section 4). What a dialog does is decided by its machine in the crate `dialogs`;
//! here it gets its document, its port on the engine and its streams.
//!
//! - `requests`: `dialogprepare`, `dialogstart`, `dialogterminate`.
//! - `script`: what a request wants played, checked.
//! - `machine`: carries out what the machine wants, and answers.
//! - `events`: what players and callers do to dialogs, and what the AS is told of it.

mod events;
mod machine;
mod requests;
mod script;

use dialogs::audio::AudioDialog;
use media_io::player::PlayerHandle;
use mixer::port::PortId;
use mixer::topology::Directions;
use mscp_proto::id::EndPoint;
use mscp_proto::notification::Notification;
use mscp_proto::shared::{DialogSubscribe, FetchHints, Script, Streams};

use super::Asker;
use super::channels::Subscriber;
use super::event::{Fetch, FetchKey};
use super::prompt::Prompt;

/// Characters of a dialog's address that are shown; a `data:` URI can be megabytes long.
const SOURCE_NAME_CHARS: usize = 80;

/// One dialog.
#[derive(Debug)]
pub(super) struct Dialog {
    machine: AudioDialog<Prompt>,
    /// What it plays, short enough to show.
    pub(super) source_name: String,
    /// What is to be fetched, until it is handed over.
    source: Option<Fetch>,
    fetch: Option<FetchKey>,
    /// Connection or conference it stands on; a prepared dialog may not know yet.
    pub(super) endpoint: Option<EndPoint>,
    streams: Directions,
    subscribe: DialogSubscribe,
    pub(super) owner: Subscriber,
    /// The request that is still to be answered.
    asked: Option<Asked>,
    /// What is counted of it against `dialogs.max-held-bytes`: its source until that is decoded, the
    /// audio then.
    held_bytes: usize,
    port: Option<PortId>,
    player: Option<PlayerHandle>,
    /// Notifications raised before the answer that makes the dialog known.
    held: Vec<Notification>,
    digits: String,
}

#[derive(Clone, Debug)]
struct Asked {
    asker: Asker,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Prepare,
    Start,
}

/// What `dialogprepare` and `dialogstart` both say of a new dialog.
struct NewDialog {
    script: Script,
    endpoint: Option<EndPoint>,
    fetch: FetchHints,
    subscribe: DialogSubscribe,
    streams: Streams,
}

impl Dialog {
    /// A word for its state, for audits.
    pub(super) fn state(&self) -> &'static str {
        if self.machine.is_ready() {
            "prepared"
        } else if self.machine.is_started() {
            "started"
        } else {
            "preparing"
        }
    }
}

fn name_of(source: &Fetch) -> String {
    match source {
        Fetch::Uri { uri, .. } => uri.chars().take(SOURCE_NAME_CHARS).collect(),
        Fetch::Bytes(bytes) => format!("{} bytes from the request", bytes.len()),
    }
}
