//! An engine thread: sleep to the deadline, tick, wake the network and the control core.
//!
//! Each engine has a thread of its own. They share nothing but the grid of deadlines and the rings
//! between the engines: none waits for another. Inside the tick there is no lock, no allocation, no
//! free, no log and no system call. Outside it the thread makes three: the sleep, one write that wakes the network thread if packets wait, and
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
use crate::metrics::EngineMetrics;

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
    pub wake: Arc<OwnedFd>,
    /// Told that the engine lives.
    pub health: Arc<Health>,
    /// How long ticks take, and how long after their deadlines the thread woke.
    pub metrics: Arc<EngineMetrics>,
}

/// The running engine threads. Dropping it ends them.
#[derive(Debug)]
pub struct EngineThreads {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl EngineThreads {
    /// Starts a thread for each engine, all on one grid of deadlines; returns when the last is about
    /// to begin its first tick, with what the operating system granted each.
    ///
    /// # Errors
    /// When there is no thread to be had; none is left running then.
    pub fn start(
        engines: Vec<Parts>,
        realtime: bool,
    ) -> io::Result<(EngineThreads, Vec<Privileges>)> {
        let mut started = EngineThreads { stop: Arc::default(), threads: Vec::new() };
        let (origin, of) = (now(), engines.len());
        let privileges = engines.into_iter().enumerate().map(|(number, parts)| {
            let ask = move || match realtime {
                true => realtime::acquire(number, of),
                false => realtime::decline(),
            };
            started.add(name(number, of), ask, move |stop| run(parts, number, origin, stop))
        });
        let privileges = privileges.collect::<io::Result<_>>()?;
        Ok((started, privileges))
    }

    /// Starts one more thread, which first asks the operating system for privileges.
    fn add(
        &mut self,
        name: String,
        ask: impl FnOnce() -> Privileges + Send + 'static,
        run: impl FnOnce(&AtomicBool) + Send + 'static,
    ) -> io::Result<Privileges> {
        let (granted, privileges) = sync_channel(1);
        let stop = Arc::clone(&self.stop);
        self.threads.push(std::thread::Builder::new().name(name).spawn(move || {
            // The starter waits for this; should it be gone, nobody wants the engine either.
            if granted.send(ask()).is_ok() {
                run(&stop);
            }
        })?);
        privileges.recv().map_err(|_| io::Error::other("the engine thread did not start"))
    }
}

impl Drop for EngineThreads {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // An engine that panicked has said so on its own thread.
            let _ = thread.join();
        }
    }
}

fn name(number: usize, of: usize) -> String {
    if of == 1 { "engine".to_owned() } else { format!("engine-{number}") }
}

fn run(mut parts: Parts, number: usize, origin: Time, stop: &AtomicBool) {
    let mut pace = Pace::new(origin, now());
    while !stop.load(Ordering::Relaxed) {
        sleep_until(pace.deadline());
        forbid_allocation(|| tick(&mut parts, number, &mut pace));
    }
}

/// All that happens between two sleeps.
fn tick(parts: &mut Parts, number: usize, pace: &mut Pace) {
    let woke = now();
    parts.metrics.wake_lateness_seconds.record(woke.since(pace.deadline()));
    if let Some(late) = pace.on_wake(woke) {
        parts.late_ticks.add(late);
    }
    parts.engine.tick(pace.deadline(), &mut parts.ingress, &mut parts.egress);
    parts.egress.flush();
    let took = now().since(woke);
    parts.metrics.tick_seconds.record(took);
    parts.health.ticked(number, Instant::now());
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
