//! Whether the server lives and whether it takes calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// An engine thread that has not ticked for so long is stuck: fifty ticks of 20 ms.
const STUCK_AFTER: Duration = Duration::from_secs(1);

/// The server's health, fed by its threads and read by `/healthz` and `/readyz`.
#[derive(Debug)]
pub struct Health {
    base: Instant,
    phase: AtomicU8,
    /// For each engine thread, when it last ticked: nanoseconds after `base`.
    ticks: Vec<AtomicU64>,
}

/// Where the server is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Ports are being opened.
    Starting,
    /// Calls and channels are taken.
    Ready,
    /// No new calls; those in place may end.
    Draining,
}

impl Health {
    /// The health of a server that starts at `now` and has `engines` engine threads. A thread that
    /// never ticks counts as stuck a second later.
    #[must_use]
    pub fn new(now: Instant, engines: usize) -> Arc<Self> {
        Arc::new(Self {
            base: now,
            phase: AtomicU8::new(Phase::Starting.number()),
            ticks: (0..engines).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    /// Engine thread number `engine` ticks at `now`. One relaxed store, fit for the engine thread.
    pub fn ticked(&self, engine: usize, now: Instant) {
        if let Some(tick) = self.ticks.get(engine) {
            tick.store(self.since_base(now), Relaxed);
        }
    }

    /// The server has entered `phase`.
    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase.number(), Relaxed);
    }

    /// Where the server is in its life.
    #[must_use]
    pub fn phase(&self) -> Phase {
        Phase::from_number(self.phase.load(Relaxed))
    }

    /// Whether every engine thread ticks.
    ///
    /// # Errors
    /// Which one does not, and for how long.
    pub fn check_alive(&self, now: Instant) -> Result<(), String> {
        for (number, tick) in self.ticks.iter().enumerate() {
            let silent = self.since_base(now).saturating_sub(tick.load(Relaxed));
            let silent = Duration::from_nanos(silent);
            if silent > STUCK_AFTER {
                return Err(format!(
                    "engine thread {number} has not ticked for {:.1} s",
                    silent.as_secs_f64()
                ));
            }
        }
        Ok(())
    }

    /// Whether calls are taken.
    ///
    /// # Errors
    /// Why not.
    pub fn check_ready(&self, now: Instant) -> Result<(), String> {
        match self.phase() {
            Phase::Ready => self.check_alive(now),
            phase => Err(phase.word().to_owned()),
        }
    }

    fn since_base(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.base);
        u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Phase {
    /// As it is shown: `starting`, `ready`, `draining`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Draining => "draining",
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Starting => 0,
            Self::Ready => 1,
            Self::Draining => 2,
        }
    }

    fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Starting,
            1 => Self::Ready,
            _ => Self::Draining,
        }
    }
}
