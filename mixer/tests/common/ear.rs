//! Listening to recordings: how loud is a tone in them.

use std::f64::consts::TAU;

use mixer::port::Rate;

use super::caller::Line;

/// How far the level of a tone that is heard may be off, in dB.
const WANTED_WITHIN_DB: f64 = 1.0;
/// The level of a tone that is not heard, relative to that at which it was hummed.
const UNWANTED_BELOW_DB: f64 = -50.0;

/// The tone of a caller: `a` hums 400 Hz, each further letter 100 Hz more. A frame holds a whole
/// number of periods of each, so tones never leak into one another.
pub fn tone_of(name: char) -> u32 {
    400 + 100 * (u32::from(name) - u32::from('a'))
}

/// Whether the hum of `line` is in the recording; its level relative to how it was hummed when it
/// is neither right nor absent.
pub fn hears(samples: &[i16], rate: Rate, line: &Line) -> Result<bool, f64> {
    let heard = amplitude_at(rate, samples, line.tone_hz);
    let relative_db = 20.0 * (heard / line.amplitude()).log10();
    match relative_db {
        db if db.abs() <= WANTED_WITHIN_DB => Ok(true),
        db if db < UNWANTED_BELOW_DB => Ok(false),
        db => Err(db),
    }
}

/// Amplitude of one frequency in a narrow-band recording.
pub fn amplitude(samples: &[i16], tone_hz: u32) -> f64 {
    amplitude_at(Rate::Narrow, samples, tone_hz)
}

/// Amplitude of one frequency in a recording, by correlation (one bin of a DFT).
pub fn amplitude_at(rate: Rate, samples: &[i16], tone_hz: u32) -> f64 {
    let step = TAU * f64::from(tone_hz) / f64::from(rate.hz());
    let (mut re, mut im) = (0.0, 0.0);
    for (i, sample) in samples.iter().enumerate() {
        let (sin, cos) = (step * i as f64).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    re.hypot(im) * 2.0 / samples.len() as f64
}

/// The largest step between two neighbouring samples.
pub fn largest_jump(samples: &[i16]) -> i32 {
    let jumps = samples.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs());
    jumps.max().unwrap_or(0)
}
