//! How the server behaves, a file for each behaviour, in virtual time and under the allocation
//! trap.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bridge;
mod codecs;
mod destroy;
mod evenness;
mod hang_up;
mod hold;
mod keys;
mod mute;
mod network;
mod offerless;
mod sidebar;
mod single_source;
mod three_way;
mod unjoin;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;
