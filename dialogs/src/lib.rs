//! Dialogs as machines: what is played, heard and reported, without any I/O.
//!
//! MSCP starts a *dialog* on a connection or a conference (draft section 4). What a dialog does is
//! written in a dialog language; each language is a machine behind the same closed pair of
//! [`Input`] and [`Output`]: the shell carries out what the machine asks for and reports back what
//! became of it. A machine never waits, and it is the same on a live call and in a test.
//!
//! - [`audio`]: `audio/wav` and its like, a file that is played once. The first dialog language.
//!
//! What a document is once it is decoded is the shell's business: a machine is generic over it and only
//! hands it on. [`Pcm`] is the simplest there is.
//!
//! VoiceXML joins as a second machine over the same two enums.

pub mod audio;

use std::sync::Arc;

/// Decoded audio: mono, 16 bit linear, at the engine's sample rate.
pub type Pcm = Arc<[i16]>;

/// What happens to a dialog.
#[derive(Clone, Debug)]
pub enum Input<A = Pcm> {
    /// The document asked for with [`Output::Fetch`] is here, decoded, or it could not be had; the
    /// fault says why in a person's words (`HTTP 404 error: http://…`).
    Fetched(Result<A, String>),
    /// The AS starts the dialog, with `dialogstart` (draft 4.2).
    Start,
    /// The streams to its end point are laid and mixed.
    Attached,
    /// The player delivered its last sample.
    PlayFinished,
    /// The AS ends the dialog with `dialogterminate immediate="false"` (draft 4.3).
    Terminate,
    /// The end point is gone: the caller hung up, the conference was destroyed.
    EndPointGone {
        /// What became of it, for the `reason` attribute.
        reason: String,
    },
}

/// What a dialog wants done. Carried out in order.
#[derive(Clone, Debug)]
pub enum Output<A = Pcm> {
    /// Fetch and decode the document, then report [`Input::Fetched`].
    Fetch,
    /// The dialog is ready: answer a `dialogprepare` with `dialogprepared`.
    Prepared,
    /// The dialog can never be started: answer with `errordialognotprepared`, or with
    /// `errordialognotstarted` when it was to start at once.
    Failed {
        /// For the `reason` attribute.
        reason: String,
    },
    /// Lay the streams to the end point and play; report [`Input::Attached`] once they are mixed
    /// and [`Input::PlayFinished`] after the last sample.
    Play(A),
    /// The dialog runs: answer with `dialogstarted`.
    Started,
    /// Fade the playout and report [`Input::PlayFinished`].
    StopPlaying,
    /// Over, normally: take its streams down and notify `dialogexit` (draft 4.4).
    Exit,
    /// Over, abnormally: take its streams down and notify `errordialog` (draft 4.5).
    Error {
        /// For the `reason` attribute.
        reason: String,
    },
}
