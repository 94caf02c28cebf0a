//! Trials of the treatments: what they must do at every level, and must not do in half an hour of
//! speech. Each prints its seed and its figures (`cargo test -p mixer trials -- --nocapture`).
#![allow(clippy::unwrap_used, clippy::disallowed_macros, clippy::print_stdout)]

mod agc;
#[cfg(feature = "denoise")]
mod denoise;
mod dtmf;
mod signals;
mod talk_off;
mod tone;

use super::{Gains, HOPS};
use crate::realtime::forbid_allocation;

/// Nothing in a treatment may allocate.
#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: crate::realtime::TrapAllocator = crate::realtime::TrapAllocator;

/// Passes samples through a treatment that answers so many frames late, with silence after them, and
/// gives the gain that each sample got.
fn gains(
    samples: &[i16],
    rate_hz: usize,
    lookahead_frames: usize,
    mut hear: impl FnMut(&[i16]) -> Gains,
) -> Vec<f32> {
    let frame = rate_hz / 50;
    let silence = vec![0; frame];
    let whole = samples.chunks_exact(frame);
    let heard = whole.chain(std::iter::repeat_n(&silence[..], lookahead_frames));
    let mut gains = Vec::with_capacity(samples.len());
    for (tick, newest) in heard.enumerate() {
        let answer = forbid_allocation(|| hear(newest));
        if tick >= lookahead_frames {
            gains.extend((0..frame).map(|i| gain_at(&answer, i, frame)));
        }
    }
    gains
}

fn gain_at(gains: &Gains, index: usize, frame: usize) -> f32 {
    let hop = frame / HOPS;
    let (from, to) = (gains.0[index / hop], gains.0[index / hop + 1]);
    from + (to - from) * (index % hop) as f32 / hop as f32
}

/// A gain below which nothing is heard: -40 dB.
const INAUDIBLE: f32 = 0.01;

/// For how long something is heard, in ms.
fn heard_ms(gains: &[f32], rate_hz: usize) -> f64 {
    let heard = gains.iter().filter(|gain| **gain > INAUDIBLE).count();
    heard as f64 * 1_000.0 / rate_hz as f64
}
