//! Loud steady tones: learned in a second, kept out from then on, and nothing else is.

use super::signals::{Coding, Random, Signal, amplitude_dbov, power_dbov};
use super::{gains, heard_ms};
use crate::treatment::LOOKAHEAD_FRAMES;
use crate::treatment::tone::ToneClamp;

/// Ring-back and dial tones, fax (T.30), and howls.
const TONES_HZ: [f64; 11] =
    [200.0, 263.0, 425.0, 450.0, 950.0, 1_100.0, 1_400.0, 2_100.0, 2_800.0, 3_250.0, 3_800.0];
const RATES_HZ: [usize; 3] = [8_000, 16_000, 48_000];
/// Twice as loud as what counts as loud.
const LOUD_DBOV: f64 = -15.0;
/// How long a tone takes to be learned, with the time it takes to be sure.
const LEARNED_MS: f64 = 1_040.0;

/// What the clamp does to a signal.
fn clamped(samples: &[i16], rate_hz: usize, lookahead_frames: usize) -> Vec<f32> {
    let mut clamp = ToneClamp::new(lookahead_frames);
    gains(samples, rate_hz, lookahead_frames, |frame| clamp.hear(frame))
}

#[test]
fn a_steady_tone_is_heard_for_a_second() {
    let seed = 11;
    let mut random = Random(seed);
    for rate_hz in RATES_HZ {
        for hz in TONES_HZ {
            for noise_db in [-60.0, -20.0, -15.0] {
                let mut signal = Signal::silence(rate_hz, 3_000.0);
                let span = signal.span(107.0, 2_500.0);
                signal.tone(hz, amplitude_dbov(LOUD_DBOV), span.clone(), 0.0);
                let width = rate_hz as f64 / 8_000.0;
                signal.noise(power_dbov(LOUD_DBOV + noise_db) * width.sqrt(), &mut random);
                let gains = clamped(&signal.coded(Coding::MuLaw), rate_hz, 0);
                let heard = heard_ms(&gains[span.clone()], rate_hz);
                let case = format!("{hz} Hz at {rate_hz}, noise {noise_db} dB, seed {seed}");
                assert!((900.0..LEARNED_MS).contains(&heard), "{case}: {heard} ms");
                let after = heard_ms(&gains[span.end..], rate_hz);
                assert!(after > 393.0 - 60.0, "{case}: is released late, {after}");
            }
        }
    }
}

/// Bursts of so many ms each `period_ms`, and what is heard of each in ms.
fn bursts(hz: impl Fn(usize) -> f64, on_ms: f64, period_ms: f64, lookahead: usize) -> Vec<f64> {
    const BURSTS: usize = 5;
    let mut signal = Signal::silence(8_000, 200.0 + BURSTS as f64 * period_ms);
    let begin = |burst: usize| 113.0 + burst as f64 * period_ms;
    let spans: Vec<_> = (0..BURSTS).map(|i| signal.span(begin(i), on_ms)).collect();
    for (i, span) in spans.iter().enumerate() {
        signal.tone(hz(i), amplitude_dbov(LOUD_DBOV), span.clone(), 2.0);
    }
    let gains = clamped(&signal.coded(Coding::ALaw), 8_000, lookahead);
    spans.into_iter().map(|span| heard_ms(&gains[span], 8_000)).collect()
}

#[test]
fn bursts_add_up_and_are_kept_out_at_once_when_learned() {
    // CNG: 0.5 s in 3.5 s (T.30), heard as two and a bit.
    let heard = bursts(|_| 1_100.0, 500.0, 3_500.0, LOOKAHEAD_FRAMES);
    assert!(heard[0] > 490.0 && heard[3..].iter().all(|ms| *ms == 0.0), "{heard:?}");
    // Ring-back: 1 s in 5 s.
    let heard = bursts(|_| 425.0, 1_000.0, 5_000.0, LOOKAHEAD_FRAMES);
    assert!(heard[0] > 900.0 && heard[2..].iter().all(|ms| *ms == 0.0), "{heard:?}");
    // Without look-ahead the first frames of each burst are heard.
    let heard = bursts(|_| 425.0, 1_000.0, 5_000.0, 0);
    assert!(heard[2..].iter().all(|ms| *ms <= 60.0), "{heard:?}");
}

