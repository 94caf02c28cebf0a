//! Playing what is decoded meanwhile: a worker stays ahead of the engine by a ring.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mixer::port::Rate;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::sound::{SoundFault, Stream};

/// How far ahead of the engine is decoded, in ms. A worker that comes round every few hundred ms is in
/// time.
pub const AHEAD_MS: usize = 2_000;

/// Bears both ends of the ring for a stream.
pub(super) fn ahead(stream: Stream) -> (Ahead, Feeder) {
    let samples = stream.rate().hz() as usize / 1_000 * AHEAD_MS;
    let (ring, taken) = RingBuffer::new(samples);
    let shared = Arc::new(Shared::default());
    let ahead = Ahead { ring: taken, shared: Arc::clone(&shared) };
    (ahead, Feeder { stream: Some(stream), ring, shared, decoded: Vec::new(), at: 0 })
}

/// The engine's end.
#[derive(Debug)]
pub(super) struct Ahead {
    ring: Consumer<i16>,
    shared: Arc<Shared>,
}

impl Ahead {
    /// Fills as much of `frame` as there is. False if nothing will follow.
    pub(super) fn read(&mut self, frame: &mut [i16]) -> (usize, bool) {
        // Asked first: what was put there before the end is then seen.
        let ended = self.shared.ended.load(Ordering::Acquire);
        let count = self.ring.slots().min(frame.len());
        if let Ok(chunk) = self.ring.read_chunk(count) {
            frame.iter_mut().zip(chunk).for_each(|(sample, taken)| *sample = taken);
        }
        if count < frame.len() && !ended {
            self.shared.starved.fetch_add(1, Ordering::Relaxed);
        }
        (count, !(ended && self.ring.is_empty()))
    }
}

/// The worker's end. Dropped when it [is over](Feeder::is_over).
#[derive(Debug)]
pub struct Feeder {
    stream: Option<Stream>,
    ring: Producer<i16>,
    shared: Arc<Shared>,
    /// What was decoded and found no room, from `at` on.
    decoded: Vec<i16>,
    at: usize,
}

impl Feeder {
    /// Decodes until the ring is full or the end has come.
    ///
    /// # Errors
    /// What is wrong with the document. What came before that is played, and nothing else.
    pub fn fill(&mut self) -> Result<(), SoundFault> {
        loop {
            self.push();
            if self.at < self.decoded.len() {
                return Ok(());
            }
            self.decoded.clear();
            self.at = 0;
            let Some(stream) = &mut self.stream else {
                self.shared.ended.store(true, Ordering::Release);
                return Ok(());
            };
            match stream.next(&mut self.decoded) {
                Ok(true) => {}
                Ok(false) => self.stream = None,
                Err(fault) => {
                    self.stream = None;
                    return Err(fault);
                }
            }
        }
    }

    /// Whether all is decoded and handed over, or nobody listens any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ring.is_abandoned() || self.shared.ended.load(Ordering::Relaxed)
    }

    /// Ticks in which less was decoded than was to be played.
    #[must_use]
    pub fn starved_ticks(&self) -> u64 {
        self.shared.starved.load(Ordering::Relaxed)
    }

    /// The rate of what is decoded.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.stream.as_ref().map(Stream::rate)
    }

    fn push(&mut self) {
        let rest = self.decoded.get(self.at..).unwrap_or_default();
        let count = rest.len().min(self.ring.slots());
        if let Ok(chunk) = self.ring.write_chunk_uninit(count) {
            self.at += chunk.fill_from_iter(rest.iter().copied());
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    ended: AtomicBool,
    starved: AtomicU64,
}
