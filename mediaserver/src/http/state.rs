//! What `/api/state` shows, and where it comes from.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;

use crate::control::State;

/// Where the state comes from: the control core, asked over a channel.
pub trait StateSource: Send + Sync + 'static {
    /// The state now, or `None` when the control core is gone. It is given up after two seconds.
    fn state(&self) -> StateFuture<'_>;
}

/// What [`StateSource::state`] gives.
pub type StateFuture<'a> = Pin<Box<dyn Future<Output = Option<State>> + Send + 'a>>;

/// The answer of `/api/state`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// `starting`, `ready`, `draining`.
    pub phase: &'static str,
    /// How the engines do, in order.
    pub engines: Vec<EngineView>,
    /// Everything in place.
    #[serde(flatten)]
    pub state: State,
}

/// How an engine does, since the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EngineView {
    /// Ticks.
    pub ticks: u64,
    /// Ticks that began after the next one was due.
    pub late_ticks: u64,
    /// The mean tick time in milliseconds, once there was a tick.
    pub tick_ms_mean: Option<f64>,
    /// An upper bound of what 99 of 100 ticks took, in milliseconds.
    pub tick_ms_p99: Option<f64>,
}
