//! The media threads: one for the network, and one for each engine.

use std::io;
use std::sync::Arc;

use media_io::net::{self, NetHandle};
use mixer::EngineHandle;
use rtrb::Consumer;
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::unix::pipe;
use tracing::info;

use super::sizes;
use crate::config::{Config, Realtime};
use crate::engine::late::LateTicks;
use crate::engine::pace::LateTick;
use crate::engine::realtime::Privileges;
use crate::engine::thread::{self, EngineThreads};
use crate::http::Health;
use crate::metrics::{Metrics, Privilege};

/// The media threads and the control side's grip on them. Dropping it ends all of them.
pub(super) struct Media {
    pub(super) engines: EngineThreads,
    pub(super) handle: EngineHandle,
    pub(super) net: NetHandle,
    /// Readable after each tick.
    pub(super) wake: pipe::Receiver,
    /// Of each engine, as are the privileges.
    pub(super) late_ticks: Vec<Consumer<LateTick>>,
    privileges: Vec<Privileges>,
}

impl Media {
    pub(super) fn start(
        config: &Config,
        metrics: &Metrics,
        health: &Arc<Health>,
    ) -> io::Result<Media> {
        let (net, sides) = net::start(&sizes::network(config))?;
        let (engines, handle) = mixer::engines(sizes::capacities(config));
        let (wake, ring) = pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC)?;
        let wake = pipe::Receiver::from_owned_fd(wake)?;
        let ring = Arc::new(ring);
        let (mut parts, mut late_ticks) = (Vec::new(), Vec::new());
        for ((engine, (ingress, egress)), metrics) in
            engines.into_iter().zip(sides).zip(&metrics.engines)
        {
            let (late, explained) = LateTicks::new(metrics.late_ticks.clone());
            late_ticks.push(explained);
            parts.push(thread::Parts {
                engine,
                ingress,
                egress,
                late_ticks: late,
                wake: Arc::clone(&ring),
                health: Arc::clone(health),
                metrics: Arc::clone(metrics),
            });
        }
        let realtime = config.engine.realtime == Realtime::Auto;
        let (engines, privileges) = EngineThreads::start(parts, realtime)?;
        Ok(Media { engines, handle, net, wake, late_ticks, privileges })
    }

    /// Says what the operating system granted each engine's thread.
    pub(super) fn announce(&self, metrics: &Metrics) {
        for (engine, privileges) in self.privileges.iter().enumerate() {
            announce(engine, privileges, metrics);
        }
    }
}

fn announce(engine: usize, privileges: &Privileges, metrics: &Metrics) {
    let word = |got: &Result<(), String>| match got {
        Ok(()) => "yes".to_owned(),
        Err(why) => format!("no: {why}"),
    };
    let core = match &privileges.core {
        Ok(core) => format!("core {core}"),
        Err(why) => format!("no: {why}"),
    };
    info!(
        engine,
        fifo = word(&privileges.fifo),
        locked_memory = word(&privileges.locked_memory),
        pinned = core,
        "engine thread"
    );
    metrics.set_privilege(engine, Privilege::Fifo, privileges.fifo.is_ok());
    metrics.set_privilege(engine, Privilege::Mlock, privileges.locked_memory.is_ok());
    metrics.set_privilege(engine, Privilege::Affinity, privileges.core.is_ok());
}
