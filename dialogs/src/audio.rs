//! The dialog language of `audio/wav` and other types of audio: one file, played once from its
//! first sample to its last.
//!
//! ```text
//!              Start                Attached              PlayFinished
//! Fetching ──────────▶ (remembered)
//!    │ Fetched
//!    ▼         Start                Attached              PlayFinished
//! Ready ─────────────▶ Attaching ─────────────▶ Playing ───────────────▶ Over (exit)
//! ```

use std::collections::VecDeque;

use crate::{Input, Output, Pcm};

/// MIME types this machine plays.
pub const TYPES: [&str; 8] = [
    "audio/wav",
    "audio/x-wav",
    "audio/mpeg",
    "audio/mp3",
    "audio/flac",
    "audio/x-flac",
    "audio/ogg",
    "audio/opus",
];

/// A dialog that plays one audio file.
///
/// Feed it with [`AudioDialog::handle`], then take what it wants with
/// [`AudioDialog::poll_output`] until that returns `None`.
#[derive(Debug)]
pub struct AudioDialog<A = Pcm> {
    state: State<A>,
    outputs: VecDeque<Output<A>>,
}

#[derive(Debug)]
enum State<A> {
    /// The file is on its way; `start` is set when the AS does not want to wait for it.
    Fetching {
        start: bool,
    },
    /// Prepared, silent.
    Ready(A),
    /// The streams are being laid. A very short file may end before that is confirmed.
    Attaching {
        finished: bool,
    },
    Playing,
    Over,
}

impl<A> AudioDialog<A> {
    /// A dialog that fetches its file and then waits for [`Input::Start`].
    #[must_use]
    pub fn new() -> AudioDialog<A> {
        AudioDialog {
            state: State::Fetching { start: false },
            outputs: VecDeque::from([Output::Fetch]),
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input<A>) {
        match input {
            Input::Fetched(document) => self.on_fetched(document),
            Input::Start => self.on_start(),
            Input::Attached => self.on_attached(),
            Input::PlayFinished => self.on_play_finished(),
            Input::Terminate => self.on_terminate(),
            Input::EndPointGone { reason } => self.on_end_point_gone(reason),
        }
    }

    /// The next thing the dialog wants done.
    pub fn poll_output(&mut self) -> Option<Output<A>> {
        self.outputs.pop_front()
    }

    /// Whether the dialog waits for the AS to start it (draft 4.2: any other state is a wrong one).
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }

    /// Whether the dialog has begun to play or is about to.
    #[must_use]
    pub fn is_started(&self) -> bool {
        matches!(self.state, State::Attaching { .. } | State::Playing)
    }

    /// Whether the dialog is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    fn on_fetched(&mut self, document: Result<A, String>) {
        let State::Fetching { start } = self.state else { return };
        match document {
            Err(reason) => self.end_with(Output::Failed { reason }),
            Ok(pcm) if start => self.play(pcm),
            Ok(pcm) => {
                self.state = State::Ready(pcm);
                self.outputs.push_back(Output::Prepared);
            }
        }
    }

    fn on_start(&mut self) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Fetching { .. } => self.state = State::Fetching { start: true },
            State::Ready(pcm) => self.play(pcm),
            other => self.state = other,
        }
    }

    fn play(&mut self, pcm: A) {
        self.state = State::Attaching { finished: false };
        self.outputs.push_back(Output::Play(pcm));
    }

    fn on_attached(&mut self) {
        let State::Attaching { finished } = self.state else { return };
        self.outputs.push_back(Output::Started);
        if finished {
            return self.end_with(Output::Exit);
        }
        self.state = State::Playing;
    }

    fn on_play_finished(&mut self) {
        match self.state {
            State::Attaching { .. } => self.state = State::Attaching { finished: true },
            State::Playing => self.end_with(Output::Exit),
            State::Fetching { .. } | State::Ready(_) | State::Over => {}
        }
    }

    /// A dialog that does not play yet has nothing to fade: it exits at once.
    fn on_terminate(&mut self) {
        match self.state {
            State::Attaching { .. } | State::Playing => {
                self.outputs.push_back(Output::StopPlaying);
            }
            State::Ready(_) => self.end_with(Output::Exit),
            State::Fetching { .. } => {
                self.end_with(Output::Failed { reason: "terminated before it started".to_owned() });
            }
            State::Over => {}
        }
    }

    fn on_end_point_gone(&mut self, reason: String) {
        match self.state {
            // The request that started it is still unanswered, and its answer says it all.
            State::Fetching { .. } | State::Attaching { .. } => {
                self.end_with(Output::Failed { reason });
            }
            State::Ready(_) | State::Playing => self.end_with(Output::Error { reason }),
            State::Over => {}
        }
    }

    fn end_with(&mut self, last: Output<A>) {
        self.state = State::Over;
        self.outputs.push_back(last);
    }
}

impl<A> Default for AudioDialog<A> {
    fn default() -> AudioDialog<A> {
        AudioDialog::new()
    }
}
