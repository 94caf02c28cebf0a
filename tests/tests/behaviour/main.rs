//! How the server behaves, a file for each behaviour, in virtual time and under the allocation
//! trap.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod answers;
mod attendance;
mod audit;
mod bridge;
mod codecs;
mod delay;
mod destroy;
mod dialogs;
mod drain;
mod engines;
mod entry_tones;
mod evenness;
mod floor;
mod hang_up;
mod hold;
mod keys;
mod limits;
mod loops;
mod model;
mod monitor;
mod mute;
mod nbest;
mod network;
mod offerless;
mod ownership;
mod playout;
mod prompts;
mod protection;
mod random;
mod recording;
mod refusals;
mod renegotiation;
mod sidebar;
mod single_source;
mod speakers;
mod starvation;
mod storm;
mod strangers;
mod three_way;
mod unjoin;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;
