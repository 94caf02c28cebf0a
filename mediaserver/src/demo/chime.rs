//! The welcome: a few bells, as the WAV file that the application server sends along in its request.

use std::f32::consts::TAU;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use media_io::wav::{RecordError, Recorder};

use super::{RATE_HZ, milliseconds};

/// The bells, in Hz. No voice has its pitches there.
pub(super) const BELLS_HZ: [f32; 4] = [523.25, 659.25, 783.99, 1_046.5];

/// From bell to bell.
const STEP_MS: u64 = 170;

/// How long the last one rings.
const RING_MS: u64 = 500;

/// Of full scale, each bell.
const AMPLITUDE: f32 = 0.16;

/// The samples, at 8 kHz.
pub(super) fn samples() -> Vec<i16> {
    let step = milliseconds(STEP_MS);
    let ring = milliseconds(RING_MS);
    let length = step * (BELLS_HZ.len() - 1) + ring;
    let at = |n: usize| {
        let bells = BELLS_HZ.iter().enumerate();
        let sum: f32 = bells.map(|(k, &hz)| bell(hz, n.checked_sub(k * step), ring)).sum();
        (sum * 32_767.0).round() as i16
    };
    (0..length).map(at).collect()
}

/// The file, as a `data:` URI.
pub(super) fn uri() -> Result<String, RecordError> {
    let mut file = Cursor::new(Vec::new());
    let mut recorder = Recorder::new(&mut file, RATE_HZ as u32)?;
    recorder.write(&samples())?;
    recorder.finish()?;
    Ok(format!("data:audio/wav;base64,{}", STANDARD.encode(file.into_inner())))
}

/// One sample of a bell that was struck `since` samples ago.
fn bell(frequency_hz: f32, since: Option<usize>, ring: usize) -> f32 {
    let Some(n) = since.filter(|n| *n < ring) else { return 0.0 };
    let struck = (n as f32 / milliseconds(4) as f32).min(1.0);
    let left = 1.0 - n as f32 / ring as f32;
    AMPLITUDE * struck * left * left * (TAU * frequency_hz * n as f32 / RATE_HZ as f32).sin()
}
