//! An RTP leg in virtual time: one file for each behaviour, all under the allocation trap.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

mod call;
mod netem;
mod peer;
mod stream;

mod clean_stream;
mod codecs_in;
mod codecs_out;
mod deferred;
mod digits_in;
mod digits_out;
mod hold;
mod hostile;
mod jitter;
mod latch;
mod packet_time;
mod reception;
mod reports;
mod source_change;
mod starvation;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;
