//! A file in memory to a clip that a player can play.

use std::sync::Arc;
use std::time::Duration;

use super::fault::WavFault;
use super::format::{self, Format};
use super::{riff, samples};
use crate::resample::{ClipResampler, converted_len};

/// What a file may hold at most. While a file is decoded, four bytes for each sample of the result
/// are held besides the file itself, and less than 2 MB more; with the defaults all together stays
/// below 160 MB at 8 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes. Default 32 MiB: half an hour of 16 bit mono at 8 kHz is 29 MB.
    pub file_bytes_max: usize,
    /// Channels. Default 32.
    pub channels_max: u16,
    /// Lowest sampling rate in Hz. Default 1 kHz.
    pub rate_hz_min: u32,
    /// Highest sampling rate in Hz. Default 384 kHz.
    pub rate_hz_max: u32,
    /// Playing time. Default 1 hour.
    pub duration_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file_bytes_max: 32 << 20,
            channels_max: 32,
            rate_hz_min: *crate::resample::RATE_HZ.start(),
            rate_hz_max: *crate::resample::RATE_HZ.end(),
            duration_max: Duration::from_secs(60 * 60),
        }
    }
}

/// A decoded file: one channel, ready to be played any number of times.
#[derive(Clone, Debug)]
pub struct Clip {
    /// The samples, 16 bit, at [`rate_hz`](Self::rate_hz).
    pub samples: Arc<[i16]>,
    /// Sampling rate of [`samples`](Self::samples) in Hz.
    pub rate_hz: u32,
    /// How the file was coded.
    pub source: Format,
    /// Whether the file ended before the samples it announced; what was there is in
    /// [`samples`](Self::samples).
    pub truncated: bool,
}

impl Clip {
    /// How long the clip plays.
    #[must_use]
    pub fn duration(&self) -> Duration {
        playing_time(self.samples.len(), self.rate_hz)
    }
}

/// Decodes a whole file to mono at `rate_hz`. 16 bit mono files of that rate come out bit for
/// bit; several channels are averaged; other rates are converted without a shift, to
/// `round(frames · rate_hz / file's rate)` samples. A file that was cut short or streamed is
/// played as far as it goes. A file without samples gives an empty clip.
///
/// Allocates and may take tens of ms: for a worker thread.
///
/// # Errors
/// A [`WavFault`] that says what is wrong and where.
pub fn decode(file: &[u8], rate_hz: u32, limits: &Limits) -> Result<Clip, WavFault> {
    if file.len() > limits.file_bytes_max {
        return Err(WavFault::FileTooLarge { bytes: file.len(), limit: limits.file_bytes_max });
    }
    let layout = riff::layout(file)?;
    let source = format::parse(layout.format, layout.format_at, limits)?;
    let frames = layout.data.len() / source.frame_bytes();
    check_duration(frames, source.rate_hz, limits)?;
    let mut resampler = ClipResampler::new(frames, source.rate_hz, rate_hz)?;
    let mut samples = Vec::with_capacity(converted_len(frames, source.rate_hz, rate_hz));
    let mut block = Vec::new();
    samples::mono(layout.data, source, |mono| {
        resampler.push(mono, &mut block);
        samples.extend(block.drain(..).map(to_i16));
    })
    .map_err(|error| WavFault::Samples { at: layout.data_at, reason: error.to_string() })?;
    resampler.finish(&mut block);
    samples.extend(block.into_iter().map(to_i16));
    Ok(Clip { samples: samples.into(), rate_hz, source, truncated: layout.truncated })
}

pub(super) fn check_duration(frames: usize, rate_hz: u32, limits: &Limits) -> Result<(), WavFault> {
    let duration = playing_time(frames, rate_hz);
    if duration > limits.duration_max {
        return Err(WavFault::TooLong {
            seconds: duration.as_secs(),
            limit: limits.duration_max.as_secs(),
        });
    }
    Ok(())
}

fn playing_time(samples: usize, rate_hz: u32) -> Duration {
    let millis = samples as u64 * 1_000 / u64::from(rate_hz.max(1));
    Duration::from_millis(millis)
}

/// The cast saturates: a converted clip may overshoot full scale a little.
pub(crate) fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}
