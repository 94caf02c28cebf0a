//! Decoding ahead of players: one thread that comes round to all of them.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use media_io::player::Feeder;
use tracing::{debug, warn};

/// How often the thread comes round: each player has two seconds ahead.
const ROUND: Duration = Duration::from_millis(200);

/// The thread. Ends when this is dropped.
pub(super) struct Feeders {
    new: Option<Sender<Feeder>>,
    thread: Option<JoinHandle<()>>,
}

impl Feeders {
    /// # Errors
    /// When there is no thread to be had.
    pub(super) fn start() -> io::Result<Feeders> {
        let (new, waiting) = channel();
        let thread = Builder::new().name("decode-ahead".to_owned()).spawn(move || run(&waiting))?;
        Ok(Feeders { new: Some(new), thread: Some(thread) })
    }

    /// Decodes ahead of one more player. As many play as there are ports of the engine.
    pub(super) fn take(&self, feeder: Feeder) {
        if let Some(new) = &self.new {
            // A thread that is gone has panicked and said so; what it should play is silent.
            let _ = new.send(feeder);
        }
    }
}

impl Drop for Feeders {
    fn drop(&mut self) {
        self.new = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(new: &Receiver<Feeder>) {
    let mut feeders: Vec<Feeder> = Vec::new();
    loop {
        let next = match feeders.is_empty() {
            true => new.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => new.recv_timeout(ROUND),
        };
        match next {
            // Served at once: it is to be heard in the next tick.
            Ok(mut feeder) => {
                fill(&mut feeder);
                feeders.push(feeder);
            }
            Err(RecvTimeoutError::Timeout) => feeders.iter_mut().for_each(fill),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        feeders.retain(|feeder| !feeder.is_over());
    }
}

fn fill(feeder: &mut Feeder) {
    if let Err(fault) = feeder.fill() {
        warn!(%fault, "a document that is being played is played no further");
        // What is left of it goes to the player, and then the end.
        let _ = feeder.fill();
    }
    if feeder.starved_ticks() > 0 {
        debug!(ticks = feeder.starved_ticks(), "decoding was behind a player");
    }
}
