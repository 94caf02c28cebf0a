//! `entertone` and `exittone`: what a member of a conference hears when another one comes or goes
//! (draft 5.3: "whether a tone is to be played when another participant joins the conference").
//!
//! The attributes belong to the member that is joined with them and say what *it* hears, so members
//! of one conference may hear different tones, or none. Those who are to hear the same are an
//! *audience*: a room of the engine of their own, which hears the conference and into which the
//! tones are played. They speak into the conference like everyone, and listen to their audience.
//!
//! ```text
//!   members who speak ──▶ conference ──▶ members without tones, dialogs, other conferences
//!                             │
//!                             ▼
//!             tones ──▶ audience ──▶ members with these tones
//! ```
//!
//! So a tone never is a speaker of the conference, takes nobody's place in it, and is heard by no
//! one who did not ask for it. An audience is made when its first member comes, and goes with its
//! last. Members are connections; dialogs and conferences neither hear tones nor cause any.
//!
//! - `audience`: who listens where.
//! - `announce`: plays the tones.
//! - `sounds`: tones of the application server's own.

mod announce;
mod audience;
mod sounds;

use std::sync::Arc;

use media_io::tone::{Note, melody};

use super::prompt::Prompt;
pub(super) use announce::Passing;
pub(super) use audience::{Audience, Membership};
pub(super) use sounds::Sound;

/// Peak of the server's own tones, relative to full scale.
const LEVEL_DB: f64 = -20.0;

/// The notes of the server's own tones: they rise when someone enters and fall when someone leaves.
/// E5 and A5, of which neither is near a frequency of a telephone's keys.
const LOW: Note = Note { frequency_hz: 659.3, length_ms: 150 };
const HIGH: Note = Note { frequency_hz: 880.0, length_ms: 150 };

/// The server's own tones.
#[derive(Debug)]
pub(super) struct OwnTones {
    enter: Prompt,
    exit: Prompt,
}

impl Default for OwnTones {
    fn default() -> OwnTones {
        let pcm = |notes: [Note; 2]| Prompt::narrow(Arc::from(melody(&notes, LEVEL_DB)));
        OwnTones { enter: pcm([LOW, HIGH]), exit: pcm([HIGH, LOW]) }
    }
}
