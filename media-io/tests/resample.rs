//! Changing the sampling rate keeps the audible band, its level and its place in time.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::f64::consts::TAU;

use media_io::resample::{
    ClipResampler, Downsampler, Ratio, ResampleError, Upsampler, converted_len, resample_clip,
};
use proptest::prelude::*;

/// Rates found in files, and some that no one should use.
const RATES_HZ: [u32; 13] = [
    1_000, 8_000, 11_025, 11_111, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 383_987,
    384_000,
];

const RATIOS: [Ratio; 3] = [Ratio::Two, Ratio::Three, Ratio::Six];

/// Samples of a live frame at 8 kHz.
const FRAME: usize = 160;

fn sine(hz: f64, rate_hz: u32, samples: usize) -> Vec<f32> {
    (0..samples).map(|n| (0.5 * (TAU * hz * n as f64 / f64::from(rate_hz)).sin()) as f32).collect()
}

/// Amplitude and phase (in radians, relative to a sine that starts at sample 0) of the tone of
/// `hz`, measured over the inner part of the signal, away from its ends.
fn tone(signal: &[f32], hz: f64, rate_hz: u32, margin: usize) -> (f64, f64) {
    let inner = margin..signal.len() - margin;
    let (mut re, mut im, mut weight) = (0.0, 0.0, 0.0);
    for n in inner.clone() {
        let angle = TAU * hz * n as f64 / f64::from(rate_hz);
        // A Hann window: the span need not hold whole periods.
        let place = (n - inner.start) as f64 / inner.len() as f64;
        let window = 0.5 - 0.5 * (TAU * place).cos();
        re += window * f64::from(signal[n]) * angle.sin();
        im += window * f64::from(signal[n]) * angle.cos();
        weight += window / 2.0;
    }
    ((re * re + im * im).sqrt() / weight, im.atan2(re))
}

fn db(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

fn rms(signal: &[f32]) -> f64 {
    let sum: f64 = signal.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / signal.len() as f64).sqrt()
}

#[test]
fn a_clip_keeps_level_and_place_of_a_tone_at_every_pair_of_rates() {
    for from_hz in RATES_HZ {
        for to_hz in RATES_HZ {
            let hz = 0.25 * f64::from(from_hz.min(to_hz));
            let input = sine(hz, from_hz, from_hz as usize / 2);
            let output = resample_clip(&input, from_hz, to_hz).unwrap();
            let (level, phase) = tone(&output, hz, to_hz, output.len() / 8);
            let off_db = db(level / 0.5);
            assert!(off_db.abs() < 0.1, "{from_hz} to {to_hz}: level off by {off_db} dB");
            // A quarter of the lower rate: a shift of one of its samples would be 90 degrees.
            assert!(phase.abs() < 0.01, "{from_hz} to {to_hz}: phase off by {phase} rad");
        }
    }
}

#[test]
fn a_clip_at_8_khz_passes_the_telephone_band() {
    for from_hz in [8_001, 16_000, 22_050, 44_100, 44_101, 48_000, 95_999] {
        for hz in [100.0, 300.0, 1_000.0, 2_500.0, 3_300.0, 3_600.0] {
            let output =
                resample_clip(&sine(hz, from_hz, from_hz as usize), from_hz, 8_000).unwrap();
            let off_db = db(tone(&output, hz, 8_000, 800).0 / 0.5);
            assert!(off_db.abs() < 0.1, "{from_hz} Hz, tone of {hz} Hz: off by {off_db} dB");
        }
    }
}

#[test]
fn a_clip_at_8_khz_holds_no_aliases() {
    for from_hz in [16_000, 22_050, 44_100, 44_101, 48_000, 95_999] {
        for hz in [4_100.0, 4_300.0, 4_700.0, 5_000.0, 7_000.0, 7_900.0] {
            let output =
                resample_clip(&sine(hz, from_hz, from_hz as usize), from_hz, 8_000).unwrap();
            let inner = &output[800..output.len() - 800];
            let left_db = db(rms(inner) / (0.5 / 2f64.sqrt()));
            assert!(left_db < -60.0, "{from_hz} Hz, tone of {hz} Hz: {left_db} dB are left");
        }
    }
}

