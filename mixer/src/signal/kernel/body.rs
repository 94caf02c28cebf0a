//! The loops themselves. They are inlined into every target's version of a kernel, and vectorised
//! there.
//!
//! Sums are wrapping ones because a check for overflow in each step would keep them from being
//! vectors where such checks are compiled; none wraps, for which the callers and limits below give
//! the reasons.

use std::iter::{repeat, zip};

use super::{BLOCKS, Gains};

/// Distance from zero, one less for negative values: both ends of the 16 bit range give 32,767.
#[inline(always)]
pub(crate) fn magnitude(sample: i32) -> i32 {
    sample ^ (sample >> 31)
}

#[inline(always)]
pub(super) fn add(sum: &mut [i32], frame: &[i16]) {
    for (sum, sample) in zip(sum, frame) {
        *sum = sum.wrapping_add(i32::from(*sample));
    }
}

#[inline(always)]
pub(super) fn subtract(sum: &mut [i32], frame: &[i16]) {
    for (sum, sample) in zip(sum, frame) {
        *sum = without(*sum, *sample);
    }
}

#[inline(always)]
pub(super) fn add_ramp(sum: &mut [i32], frame: &[i16], ramp: usize, from: i32, to: i32) {
    scale(sum, frame, ramp, from, to, i32::wrapping_add);
}

#[inline(always)]
pub(super) fn subtract_ramp(sum: &mut [i32], frame: &[i16], ramp: usize, from: i32, to: i32) {
    scale(sum, frame, ramp, from, to, i32::wrapping_sub);
}

/// The gain's way is divided once and not for each sample, with 15 bits below those of the gain.
#[inline(always)]
fn scale(
    sum: &mut [i32],
    frame: &[i16],
    ramp: usize,
    from: i32,
    to: i32,
    take: impl Fn(i32, i32) -> i32,
) {
    let ramp = ramp.min(frame.len()).min(sum.len());
    let (sum_in, sum_after) = sum.split_at_mut(ramp);
    let (frame_in, frame_after) = frame.split_at(ramp);
    let step = ((to - from) << 15) / (ramp as i32).max(1);
    for (i, (sum, sample)) in zip(sum_in, frame_in).enumerate() {
        let gain = from.wrapping_add(step.wrapping_mul(i as i32) >> 15);
        *sum = take(*sum, scaled(*sample, gain));
    }
    for (sum, sample) in zip(sum_after, frame_after) {
        *sum = take(*sum, scaled(*sample, to));
    }
}

/// Rounds to nearest; for a gain up to 1 the result fits 16 bits.
#[inline(always)]
fn scaled(sample: i16, gain: i32) -> i32 {
    i32::from(sample).wrapping_mul(gain).wrapping_add(1 << 14) >> 15
}

/// Two squares at a time, which is how processors multiply and add. They fit 32 bits, but no third
/// does: the halves of these 32 bits are summed apart, and would be too large only after 131,072
/// samples.
#[inline(always)]
pub(super) fn energy(frame: &[i16]) -> u64 {
    const TOGETHER: usize = 4_096;
    let mut energy = 0;
    for part in frame.chunks(TOGETHER) {
        let (pairs, rest) = part.as_chunks::<2>();
        let (mut low, mut high) = (0_u32, 0_u32);
        for pair in pairs {
            let squares = square(pair[0]).wrapping_add(square(pair[1]));
            low = low.wrapping_add(squares & 0xffff);
            high = high.wrapping_add(squares >> 16);
        }
        let rest: u64 = rest.iter().map(|sample| u64::from(square(*sample))).sum();
        energy += u64::from(low) + (u64::from(high) << 16) + rest;
    }
    energy
}

#[inline(always)]
fn square(sample: i16) -> u32 {
    i32::from(sample).wrapping_mul(i32::from(sample)) as u32
}

