//! The real-time engine as a value: it mixes what its ports say into what its ports hear, one
//! [`TICK`](time::TICK) at a time, and runs just as well without a clock.

pub mod capacities;
pub mod engine;
pub mod inbox;
pub mod plan;
pub mod port;
pub mod realtime;
pub mod room;
mod signal;
pub mod time;
pub mod topology;

pub use capacities::Capacities;
pub use engine::{Engine, EngineHandle, engine};
pub use plan::Plan;
pub use topology::Topology;
