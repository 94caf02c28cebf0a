//! Every kernel, on every target that this processor has, against loops that do one sample at a
//! time.

use std::iter::zip;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{BLOCKS, Gains};

/// One target's kernels.
#[allow(clippy::type_complexity, reason = "they are what they are")]
struct Version {
    name: &'static str,
    add: fn(&mut [i32], &[i16]),
    subtract: fn(&mut [i32], &[i16]),
    add_ramp: fn(&mut [i32], &[i16], usize, i32, i32),
    subtract_ramp: fn(&mut [i32], &[i16], usize, i32, i32),
    energy: fn(&[i16]) -> u64,
    narrow: fn(&[i32], &[i16], &mut [i16]) -> bool,
    peaks: fn(&[i32], &[i16], &mut [i32; BLOCKS]),
    turn_down: fn(&[i32], &[i16], &Gains, &mut [i16]),
    take_out: fn(&[i16], &[i16], &[i16], &mut [i16]),
    raise: fn(&[f32], usize, &[f32], &mut [f32]),
    lower: fn(&[f32], usize, &[f32], &mut [f32]),
    round_voice: fn(&[f32], &mut [i16]),
    round_sum: fn(&[f32], &mut [i32]),
}

macro_rules! version {
    ($module:ident) => {
        Version {
            name: stringify!($module),
            add: $module::add,
            subtract: $module::subtract,
            add_ramp: $module::add_ramp,
            subtract_ramp: $module::subtract_ramp,
            energy: $module::energy,
            narrow: $module::narrow,
            peaks: $module::peaks,
            turn_down: $module::turn_down,
            take_out: $module::take_out,
            raise: $module::raise,
            lower: $module::lower,
            round_voice: $module::round_voice,
            round_sum: $module::round_sum,
        }
    };
}

/// What the engine calls.
use super as chosen;

/// What is not compiled for this architecture, or is part of the least of it, is never chosen.
mod plain {
    use super::super::{BLOCKS, Gains, body};
    kernels!("aarch64+neon");
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::super::{BLOCKS, Gains, body};
    kernels!("x86_64+avx2");
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::super::{BLOCKS, Gains, body};
    kernels!("x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl");
}

/// The versions that can run here. One that cannot would be a second look at the plain one.
fn versions() -> Vec<Version> {
    let mut versions = vec![version!(chosen), version!(plain)];
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx2") {
            versions.push(version!(avx2));
        }
        // The youngest of the features without which `multiversion` does not choose AVX-512.
        if std::arch::is_x86_feature_detected!("avx512vbmi2") {
            versions.push(version!(avx512));
        }
    }
    versions
}

/// Frames of the engine's rates, and lengths that divide by nothing.
fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![Just(160_usize), Just(320), Just(960), 0..1_000_usize]
}

fn sample() -> impl Strategy<Value = i16> {
    prop_oneof![8 => any::<i16>(), 1 => Just(i16::MIN), 1 => Just(i16::MAX), 1 => Just(0)]
}

fn loud(amplitude: i32) -> impl Strategy<Value = i32> {
    prop_oneof![8 => -amplitude..=amplitude, 1 => Just(-amplitude), 1 => Just(amplitude)]
}

fn frame() -> impl Strategy<Value = Vec<i16>> {
    lengths().prop_flat_map(|len| vec(sample(), len))
}

/// A sum, and a voice of its length or none.
fn scene() -> impl Strategy<Value = (Vec<i32>, Vec<i16>)> {
    let amplitude = prop_oneof![Just(20_000), Just(32_767), Just(60_000), Just(1 << 30)];
    (lengths(), amplitude, any::<bool>()).prop_flat_map(|(len, amplitude, has_own)| {
        (vec(loud(amplitude), len), vec(sample(), if has_own { len } else { 0 }))
    })
}

fn own_at(own: &[i16], index: usize) -> i64 {
    own.get(index).copied().map_or(0, i64::from)
}

fn differences(sum: &[i32], own: &[i16]) -> Vec<i64> {
    sum.iter().enumerate().map(|(i, sum)| i64::from(*sum) - own_at(own, i)).collect()
}