/// A sample that fits 16 bits has nothing above them once it is moved up by half their range.
#[inline(always)]
pub(super) fn narrow(sum: &[i32], own: &[i16], frame: &mut [i16]) -> bool {
    let mut moved = 0;
    let mut take = |sample: i32| {
        moved |= sample.wrapping_add(1 << 15);
        saturated(sample)
    };
    match own.get(..sum.len()) {
        Some(own) => {
            for ((out, sum), own) in zip(frame, sum).zip(own) {
                *out = take(without(*sum, *own));
            }
        }
        None => {
            for (out, sum) in zip(frame, sum) {
                *out = take(*sum);
            }
        }
    }
    moved >> 16 == 0
}

#[inline(always)]
fn without(sum: i32, own: i16) -> i32 {
    sum.wrapping_sub(i32::from(own))
}

#[inline(always)]
fn saturated(sample: i32) -> i16 {
    sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[inline(always)]
pub(super) fn peaks(sum: &[i32], own: &[i16], peaks: &mut [i32; BLOCKS]) {
    let own = own.get(..sum.len());
    match sum.len() {
        160 => peaks_by::<8>(sum, own, peaks),
        320 => peaks_by::<16>(sum, own, peaks),
        960 => peaks_by::<48>(sum, own, peaks),
        len => {
            peaks.fill(0);
            for (i, sample) in each(sum, own).enumerate() {
                let peak = &mut peaks[i / len.div_ceil(BLOCKS)];
                *peak = (*peak).max(magnitude(sample));
            }
        }
    }
}

/// With the length of a block known, a block is a row of vectors.
#[inline(always)]
fn peaks_by<const BLOCK: usize>(sum: &[i32], own: Option<&[i16]>, peaks: &mut [i32; BLOCKS]) {
    let sum = sum.as_chunks::<BLOCK>().0;
    match own {
        Some(own) => peaks_of(sum, own.as_chunks().0.iter(), peaks),
        None => peaks_of(sum, repeat(&[0; BLOCK]), peaks),
    }
}

#[inline(always)]
fn peaks_of<'a, const BLOCK: usize>(
    sum: &[[i32; BLOCK]],
    own: impl Iterator<Item = &'a [i16; BLOCK]>,
    peaks: &mut [i32; BLOCKS],
) {
    for (peak, (sum, own)) in zip(peaks, zip(sum, own)) {
        *peak = 0;
        for i in 0..BLOCK {
            *peak = (*peak).max(magnitude(without(sum[i], own[i])));
        }
    }
}

#[inline(always)]
pub(super) fn turn_down(sum: &[i32], own: &[i16], gains: &Gains, frame: &mut [i16]) {
    let own = own.get(..sum.len());
    match sum.len() {
        160 => turn_down_by::<8>(sum, own, gains, frame),
        320 => turn_down_by::<16>(sum, own, gains, frame),
        960 => turn_down_by::<48>(sum, own, gains, frame),
        len => {
            let block = len.div_ceil(BLOCKS);
            for (i, (out, sample)) in zip(frame, each(sum, own)).enumerate() {
                let ends = (gains[i / block], gains[i / block + 1]);
                *out = round(sample as f32 * gain_at(ends, i % block, block));
            }
        }
    }
}

#[inline(always)]
fn turn_down_by<const BLOCK: usize>(
    sum: &[i32],
    own: Option<&[i16]>,
    gains: &Gains,
    frame: &mut [i16],
) {
    let (sum, frame) = (sum.as_chunks::<BLOCK>().0, frame.as_chunks_mut().0);
    match own {
        Some(own) => turn_down_of(sum, own.as_chunks().0.iter(), gains, frame),
        None => turn_down_of(sum, repeat(&[0; BLOCK]), gains, frame),
    }
}

#[inline(always)]
fn turn_down_of<'a, const BLOCK: usize>(
    sum: &[[i32; BLOCK]],
    own: impl Iterator<Item = &'a [i16; BLOCK]>,
    gains: &Gains,
    frame: &mut [[i16; BLOCK]],
) {
    for ((out, ends), (sum, own)) in zip(frame, gains.windows(2)).zip(zip(sum, own)) {
        let ends = (ends[0], ends[1]);
        for i in 0..BLOCK {
            out[i] = round(without(sum[i], own[i]) as f32 * gain_at(ends, i, BLOCK));
        }
    }
}

