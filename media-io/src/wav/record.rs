//! Writing what was heard: mono, 16 bit PCM.

use std::io::{Seek, Write};

use hound::{SampleFormat, WavSpec, WavWriter};

/// The file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the WAVE file: {0}")]
pub struct RecordError(#[from] hound::Error);

/// Writes one mono WAVE file. For control-side threads only.
pub struct Recorder<W: Write + Seek> {
    writer: WavWriter<W>,
}

impl<W: Write + Seek> Recorder<W> {
    /// Begins a file at `rate_hz` and writes its header.
    ///
    /// # Errors
    /// When `target` cannot be written.
    pub fn new(target: W, rate_hz: u32) -> Result<Self, RecordError> {
        let spec = WavSpec {
            channels: 1,
            sample_rate: rate_hz,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        Ok(Recorder { writer: WavWriter::new(target, spec)? })
    }

    /// Appends samples.
    ///
    /// # Errors
    /// When `target` cannot be written, or the file would exceed 4 GiB.
    pub fn write(&mut self, samples: &[i16]) -> Result<(), RecordError> {
        for sample in samples {
            self.writer.write_sample(*sample)?;
        }
        Ok(())
    }

    /// Completes the header. A recorder that is dropped does so too, but cannot say whether it
    /// worked.
    ///
    /// # Errors
    /// When `target` cannot be written.
    pub fn finish(self) -> Result<(), RecordError> {
        Ok(self.writer.finalize()?)
    }
}