proptest! {
    #[test]
    fn voices_are_added_and_taken_away((sum, frame) in scene()) {
        for version in versions() {
            let mut sums = sum.clone();
            (version.add)(&mut sums, &frame);
            for (i, (after, before)) in zip(&sums, &sum).enumerate() {
                prop_assert_eq!(
                    i64::from(*after),
                    i64::from(*before) + own_at(&frame, i),
                    "{}", version.name
                );
            }
            (version.subtract)(&mut sums, &frame);
            prop_assert_eq!(&sums, &sum, "{}", version.name);
        }
    }

    #[test]
    fn ramps_move_from_gain_to_gain(
        frame in frame(),
        ramp in 0..300_usize,
        (from, to) in (0..=1 << 15, 0..=1 << 15),
    ) {
        for version in versions() {
            let mut sums = vec![-7; frame.len()];
            (version.add_ramp)(&mut sums, &frame, ramp, from, to);
            let ramp = ramp.min(frame.len());
            for (i, (sum, sample)) in zip(&sums, &frame).enumerate() {
                let step = ((i64::from(to) - i64::from(from)) << 15) / ramp.max(1) as i64;
                let gain = match i < ramp {
                    true => i64::from(from) + ((step * i as i64) >> 15),
                    false => i64::from(to),
                };
                let scaled = (i64::from(*sample) * gain + (1 << 14)) >> 15;
                prop_assert!((gain - i64::from(from)).abs() <= i64::from((to - from).abs()) + 1);
                prop_assert_eq!(i64::from(*sum), scaled - 7, "{} at {}", version.name, i);
            }
            (version.subtract_ramp)(&mut sums, &frame, ramp, from, to);
            prop_assert!(sums.iter().all(|sum| *sum == -7), "{}", version.name);
        }
    }

    #[test]
    fn energies_are_exact(frame in frame()) {
        let energy: u64 = frame.iter().map(|sample| i64::from(*sample).pow(2) as u64).sum();
        for version in versions() {
            prop_assert_eq!((version.energy)(&frame), energy, "{}", version.name);
        }
    }

    #[test]
    fn what_fits_passes_unchanged((sum, own) in scene()) {
        let differences = differences(&sum, &own);
        let fits = differences.iter().all(|sample| i16::try_from(*sample).is_ok());
        for version in versions() {
            let mut frame = vec![0; sum.len()];
            prop_assert_eq!((version.narrow)(&sum, &own, &mut frame), fits, "{}", version.name);
            for (sample, out) in zip(&differences, &frame) {
                prop_assert!(!fits || *sample == i64::from(*out), "{}", version.name);
            }
        }
    }

    #[test]
    fn peaks_are_found((sum, own) in scene()) {
        let magnitudes: Vec<i64> =
            differences(&sum, &own).iter().map(|d| if *d < 0 { -1 - d } else { *d }).collect();
        let block = sum.len().div_ceil(BLOCKS).max(1);
        let mut expected = [0; BLOCKS];
        for (peak, block) in zip(&mut expected, magnitudes.chunks(block)) {
            *peak = block.iter().copied().max().unwrap_or(0) as i32;
        }
        for version in versions() {
            let mut peaks = [-1; BLOCKS];
            (version.peaks)(&sum, &own, &mut peaks);
            prop_assert_eq!(peaks, expected, "{}", version.name);
        }
    }

    #[test]
    fn gains_are_applied_to_the_last_bit(
        (sum, own) in scene(),
        gains in proptest::array::uniform21(0.0..1.0_f32),
    ) {
        let block = sum.len().div_ceil(BLOCKS).max(1);
        // As far as the envelope of a limiter may be off at the most.
        let gains = gains.map(|gain| gain * (1 << 20) as f32 / (1 << 30) as f32);
        for version in versions() {
            let mut frame = vec![0; sum.len()];
            (version.turn_down)(&sum, &own, &gains, &mut frame);
            for (i, (sample, out)) in zip(differences(&sum, &own), &frame).enumerate() {
                let (from, to) = (gains[i / block], gains[i / block + 1]);
                let step = (to - from) / block as f32;
                let limited = sample as i32 as f32 * (from + step * (i % block) as f32);
                // The cast saturates.
                let expected = limited.round_ties_even() as i16;
                prop_assert_eq!(*out, expected, "{} at {}", version.name, i);
            }
        }
    }

    #[test]
    fn voices_are_taken_out_of_a_mix(
        (mix, own, gains) in lengths().prop_flat_map(|len| {
            (vec(sample(), len), vec(sample(), len), vec(0..=i16::MAX, len))
        }),
    ) {
        for version in versions() {
            let mut frame = vec![0; mix.len()];
            (version.take_out)(&mix, &own, &gains, &mut frame);
            for (i, out) in frame.into_iter().enumerate() {
                let product = f64::from(own[i]) * f64::from(gains[i]) / f64::from(1 << 16);
                let part = (product.floor() + 2.0) / 4.0;
                let expected = (f64::from(mix[i]) - part.floor()) as i16;
                prop_assert_eq!(out, expected, "{} at {}", version.name, i);
            }
        }
    }

    #[test]
    fn filters_add_their_products_in_one_order(
        samples in vec(-1.0e5..1.0e5_f32, 0..400),
        taps in vec(-1.0..1.0_f32, 1..320),
        step in 1..7_usize,
    ) {
        let factor = step.min(taps.len());
        let window = taps.len() / factor;
        let up = &taps[..window * factor];
        let filters = || up.chunks(window);
        let raised: Vec<u32> = samples
            .windows(window)
            .flat_map(|samples| filters().map(|taps| dot(samples, taps).to_bits()))
            .collect();
        let lowered: Vec<u32> =
            samples.windows(taps.len()).step_by(step).map(|w| dot(w, &taps).to_bits()).collect();
        for version in versions() {
            let mut output = vec![0.0; raised.len()];
            (version.raise)(&samples, window, up, &mut output);
            let bits: Vec<u32> = output.iter().map(|sample| sample.to_bits()).collect();
            prop_assert_eq!(&bits, &raised, "{}", version.name);
            let mut output = vec![0.0; lowered.len()];
            (version.lower)(&samples, step, &taps, &mut output);
            let bits: Vec<u32> = output.iter().map(|sample| sample.to_bits()).collect();
            prop_assert_eq!(&bits, &lowered, "{}", version.name);
        }
    }

    #[test]
    fn samples_are_rounded_and_held_in_range(samples in vec(-1.0e10..1.0e10_f32, 0..400)) {
        let voices: Vec<f32> = samples.iter().map(|sample| sample / 1.0e5).collect();
        for version in versions() {
            let mut frame = vec![0; samples.len()];
            (version.round_voice)(&voices, &mut frame);
            for (out, sample) in zip(frame, &voices) {
                // The cast saturates.
                prop_assert_eq!(out, sample.round_ties_even() as i16, "{}", version.name);
            }
            let mut sum = vec![0; samples.len()];
            (version.round_sum)(&samples, &mut sum);
            for (out, sample) in zip(sum, &samples) {
                let nearest = f64::from(*sample).clamp(f64::from(i32::MIN), f64::from(i32::MAX));
                prop_assert!((f64::from(out) - nearest).abs() <= 0.5, "{} {out}", version.name);
            }
        }
    }
}