/// Sixteen bits at a time: the upper half of the product, and two bits of it for rounding.
#[inline(always)]
pub(super) fn take_out(mix: &[i16], own: &[i16], gains: &[i16], frame: &mut [i16]) {
    for ((out, mix), (own, gain)) in zip(zip(frame, mix), zip(own, gains)) {
        let product = (i32::from(*own).wrapping_mul(i32::from(*gain)) >> 16) as i16;
        *out = mix.saturating_sub(product.wrapping_add(2) >> 2);
    }
}

/// The gain within a block.
#[inline(always)]
pub(crate) fn gain_at(ends: (f32, f32), index: usize, block: usize) -> f32 {
    ends.0 + (ends.1 - ends.0) / block as i32 as f32 * index as i32 as f32
}

/// Added to this number, whose lowest bit is worth 1, a value below 2²² is rounded to the nearest
/// integer, a tie to the even one, and stands in the lowest bits of the sum.
const ONES: f32 = 12_582_912.0;

/// To the nearest integer. Right for values below 2²², which is far beyond 16 bits, and unlike a cast
/// a single addition.
#[inline(always)]
pub(crate) fn round(value: f32) -> i16 {
    saturated(((value + ONES).to_bits() as i32).wrapping_sub(ONES.to_bits() as i32))
}

/// The samples of the sum less those of `own`, if there are any.
#[inline(always)]
pub(crate) fn each(sum: &[i32], own: Option<&[i16]>) -> impl Iterator<Item = i32> {
    let own = own.unwrap_or(&[]).iter().copied().chain(repeat(0));
    zip(sum, own).map(|(sum, own)| without(*sum, own))
}

/// Products summed side by side, enough to keep the adders busy.
const CHAINS: usize = 16;

#[inline(always)]
pub(super) fn dot(samples: &[f32], taps: &[f32]) -> f32 {
    let mut sums = [0.0; CHAINS];
    let (samples, samples_rest) = samples.as_chunks::<CHAINS>();
    let (taps, taps_rest) = taps.as_chunks::<CHAINS>();
    for (samples, taps) in zip(samples, taps) {
        for chain in 0..CHAINS {
            sums[chain] += samples[chain] * taps[chain];
        }
    }
    for (sum, (sample, tap)) in zip(&mut sums, zip(samples_rest, taps_rest)) {
        *sum += sample * tap;
    }
    for half in [8, 4, 2, 1] {
        for chain in 0..half {
            sums[chain] += sums[chain + half];
        }
    }
    sums[0]
}

#[inline(always)]
pub(super) fn raise(samples: &[f32], window: usize, taps: &[f32], output: &mut [f32]) {
    let factor = taps.len() / window;
    for (window, group) in zip(samples.windows(window), output.chunks_exact_mut(factor)) {
        for (out, taps) in zip(group, taps.chunks_exact(window.len())) {
            *out = dot(window, taps);
        }
    }
}

#[inline(always)]
pub(super) fn lower(samples: &[f32], step: usize, taps: &[f32], output: &mut [f32]) {
    for (window, out) in zip(samples.windows(taps.len()).step_by(step), output) {
        *out = dot(window, taps);
    }
}

#[inline(always)]
pub(super) fn round_voice(samples: &[f32], frame: &mut [i16]) {
    for (out, sample) in zip(frame, samples) {
        *out = round(sample.clamp(f32::from(i16::MIN), f32::from(i16::MAX)));
    }
}

#[inline(always)]
pub(super) fn round_sum(samples: &[f32], sum: &mut [i32]) {
    for (out, sample) in zip(sum, samples) {
        // From 2²² on, halves are all that there is to round.
        let nearest = if sample.abs() < 4_194_304.0 { (sample + ONES) - ONES } else { *sample };
        *out = nearest as i32;
    }
}