#[test]
fn tones_of_another_frequency_are_another_tone() {
    let heard = bursts(|burst| 400.0 + 30.0 * burst as f64, 700.0, 1_500.0, LOOKAHEAD_FRAMES);
    assert!(heard.iter().all(|ms| *ms >= 699.0), "{heard:?}");
    let heard = bursts(|burst| [425.0, 430.0][burst % 2], 700.0, 1_500.0, LOOKAHEAD_FRAMES);
    assert!(heard[2..].iter().all(|ms| *ms == 0.0), "{heard:?}");
}

#[test]
fn a_tone_is_forgotten_after_half_a_minute() {
    let heard = bursts(|_| 425.0, 900.0, 32_000.0, LOOKAHEAD_FRAMES);
    assert!(heard.iter().all(|ms| *ms > 890.0), "{heard:?}");
}

#[test]
fn a_howl_that_is_clipped_is_still_a_tone() {
    for hz in TONES_HZ {
        let mut signal = Signal::silence(8_000, 3_000.0);
        let span = signal.span(0.0, 3_000.0);
        signal.tone(hz, 300_000.0, span, 0.0);
        // The cast to 16 bits saturates.
        let gains = clamped(&signal.coded(Coding::Linear), 8_000, 0);
        assert!(heard_ms(&gains, 8_000) < LEARNED_MS, "{hz}");
    }
}

#[test]
fn what_is_no_loud_single_tone_passes() {
    let passes = |name: &str, tones: &[(f64, f64)]| {
        let mut signal = Signal::silence(8_000, 4_000.0);
        for (hz, dbov) in tones {
            let span = signal.span(0.0, 4_000.0);
            signal.tone(*hz, amplitude_dbov(*dbov), span, 1.0);
        }
        let gains = clamped(&signal.coded(Coding::MuLaw), 8_000, LOOKAHEAD_FRAMES);
        assert!(gains.iter().all(|gain| *gain == 1.0), "{name}");
    };
    passes("a quiet tone", &[(425.0, -18.5)]);
    passes("ring-back of two tones", &[(440.0, -14.0), (480.0, -14.0)]);
    passes("a key", &[(770.0, -14.0), (1_336.0, -14.0)]);
    passes("a chord", &[(262.0, -16.0), (330.0, -16.0), (392.0, -16.0)]);
    passes("an octave", &[(440.0, -14.0), (880.0, -17.0)]);
}

#[test]
fn a_glide_and_a_vibrato_pass() {
    for (name, depth, per_second) in [("glide", 0.3, 0.25), ("vibrato", 0.02, 5.5)] {
        let mut phase = 0.0;
        let samples: Vec<i16> = (0..32_000)
            .map(|i| {
                let t = f64::from(i) / 8_000.0;
                let swing = (std::f64::consts::TAU * per_second * t).sin();
                phase += std::f64::consts::TAU * 440.0 * (1.0 + depth * swing) / 8_000.0;
                (amplitude_dbov(LOUD_DBOV) * phase.sin()) as i16
            })
            .collect();
        let gains = clamped(&samples, 8_000, LOOKAHEAD_FRAMES);
        assert!(gains.iter().all(|gain| *gain == 1.0), "{name}");
    }
}

#[test]
fn speech_over_a_known_tone_passes() {
    let mut samples = speech::Talker::new(speech::Voice::Man, 8_000).talk(3, 10);
    speech::bring_to(&mut samples, 8_000, -16.0);
    let mut signal = Signal::silence(8_000, 2_000.0);
    let span = signal.span(0.0, 2_000.0);
    signal.tone(425.0, amplitude_dbov(LOUD_DBOV), span, 1.0);
    let tone = signal.coded(Coding::Linear);
    let over: Vec<i16> = tone
        .iter()
        .cycle()
        .zip(&samples)
        .map(|(tone, voice)| tone.saturating_add(*voice))
        .collect();
    let gains = clamped(&[tone, over.clone()].concat(), 8_000, LOOKAHEAD_FRAMES);
    let is_loud = |frame: &&[i16]| frame.iter().any(|sample| sample.unsigned_abs() > 9_000);
    let frames = samples.chunks_exact(160).zip(gains[16_000..].chunks_exact(160));
    let loud: Vec<_> = frames.filter(|(voice, _)| is_loud(voice)).collect();
    // The ramps next to a pause, in which the tone is silenced, may reach into them.
    let lost = loud.iter().filter(|(_, gains)| gains.iter().sum::<f32>() < 100.0).count();
    assert!(loud.len() > 50 && lost * 10 < loud.len(), "{lost} of {} frames", loud.len());
}
