//! Whole clips from any rate to any rate, through rubato's FFT resampler.
//!
//! The output holds exactly `round(n · out / in)` samples and its first sample lies at the same
//! instant as the input's: the delay of the filter is cut off. Allocates; for the control side and
//! its workers only.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

/// Lowest and highest rate accepted on either side, in Hz.
pub const RATE_HZ: std::ops::RangeInclusive<u32> = 1_000..=384_000;

/// Length of one FFT block on its shorter side, in samples. The filter is as long as one block, so
/// this sets how sharp it is: 1024 at 8 kHz passes up to 3.9 kHz.
const BLOCK_SAMPLES_MIN: usize = 1_024;

/// Why a clip could not be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResampleError {
    /// A rate lies outside [`RATE_HZ`].
    #[error("a sampling rate of {rate_hz} Hz is outside 1000 to 384000 Hz")]
    Rate {
        /// The rate that was asked for.
        rate_hz: u32,
    },
    /// The resampler refused: its own words.
    #[error("resampling from {from_hz} to {to_hz} Hz failed: {reason}")]
    Refused {
        /// Rate of the input.
        from_hz: u32,
        /// Rate of the output.
        to_hz: u32,
        /// What rubato said.
        reason: String,
    },
}

/// Converts a whole mono clip from `from_hz` to `to_hz`. Equal rates return the input unchanged,
/// bit for bit.
///
/// # Errors
/// When a rate lies outside [`RATE_HZ`].
pub fn resample_clip(input: Vec<f32>, from_hz: u32, to_hz: u32) -> Result<Vec<f32>, ResampleError> {
    for rate_hz in [from_hz, to_hz] {
        if !RATE_HZ.contains(&rate_hz) {
            return Err(ResampleError::Rate { rate_hz });
        }
    }
    if from_hz == to_hz || input.is_empty() {
        return Ok(input);
    }
    let mut output = convert(&input, from_hz, to_hz).map_err(|reason| ResampleError::Refused {
        from_hz,
        to_hz,
        reason,
    })?;
    output.resize(converted_len(input.len(), from_hz, to_hz), 0.0);
    Ok(output)
}

/// How many samples a clip of `samples` has after conversion: `round(samples · to / from)`.
#[must_use]
pub fn converted_len(samples: usize, from_hz: u32, to_hz: u32) -> usize {
    let from = u128::from(from_hz.max(1));
    let exact = (samples as u128 * u128::from(to_hz) * 2 + from) / (2 * from);
    usize::try_from(exact).unwrap_or(usize::MAX)
}

fn convert(input: &[f32], from_hz: u32, to_hz: u32) -> Result<Vec<f32>, String> {
    let mut resampler = Fft::<f32>::new_custom(
        from_hz as usize,
        to_hz as usize,
        block_samples_in(from_hz, to_hz),
        1,
        1,
        WindowFunction::BlackmanHarris2,
        FixedSync::Input,
    )
    .map_err(|error| error.to_string())?;
    let adapter = SequentialSlice::new(input, 1, input.len()).map_err(|error| error.to_string())?;
    let output =
        resampler.process_all(&adapter, input.len(), None).map_err(|error| error.to_string())?;
    Ok(output.take_data())
}

/// Input samples of one FFT block. Blocks on both sides are an even multiple of the reduced ratio,
/// so half a block, which is the delay that gets cut off, is a whole number of samples.
fn block_samples_in(from_hz: u32, to_hz: u32) -> usize {
    let divisor = gcd(from_hz, to_hz);
    let (step_in, step_out) = ((from_hz / divisor) as usize, (to_hz / divisor) as usize);
    let pairs = BLOCK_SAMPLES_MIN.div_ceil(2 * step_in.min(step_out));
    2 * pairs * step_in
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}
