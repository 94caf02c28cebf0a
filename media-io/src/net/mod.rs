//! The media network thread: the only part of the crate that touches the operating system.
//!
//! ```text
//!  sockets ──epoll──▶ thread ──ring──▶ Ingress ┐
//!                                                │ engine, one or several
//!  sockets ◀──send─── thread ◀──ring── Egress  ┘
//!                        ▲
//!              open, guard, close (NetHandle, control side)
//! ```
//!
//! One thread serves several engines: each has rings of its own, so that one that stands still takes
//! no place from the others, and a datagram goes to the engine that its port belongs to.
//!
//! Every datagram crosses in a slot of fixed size, so neither side allocates. What does not fit
//! is dropped and counted by its cause in [`Counters`].

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "sockets, the clock, a thread and its channels are what this module is for"
)]

mod clock;
mod counters;
mod engine_side;
mod gate;
mod handle;
mod pacing;
mod ports;
mod slot;
mod sockets;
mod thread;

pub use clock::{now, ntp_at_zero};
pub use counters::{Counters, Snapshot};
pub use engine_side::{Egress, Ingress};
pub use gate::Guard;
pub use handle::{NetConfig, NetHandle, start};
pub use ports::{PortRange, PortRangeError, SocketPair};
pub use slot::MAX_DATAGRAM;
