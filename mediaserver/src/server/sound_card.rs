//! The server's own sound card, on a thread that opens it and waits. Without the feature `local-audio`
//! there is none.

use tokio::sync::mpsc;

use super::core::Message;
use crate::control::{CardEnds, Event};

/// The card, while it is in use.
pub(super) struct SoundCards {
    report: mpsc::Sender<Message>,
    /// Dropped to close it.
    #[cfg(feature = "local-audio")]
    open: Option<std::sync::mpsc::Sender<()>>,
}

#[cfg(not(feature = "local-audio"))]
impl SoundCards {
    pub(super) fn new(report: mpsc::Sender<Message>) -> SoundCards {
        SoundCards { report }
    }

    /// Says that there is none.
    pub(super) fn open(&mut self, _ends: CardEnds) {
        let result = Err("this server was built without local-audio".to_owned());
        let message = Message::Event(Box::new(Event::SoundCardOpened { result }));
        let report = self.report.clone();
        // The core task is gone only when the server ends.
        tokio::spawn(async move { report.send(message).await.map_err(drop) });
    }

    pub(super) fn close(&mut self) {}
}

#[cfg(feature = "local-audio")]
mod open {
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::thread::Builder;
    use std::time::Duration;

    use media_io::device::SoundCard;
    use tracing::warn;

    use super::{CardEnds, Event, Message, SoundCards, mpsc};

    /// How often it is looked whether the card is still there.
    const LOOK: Duration = Duration::from_secs(1);

    impl SoundCards {
        pub(crate) fn new(report: mpsc::Sender<Message>) -> SoundCards {
            SoundCards { report, open: None }
        }

        /// Opens the card and reports [`Event::SoundCardOpened`].
        pub(crate) fn open(&mut self, ends: CardEnds) {
            let (open, closed) = channel();
            self.open = Some(open);
            let reporter = self.report.clone();
            let thread = Builder::new().name("sound-card".to_owned());
            let spawned = thread.spawn(move || hold(ends, &closed, &reporter));
            if let Err(error) = spawned {
                let result = Err(error.to_string());
                let message = Message::Event(Box::new(Event::SoundCardOpened { result }));
                let report = self.report.clone();
                // The core task is gone only when the server ends.
                tokio::spawn(async move { report.send(message).await.map_err(drop) });
            }
        }

        /// The thread ends by itself.
        pub(crate) fn close(&mut self) {
            self.open = None;
        }
    }

    fn hold(ends: CardEnds, closed: &Receiver<()>, report: &mpsc::Sender<Message>) {
        let opened = SoundCard::open(ends.speaker, ends.microphone);
        let (card, result) = match opened {
            Ok(card) => (Some(card), Ok(())),
            Err(error) => (None, Err(error.to_string())),
        };
        let message = Message::Event(Box::new(Event::SoundCardOpened { result }));
        // The core task is gone only when the server ends.
        let _ = report.blocking_send(message);
        let Some(card) = card else { return };
        while closed.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            if card.has_failed() {
                return warn!("the sound card has gone: nothing is heard on it any more");
            }
        }
    }
}
