//! The hot loops: plain Rust over slices of any length, compiled for several kinds of processors and
//! chosen when the program runs.
//!
//! `body` holds each loop once, in a shape that a compiler turns into vectors: lanes of a
//! fixed number, no branch inside, no order of additions that must be kept. Every target is that same
//! code, and Rust neither reorders floating-point operations nor contracts them, so all targets agree
//! bit by bit; `tests` prove it against loops that do one sample at a time.
//!
//! A call costs an atomic load and a jump through it, about 1 ns; the shortest frame, of 160
//! samples, costs ten times as much in the cheapest kernel. What is fused here is fused because it
//! saves a pass over memory.

mod body;

pub(crate) use body::{each, gain_at, magnitude, round};

/// Blocks of a frame, as the limiter divides it: 1 ms each. Of a length that they do not divide, the
/// last ones are shorter, or empty.
pub(crate) const BLOCKS: usize = 20;

/// The gain at each boundary of blocks, the ends of the frame included.
pub(crate) type Gains = [f32; BLOCKS + 1];

/// Defines every kernel for a list of targets, the best first; without any of them, for the least
/// that the architecture has.
macro_rules! kernels {
    ($($target:literal),+) => {
        /// Adds a frame to a sum.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn add(sum: &mut [i32], frame: &[i16]) {
            body::add(sum, frame);
        }

        /// Takes away again what [`add`] added.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn subtract(sum: &mut [i32], frame: &[i16]) {
            body::subtract(sum, frame);
        }

        /// Adds a frame whose gain moves from `from` to `to` within the first `ramp` samples and
        /// stays there. Gains are in Q15.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn add_ramp(sum: &mut [i32], frame: &[i16], ramp: usize, from: i32, to: i32) {
            body::add_ramp(sum, frame, ramp, from, to);
        }

        /// Takes away again what [`add_ramp`] added.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn subtract_ramp(
            sum: &mut [i32],
            frame: &[i16],
            ramp: usize,
            from: i32,
            to: i32,
        ) {
            body::subtract_ramp(sum, frame, ramp, from, to);
        }

        /// The sum of the squares, exact.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn energy(frame: &[i16]) -> u64 {
            body::energy(frame)
        }

        /// Writes the sum less `own` into the frame, and says whether all of it fits 16 bits; if not,
        /// what was written is of no use. Here and below, `own` is as long as the sum, or empty.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn narrow(sum: &[i32], own: &[i16], frame: &mut [i16]) -> bool {
            body::narrow(sum, own, frame)
        }

        /// The highest magnitude in each block of the sum less `own`, as the limiter counts it: both ends
        /// of the 16 bit range are 32,767.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn peaks(sum: &[i32], own: &[i16], peaks: &mut [i32; BLOCKS]) {
            body::peaks(sum, own, peaks);
        }

        /// Writes the sum less `own` into the frame, with a gain that moves in a straight line from
        /// each boundary of two blocks to the next, and brings every sample to 16 bits.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn turn_down(
            sum: &[i32],
            own: &[i16],
            gains: &Gains,
            frame: &mut [i16],
        ) {
            body::turn_down(sum, own, gains, frame);
        }

        /// Takes one of the voices out of a mix that was turned down: its samples times gains, which
        /// are in Q18. No sample wraps.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn take_out(mix: &[i16], own: &[i16], gains: &[i16], frame: &mut [i16]) {
            body::take_out(mix, own, gains, frame);
        }

        /// Raises a rate: each window of so many samples, beginning one sample later than the one
        /// before, makes as many outputs as `taps` holds filters of its length one after the other.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn raise(samples: &[f32], window: usize, taps: &[f32], output: &mut [f32]) {
            body::raise(samples, window, taps, output);
        }

        /// Lowers a rate: each window of as many samples as there are taps, beginning `step` samples
        /// later than the one before, makes one output.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn lower(samples: &[f32], step: usize, taps: &[f32], output: &mut [f32]) {
            body::lower(samples, step, taps, output);
        }

        /// To 16 bits: each to the nearest integer, or as near as it comes.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn round_voice(samples: &[f32], frame: &mut [i16]) {
            body::round_voice(samples, frame);
        }

        /// To 32 bits: each to the nearest integer, or as near as it comes.
        #[multiversion::multiversion(targets($($target),+))]
        pub(crate) fn round_sum(samples: &[f32], sum: &mut [i32]) {
            body::round_sum(samples, sum);
        }
    };
}

kernels!("x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl", "x86_64+avx2");

#[cfg(test)]
mod tests;
