//! Tones of the application server's own: fetched when the first member comes that is to hear them,
//! so that they are there when another one comes.
//!
//! What cannot be fetched is not heard, and nothing is played in its place: a join is not refused for
//! the want of a tone, and whoever chose a sound did not choose ours.

use mixer::port::Rate;
use mixer::topology::EndPoint;
use mscp_proto::conference::Tone;
use mscp_proto::id::ConferenceId;
use tracing::warn;

use super::super::Control;
use super::super::event::{Fetch, FetchKey, Output};
use super::super::fetching::Wanted;
use super::super::prompt::Prompt;

/// Tones of all conferences that are on their way at a time.
const FETCHES_MAX: usize = 1_024;

/// Characters of a tone's address that the log shows; a `data:` URI can be megabytes long.
const NAME_CHARS: usize = 80;

/// A tone of the application server's own.
#[derive(Debug)]
pub(in super::super) struct Sound {
    state: State,
    /// What is counted of it against `dialogs.max-held-bytes`.
    held_bytes: usize,
}

#[derive(Debug)]
enum State {
    Coming(FetchKey),
    Here(Prompt),
    /// It cannot be had.
    Missing,
}

impl Sound {
    pub(super) fn prompt(&self) -> Option<&Prompt> {
        match &self.state {
            State::Here(prompt) => Some(prompt),
            State::Coming(_) | State::Missing => None,
        }
    }
}

impl Control {
    /// Fetches a tone of one's own, unless the conference has it, or has tried.
    pub(super) fn want_sound(&mut self, id: &ConferenceId, tone: &Tone) {
        let Tone::Uri(uri) = tone else { return };
        if self.conferences.get(id).is_none_or(|conference| conference.sounds.contains_key(uri)) {
            return;
        }
        let held_bytes = uri.len();
        let sound = match self.begin_fetch_of_sound(id, uri, held_bytes) {
            Ok(key) => Sound { state: State::Coming(key), held_bytes },
            Err(reason) => {
                warn_of(id, uri, &reason);
                Sound { state: State::Missing, held_bytes: 0 }
            }
        };
        if let Some(conference) = self.conferences.get_mut(id) {
            conference.sounds.insert(uri.clone(), sound);
        }
    }

    fn begin_fetch_of_sound(
        &mut self,
        id: &ConferenceId,
        uri: &str,
        held_bytes: usize,
    ) -> Result<FetchKey, String> {
        let under_way = self.fetches.sounds();
        if under_way >= FETCHES_MAX {
            return Err(format!("{under_way} tones are being fetched already"));
        }
        self.hold(0, held_bytes, "a tone's address")?;
        let key = self.fetches.begin(Wanted::Sound { conference: id.clone(), uri: uri.to_owned() });
        let uri = uri.to_owned();
        let fetch = Fetch::Uri { uri, max_age: None, max_stale: None, post: false };
        let room = self.conferences.get(id).map(|conference| EndPoint::from(conference.room));
        let rate = room.map_or(Rate::Full, |room| self.stage.topology.rate_of(room));
        self.outputs.push_back(Output::Fetch { key, fetch, rate });
        Ok(key)
    }

    pub(in super::super) fn on_sound_fetched(
        &mut self,
        id: &ConferenceId,
        uri: &str,
        result: Result<Prompt, String>,
    ) {
        let conference = self.conferences.get(id);
        let Some(sound) = conference.and_then(|it| it.sounds.get(uri)) else { return };
        let before = sound.held_bytes;
        let held_bytes = |prompt: &Prompt| uri.len() + prompt.size();
        let held = result.and_then(|prompt| {
            self.hold(before, held_bytes(&prompt), "decoded audio of a tone").map(|()| prompt)
        });
        let conference = self.conferences.get_mut(id);
        let Some(sound) = conference.and_then(|it| it.sounds.get_mut(uri)) else { return };
        match held {
            Ok(prompt) => {
                sound.held_bytes = held_bytes(&prompt);
                sound.state = State::Here(prompt);
            }
            Err(reason) => {
                sound.state = State::Missing;
                warn_of(id, uri, &reason);
            }
        }
    }

    /// Forgets the sounds that no audience of the conference is to hear any more.
    pub(super) fn forget_unused_sounds(&mut self, id: &ConferenceId) {
        let Some(conference) = self.conferences.get_mut(id) else { return };
        let audiences = &conference.audiences;
        let is_of = |tone: &Tone, uri: &str| matches!(tone, Tone::Uri(wanted) if wanted == uri);
        let unused = |uri: &String, _: &mut Sound| {
            !audiences.iter().any(|it| is_of(&it.enter, uri) || is_of(&it.exit, uri))
        };
        let unused: Vec<Sound> =
            conference.sounds.extract_if(.., unused).map(|(_, sound)| sound).collect();
        for sound in unused {
            self.forget_sound(sound);
        }
    }

    pub(super) fn forget_sound(&mut self, sound: Sound) {
        self.held_bytes -= sound.held_bytes;
        if let State::Coming(key) = sound.state {
            self.fetches.forget(key);
            self.outputs.push_back(Output::CancelFetch { key });
        }
    }
}

fn warn_of(id: &ConferenceId, uri: &str, reason: &str) {
    let tone: String = uri.chars().take(NAME_CHARS).collect();
    warn!(conference = %id, tone, reason, "a tone cannot be had, so it is not played");
}
