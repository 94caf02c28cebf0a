//! Behaviour tests over the simulator, and end-to-end tests with real peers.
//!
//! One question runs through them all: who hears whom? Each speaker has a [`tone`] of its own, and
//! the answer is read from what each listener recorded.
//!
//! * [`simulator`]: the control core, the engine and real RTP legs in virtual time, with callers,
//!   a network and an application server that are simulated. Nothing in it sleeps, and the same
//!   seed gives the same run to the last sample. Each behaviour has a file in `tests/`.
//! * [`e2e`]: the `mediaserver` program on loopback sockets with peers nobody here wrote, in the
//!   files `tests/e2e_*.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test that cannot go on ends there.

pub mod e2e;
pub mod simulator;
pub mod tone;