#[test]
fn a_click_stays_where_it_was() {
    for (from_hz, to_hz) in [(48_000, 8_000), (44_100, 8_000), (8_000, 48_000), (11_025, 8_000)] {
        let second = from_hz as usize;
        let mut input = vec![0.0; second];
        // A click at exactly one quarter of a second, for rates that can be divided by four;
        // else as near as a sample can be.
        input[second / 4] = 1.0;
        let output = resample_clip(&input, from_hz, to_hz).unwrap();
        let loudest =
            (0..output.len()).max_by(|a, b| output[*a].abs().total_cmp(&output[*b].abs())).unwrap();
        assert_eq!(loudest, to_hz as usize / 4, "{from_hz} to {to_hz}");
    }
}

#[test]
fn pieces_of_any_length_give_the_same_clip() {
    for (from_hz, to_hz) in [(44_100, 8_000), (8_000, 44_100), (383_987, 8_000), (8_000, 8_000)] {
        let input = sine(700.0, from_hz, from_hz as usize / 10);
        let whole = resample_clip(&input, from_hz, to_hz).unwrap();
        for piece in [1, 7, 4_096] {
            let mut resampler = ClipResampler::new(input.len(), from_hz, to_hz).unwrap();
            let mut output = Vec::new();
            input.chunks(piece).for_each(|piece| resampler.push(piece, &mut output));
            resampler.finish(&mut output);
            assert!(output == whole, "{from_hz} to {to_hz} in pieces of {piece}");
        }
    }
}

/// A clip that breaks off is filled up with silence, and one that is too long is cut.
#[test]
fn the_length_that_was_announced_is_kept() {
    for (samples, to_hz) in [(0, 8_000), (100, 8_000), (5_000, 8_000), (5_000, 16_000)] {
        let mut resampler = ClipResampler::new(1_000, 16_000, to_hz).unwrap();
        let mut output = Vec::new();
        resampler.push(&vec![0.5; samples], &mut output);
        resampler.finish(&mut output);
        assert_eq!(output.len(), converted_len(1_000, 16_000, to_hz), "{samples} samples");
    }
}

#[test]
fn equal_rates_change_nothing() {
    let input = sine(440.0, 44_100, 1_000);
    assert_eq!(resample_clip(&input, 44_100, 44_100).unwrap(), input);
}

