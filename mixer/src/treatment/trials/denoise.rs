//! Noise goes, speech stays, and nothing is allocated on the way. (White noise up to 24 kHz, which no
//! room has, the network may take for speech.)

use speech::{Talker, Voice, active_level_dbov, bring_to};

use super::signals::{Random, power_dbov};
use crate::realtime::forbid_allocation;
use crate::treatment::denoise::{DELAY_MS, Denoiser, warm_up};

const VOICE_DBOV: f64 = -22.0;
const NOISE_DBOV: f64 = -45.0;
/// The network listens for as long before it knows the noise.
const KNOWN_S: usize = 2;

fn level_dbov(samples: &[i16]) -> f64 {
    let power: f64 =
        samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64;
    10.0 * (power / power_dbov(0.0)).log10()
}

#[test]
fn a_noise_is_turned_down_and_the_voice_in_it_is_not() {
    warm_up();
    let seed = 12;
    let mut random = Random(seed);
    for rate_hz in [8_000, 16_000, 48_000] {
        let second = rate_hz as usize;
        let mut samples = vec![0; 5 * second];
        let mut voice = Talker::new(Voice::Woman, rate_hz).talk(seed, 10);
        bring_to(&mut voice, rate_hz, VOICE_DBOV);
        samples.append(&mut voice);
        // A room's: half the power is below 800 Hz.
        let keep = (-std::f64::consts::TAU * 800.0 / f64::from(rate_hz)).exp();
        let deviation = (power_dbov(NOISE_DBOV) * (1.0 - keep * keep)).sqrt();
        let mut noise = 0.0;
        for sample in &mut samples {
            noise = keep * noise + deviation * random.normal();
            *sample += noise as i16;
        }
        let mut denoiser = Denoiser::new(rate_hz);
        let mut cleaned = samples.clone();
        for frame in cleaned.chunks_exact_mut(second / 50) {
            forbid_allocation(|| denoiser.clean(frame));
        }
        let noise = KNOWN_S * second..5 * second;
        let less = level_dbov(&samples[noise.clone()]) - level_dbov(&cleaned[noise]);
        let voices = [&samples, &cleaned].map(|s| active_level_dbov(&s[5 * second..], rate_hz));
        println!(
            "denoise at {rate_hz} Hz, seed {seed}: noise {less:.1} dB less, voice {voices:.1?}"
        );
        assert!(less > 10.0, "{rate_hz} Hz, seed {seed}: the noise is {less} dB less");
        assert!((voices[0] - voices[1]).abs() < 2.0, "{rate_hz} Hz, seed {seed}: {voices:?} dBov");
    }
}

#[test]
fn a_voice_is_late_by_no_more_than_it_is_said_to_be() {
    warm_up();
    for rate_hz in [8_000, 16_000, 48_000_u32] {
        let mut voice = Talker::new(Voice::Man, rate_hz).talk(13, 4);
        bring_to(&mut voice, rate_hz, VOICE_DBOV);
        let mut cleaned = voice.clone();
        let mut denoiser = Denoiser::new(rate_hz);
        cleaned.chunks_exact_mut(rate_hz as usize / 50).for_each(|frame| denoiser.clean(frame));
        let alike = |late: usize| -> f64 {
            let pairs = voice.iter().zip(&cleaned[late..]);
            pairs.map(|(before, after)| f64::from(*before) * f64::from(*after)).sum()
        };
        let late = (0..rate_hz as usize / 25).max_by(|a, b| alike(*a).total_cmp(&alike(*b)));
        let late_ms = late.unwrap_or_default() as f64 * 1_000.0 / f64::from(rate_hz);
        assert!((8.0..=DELAY_MS as f64).contains(&late_ms), "{rate_hz} Hz: {late_ms} ms");
    }
}
