//! The engine thread: sleep to the deadline, tick, wake the network and the control core.
//!
//! Inside the tick there is no lock, no allocation, no free, no log and no system call. Outside it
//! the thread makes three: the sleep, one write that wakes the network thread if packets wait, and
//! one that wakes the control core, which fetches notices and late ticks and does all the talking.
//! From waking to the next sleep the thread is under the allocation trap.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Instant;

use media_io::net::{Egress, Ingress, now};
use mixer::Engine;
use mixer::realtime::forbid_allocation;
use mixer::time::Time;
use rustix::io::Errno;
use rustix::thread::{Timespec, clock_nanosleep_absolute};
use rustix::time::ClockId;

use super::late::LateTicks;
use super::pace::Pace;
use super::realtime::{self, Privileges};
use crate::http::Health;
use crate::metrics::TickHistogram;

/// What an engine thread works with. All of it is made on the control side.
pub struct Parts {
    /// The engine itself.
    pub engine: Engine,
    /// Packets from the network thread.
    pub ingress: Ingress,
    /// Packets to the network thread.
    pub egress: Egress,
    /// Late ticks, counted here and explained by the control core.
    pub late_ticks: LateTicks,
    /// The writing end of a pipe that does not block: one byte after each tick.
    pub wake: OwnedFd,
    /// Told that the engine lives.
    pub health: Arc<Health>,
    /// How long ticks take.
    pub tick_time: Arc<TickHistogram>,
    /// How long after its deadline the thread woke.
    pub wake_lateness: Arc<TickHistogram>,
    /// Whether to ask for real-time privileges.
    pub realtime: bool,
}

/// A running engine thread. Dropping it ends the thread.
#[derive(Debug)]
pub struct EngineThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl EngineThread {
    /// Starts the thread; returns when it is about to begin its first tick, with what the
    /// operating system granted it.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(parts: Parts) -> io::Result<(EngineThread, Privileges)> {
        let stop = Arc::new(AtomicBool::new(false));
        let (granted, privileges) = sync_channel(1);
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(move || {
            let asked = if parts.realtime { realtime::acquire() } else { realtime::decline() };
            // The starter waits for this; should it be gone, nobody wants the engine either.
            if granted.send(asked).is_ok() {
                run(parts, &stopped);
            }
        })?;
        let privileges =
            privileges.recv().map_err(|_| io::Error::other("the engine thread did not start"))?;
        Ok((EngineThread { stop, thread: Some(thread) }, privileges))
    }
}

impl Drop for EngineThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // An engine that panicked has said so on its own thread.
            let _ = thread.join();
        }
    }
}

fn run(mut parts: Parts, stop: &AtomicBool) {
    let mut pace = Pace::new(now());
    while !stop.load(Ordering::Relaxed) {
        sleep_until(pace.deadline());
        forbid_allocation(|| tick(&mut parts, &mut pace));
    }
}

/// All that happens between two sleeps.
fn tick(parts: &mut Parts, pace: &mut Pace) {
    let woke = now();
    parts.wake_lateness.record(woke.since(pace.deadline()));
    if let Some(late) = pace.on_wake(woke) {
        parts.late_ticks.add(late);
    }
    parts.engine.tick(pace.deadline(), &mut parts.ingress, &mut parts.egress);
    parts.egress.flush();
    let took = now().since(woke);
    parts.tick_time.record(took);
    parts.health.ticked(0, Instant::now());
    pace.on_done(took);
    // A full pipe refuses the byte: then the reader has been woken often enough.
    let _ = rustix::io::write(&parts.wake, &[1]);
}

/// Sleeps to a point on the clock, not for a time: what a tick took does not add up.
fn sleep_until(deadline: Time) {
    const NANOS: u64 = 1_000_000_000;
    let at = Timespec {
        tv_sec: i64::try_from(deadline.0 / NANOS).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(deadline.0 % NANOS).unwrap_or(0),
    };
    while clock_nanosleep_absolute(ClockId::Monotonic, &at) == Err(Errno::INTR) {}
}
