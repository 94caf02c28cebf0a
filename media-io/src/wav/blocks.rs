//! The samples of a file, a block at a time, for whoever does not want them all at once.

use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::PcmDecoder;

use super::decode::{Limits, check_duration};
use super::fault::WavFault;
use super::format::{self, Format};
use super::{riff, samples};

/// A place in a file, whose bytes are handed in with each call.
pub(crate) struct Blocks {
    format: Format,
    decoder: PcmDecoder,
    /// Where the samples lie.
    data_at: usize,
    data_len: usize,
    /// Where the next one lies behind `data_at`.
    at: usize,
    interleaved: Vec<f32>,
}

impl Blocks {
    pub(crate) fn open(file: &[u8], limits: &Limits) -> Result<Blocks, WavFault> {
        let layout = riff::layout(file)?;
        let format = format::parse(layout.format, layout.format_at, limits)?;
        let frames = layout.data.len() / format.frame_bytes();
        check_duration(frames, format.rate_hz, limits)?;
        let data_at = layout.data_at;
        let decoder = samples::decoder(format)
            .map_err(|error| WavFault::Samples { at: data_at, reason: error.to_string() })?;
        let data_len = frames * format.frame_bytes();
        Ok(Blocks { format, decoder, data_at, data_len, at: 0, interleaved: Vec::new() })
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn samples(&self) -> u64 {
        (self.data_len / self.format.frame_bytes()) as u64
    }

    /// Fills `block` anew; false if there was nothing left.
    pub(crate) fn next(&mut self, file: &[u8], block: &mut Vec<f32>) -> Result<bool, WavFault> {
        block.clear();
        let most = samples::BLOCK_FRAMES * self.format.frame_bytes();
        let end = self.data_len.min(self.at + most);
        let data = file.get(self.data_at..).unwrap_or_default();
        let bytes = data.get(self.at..end).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(false);
        }
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, bytes);
        let decoded = self.decoder.decode_ref(&packet).map_err(|error| WavFault::Samples {
            at: self.data_at + self.at,
            reason: error.to_string(),
        })?;
        decoded.copy_to_vec_interleaved::<f32>(&mut self.interleaved);
        let channels = usize::from(self.format.channels);
        block.extend(self.interleaved.chunks_exact(channels).map(samples::average));
        self.at = end;
        Ok(true)
    }

    pub(crate) fn seek(&mut self, sample: u64) {
        let sample = usize::try_from(sample).unwrap_or(usize::MAX);
        self.at = sample.saturating_mul(self.format.frame_bytes()).min(self.data_len);
    }
}
