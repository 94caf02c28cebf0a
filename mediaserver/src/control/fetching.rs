//! Documents on their way, and for whom.

use std::collections::BTreeMap;

use mscp_proto::id::{ConferenceId, DialogId};

use super::Control;
use super::event::FetchKey;
use super::prompt::Prompt;

/// For whom something is fetched.
#[derive(Debug)]
pub(super) enum Wanted {
    /// What a dialog plays.
    Dialog(DialogId),
    /// A tone of a conference.
    Sound { conference: ConferenceId, uri: String },
}

/// The fetches under way.
#[derive(Debug, Default)]
pub(super) struct Fetches {
    under_way: BTreeMap<FetchKey, Wanted>,
    sounds: usize,
    last: u64,
}

impl Fetches {
    /// A key for a fetch that begins.
    pub(super) fn begin(&mut self, wanted: Wanted) -> FetchKey {
        self.last += 1;
        let key = FetchKey(self.last);
        self.sounds += usize::from(is_sound(&wanted));
        self.under_way.insert(key, wanted);
        key
    }

    /// It has ended, or nobody waits for it any more.
    pub(super) fn forget(&mut self, key: FetchKey) -> Option<Wanted> {
        let wanted = self.under_way.remove(&key)?;
        self.sounds -= usize::from(is_sound(&wanted));
        Some(wanted)
    }

    /// Tones among them.
    pub(super) fn sounds(&self) -> usize {
        self.sounds
    }
}

fn is_sound(wanted: &Wanted) -> bool {
    matches!(wanted, Wanted::Sound { .. })
}

impl Control {
    pub(super) fn on_fetched(&mut self, key: FetchKey, result: Result<Prompt, String>) {
        match self.fetches.forget(key) {
            Some(Wanted::Dialog(id)) => self.on_document_fetched(&id, result),
            Some(Wanted::Sound { conference, uri }) => {
                self.on_sound_fetched(&conference, &uri, result);
            }
            None => {}
        }
    }
}