/// Sixteen chains side by side, then in pairs.
fn dot(samples: &[f32], taps: &[f32]) -> f32 {
    let mut chains = [0.0_f32; 16];
    for (i, (sample, tap)) in zip(samples, taps).enumerate() {
        chains[i % 16] += sample * tap;
    }
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            chains[i] += chains[i + half];
        }
    }
    chains[0]
}

#[test]
fn extremes_do_not_overflow() {
    for version in versions() {
        for len in [1, 160, 320, 960, 10_001] {
            let frame = vec![i16::MIN; len];
            assert_eq!((version.energy)(&frame), len as u64 * (1 << 30), "{}", version.name);
        }
        let peak = i32::MAX - 32_767;
        for (sum, own, peak) in [(i32::MAX, i16::MAX, peak), (i32::MIN, i16::MIN, peak - 1)] {
            for len in [160, 320, 960, 977] {
                let (sum, own) = (vec![sum; len], vec![own; len]);
                let mut frame = vec![0; len];
                assert!(!(version.narrow)(&sum, &own, &mut frame), "{}", version.name);
                let mut peaks = [0; BLOCKS];
                (version.peaks)(&sum, &own, &mut peaks);
                assert_eq!(peaks, [peak; BLOCKS], "{}", version.name);
            }
        }
    }
}