#[test]
fn rates_out_of_range_are_refused() {
    for (from_hz, to_hz) in [(0, 8_000), (999, 8_000), (384_001, 8_000), (8_000, 0)] {
        let refused = resample_clip(&[0.0; 8], from_hz, to_hz);
        assert!(matches!(refused, Err(ResampleError::Rate { .. })), "{from_hz} to {to_hz}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_length_is_exact(samples in 0_usize..5_000, from in 0..RATES_HZ.len(), to in 0..RATES_HZ.len()) {
        let (from_hz, to_hz) = (RATES_HZ[from], RATES_HZ[to]);
        let output = resample_clip(&vec![0.1; samples], from_hz, to_hz).unwrap();
        let exact = (samples as f64 * f64::from(to_hz) / f64::from(from_hz)).round() as usize;
        prop_assert_eq!(output.len(), exact);
        prop_assert_eq!(converted_len(samples, from_hz, to_hz), exact);
    }
}

/// Runs a live stream at 8 kHz frame by frame to the higher rate.
fn raised(ratio: Ratio, input: &[f32]) -> Vec<f32> {
    let mut upsampler = Upsampler::new(ratio);
    let mut output = vec![0.0; input.len() * ratio.factor()];
    let frames = output.chunks_mut(FRAME * ratio.factor());
    for (frame, out) in input.chunks(FRAME).zip(frames) {
        assert_eq!(upsampler.process(frame, out), frame.len() * ratio.factor());
    }
    output
}

/// Runs a live stream at the higher rate frame by frame to 8 kHz.
fn lowered(ratio: Ratio, input: &[f32]) -> Vec<f32> {
    let mut downsampler = Downsampler::new(ratio);
    let mut output = vec![0.0; input.len() / ratio.factor()];
    let frames = input.chunks(FRAME * ratio.factor());
    for (frame, out) in frames.zip(output.chunks_mut(FRAME)) {
        assert_eq!(downsampler.process(frame, out), frame.len() / ratio.factor());
    }
    output
}

fn high_rate(ratio: Ratio) -> u32 {
    8_000 * ratio.factor() as u32
}

#[test]
fn live_audio_passes_the_telephone_band_both_ways() {
    for ratio in RATIOS {
        for hz in [50.0, 300.0, 1_000.0, 2_000.0, 3_000.0, 3_300.0] {
            let up = raised(ratio, &sine(hz, 8_000, 8_000));
            let off_db = db(tone(&up, hz, high_rate(ratio), 4_000).0 / 0.5);
            assert!(off_db.abs() < 0.1, "up {ratio:?}, {hz} Hz: off by {off_db} dB");

            let down = lowered(ratio, &sine(hz, high_rate(ratio), high_rate(ratio) as usize));
            let off_db = db(tone(&down, hz, 8_000, 800).0 / 0.5);
            assert!(off_db.abs() < 0.1, "down {ratio:?}, {hz} Hz: off by {off_db} dB");
        }
    }
}

#[test]
fn live_audio_holds_no_images_when_raised() {
    for ratio in RATIOS {
        for hz in [300.0, 1_000.0, 3_300.0] {
            let up = raised(ratio, &sine(hz, 8_000, 8_000));
            for image_hz in (1..ratio.factor()).map(|n| 8_000.0 * n as f64 - hz) {
                if image_hz < f64::from(high_rate(ratio)) / 2.0 {
                    let left_db = db(tone(&up, image_hz, high_rate(ratio), 4_000).0 / 0.5);
                    assert!(left_db < -60.0, "{ratio:?}, {hz} Hz: {left_db} dB at {image_hz} Hz");
                }
            }
        }
    }
}

#[test]
fn live_audio_holds_no_aliases_when_lowered() {
    for ratio in RATIOS {
        let rate_hz = high_rate(ratio);
        for hz in [4_500.0, 4_700.0, 5_000.0, 6_000.0, 7_900.0] {
            let down = lowered(ratio, &sine(hz, rate_hz, rate_hz as usize));
            let left_db = db(rms(&down[800..7_200]) / (0.5 / 2f64.sqrt()));
            assert!(left_db < -60.0, "{ratio:?}, {hz} Hz: {left_db} dB are left");
        }
    }
}

#[test]
fn live_audio_is_delayed_by_3_ms_each_way() {
    for ratio in RATIOS {
        let hz = 100.0;
        let up = raised(ratio, &sine(hz, 8_000, 8_000));
        let (_, phase) = tone(&up, hz, high_rate(ratio), 4_000);
        let delay_ms = -phase / (TAU * hz) * 1_000.0;
        assert!((2.9..=3.0).contains(&delay_ms), "up {ratio:?}: {delay_ms} ms");

        let down = lowered(ratio, &sine(hz, high_rate(ratio), high_rate(ratio) as usize));
        let (_, phase) = tone(&down, hz, 8_000, 800);
        let delay_ms = -phase / (TAU * hz) * 1_000.0;
        assert!((2.85..=3.0).contains(&delay_ms), "down {ratio:?}: {delay_ms} ms");
    }
}

#[test]
fn frames_of_any_size_give_the_same_stream() {
    let input = sine(700.0, 8_000, 480);
    let whole = raised(Ratio::Six, &input);
    let mut upsampler = Upsampler::new(Ratio::Six);
    let mut pieces = Vec::new();
    for piece in input.chunks(7) {
        let mut out = vec![0.0; piece.len() * 6];
        upsampler.process(piece, &mut out);
        pieces.extend(out);
    }
    assert_eq!(pieces, whole);
}

#[test]
fn live_conversion_never_allocates() {
    let input = [0.25_f32; FRAME];
    let mut high = [0.0_f32; FRAME * 6];
    let mut low = [0.0_f32; FRAME];
    let mut upsampler = Upsampler::new(Ratio::Six);
    let mut downsampler = Downsampler::new(Ratio::Six);
    assert_no_alloc::assert_no_alloc(|| {
        upsampler.process(&input, &mut high);
        downsampler.process(&high, &mut low);
    });
}

#[global_allocator]
static TRAP: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
