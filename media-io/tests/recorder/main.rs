//! What a tap hears is in the file at its time, whatever the disk does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    missing_docs
)]

mod disk;
mod files;
mod killed;
mod store;
mod timeline;

use media_io::recorder::Tap;
use media_io::wav;
use mixer::port::{Audio, Heard};
use mixer::realtime::forbid_allocation;
use mixer::time::{TICK, Time};

#[global_allocator]
static TRAP: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// Samples of a tick at 8 kHz.
const TICK_SAMPLES: usize = 160;

/// The time of a tick; the grid begins anywhere.
fn at(tick: u32) -> Time {
    Time(7_003_000) + TICK * tick
}

/// A tap hears one value throughout a tick.
fn hear(tap: &mut Tap, tick: u32, value: i16) {
    let frame = [value; TICK_SAMPLES];
    let audio = Audio { frame: &frame, payload: &[], encoding: None };
    forbid_allocation(|| tap.take(at(tick), Heard::Audio(audio)));
}

/// A tap hears nothing.
fn hear_nothing(tap: &mut Tap, tick: u32) {
    forbid_allocation(|| tap.take(at(tick), Heard::Nothing));
}

/// The first sample of each tick of a mono file at 8 kHz, all samples of which are the same.
fn ticks_of(file: &[u8]) -> Vec<i16> {
    let clip = wav::decode(file, 8_000, &wav::Limits::default()).unwrap();
    assert!(!clip.truncated, "the header announces more than there is");
    assert_eq!(clip.samples.len() % TICK_SAMPLES, 0);
    let ticks = clip.samples.chunks(TICK_SAMPLES);
    ticks.inspect(|tick| assert!(tick.iter().all(|it| *it == tick[0]))).map(|it| it[0]).collect()
}
