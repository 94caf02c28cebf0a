//! A document that is decoded piece by piece, at one rate.

use std::fmt;
use std::time::Duration;

use mixer::port::Rate;

use super::opus::OpusSource;
use super::packets::Packets;
use super::wave::Wave;
use super::{Document, Kind, Limits, SoundFault, Source, rate_for};
use crate::resample::ClipResampler;
use crate::wav;

/// How often a stream is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// So many times, 1 at least.
    Times(u32),
    /// Until it is stopped.
    Forever,
}

/// A document that is being decoded. Its calls allocate and take their time: for worker threads.
pub struct Stream {
    kind: Kind,
    source: Box<dyn Source>,
    rate: Rate,
    resampler: Option<ClipResampler>,
    /// Samples of the source that went into the resampler.
    taken: u64,
    /// Samples of the source in this run through it, and how many there may be.
    run: u64,
    run_max: u64,
    limit: Duration,
    repeat: Repeat,
    block: Vec<f32>,
    converted: Vec<f32>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("kind", &self.kind)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

impl Stream {
    /// Opens a document that is to be heard at `wanted`, or at a lower rate that has all there is.
    ///
    /// # Errors
    /// What is wrong with its beginning.
    pub fn open(document: &Document, wanted: Rate, limits: &Limits) -> Result<Self, SoundFault> {
        let bytes = document.bytes().len();
        if bytes > limits.file_bytes_max {
            return Err(SoundFault::TooLarge { bytes, limit: limits.file_bytes_max });
        }
        let kind = Kind::of(document.bytes());
        let source: Box<dyn Source> = match kind {
            Some(Kind::Ogg) => Box::new(OpusSource::open(document, true)?),
            Some(kind @ (Kind::Mp3 | Kind::Flac)) => {
                let packets = Packets::open(document, kind)?;
                packets.check(limits)?;
                Box::new(packets)
            }
            // What is nothing else is refused as no WAVE file.
            Some(Kind::Wav) | None => Box::new(Wave::open(document, limits)?),
        };
        Self::of(kind.unwrap_or(Kind::Wav), source, wanted, limits)
    }

    /// An Ogg file whose checksums are not looked at: what the fuzzer makes of pages passes.
    pub(crate) fn open_unverified(
        document: &Document,
        wanted: Rate,
        limits: &Limits,
    ) -> Result<Self, SoundFault> {
        Self::of(Kind::Ogg, Box::new(OpusSource::open(document, false)?), wanted, limits)
    }

    fn of(
        kind: Kind,
        source: Box<dyn Source>,
        wanted: Rate,
        limits: &Limits,
    ) -> Result<Self, SoundFault> {
        let rate_hz = source.rate_hz();
        if !(limits.rate_hz_min..=limits.rate_hz_max).contains(&rate_hz) {
            let (low, high) = (limits.rate_hz_min, limits.rate_hz_max);
            let what = format!("a rate of {rate_hz} Hz, outside {low} to {high} Hz,");
            return Err(SoundFault::Unsupported { kind, what });
        }
        let rate = rate_for(rate_hz, wanted);
        let run_max = limits.duration_max.as_millis() as u64 * u64::from(rate_hz) / 1_000;
        if source.samples().is_some_and(|samples| samples > run_max) {
            return Err(SoundFault::TooLong { limit: limits.duration_max.as_secs() });
        }
        Ok(Stream {
            kind,
            resampler: Some(ClipResampler::endless(rate_hz, rate.hz())?),
            source,
            rate,
            taken: 0,
            run: 0,
            run_max,
            limit: limits.duration_max,
            repeat: Repeat::Times(1),
            block: Vec::new(),
            converted: Vec::new(),
        })
    }

    /// The rate of its samples.
    #[must_use]
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// How many samples it has at its rate, if the document says so.
    #[must_use]
    pub fn samples_announced(&self) -> Option<u64> {
        let converted = |samples: u64| {
            samples.saturating_mul(u64::from(self.rate.hz())) / u64::from(self.source.rate_hz())
        };
        self.source.samples().map(converted)
    }

    /// How often it is to be played, from now on. Without a seam: the end runs into the beginning.
    pub fn repeat(&mut self, repeat: Repeat) {
        self.repeat = repeat;
    }

    /// Goes on at that time of the document, or at its end if it is shorter.
    ///
    /// # Errors
    /// When there is no way there.
    pub fn seek(&mut self, to: Duration) -> Result<(), SoundFault> {
        let rate_hz = self.source.rate_hz();
        let sample = to.as_nanos() * u128::from(rate_hz) / 1_000_000_000;
        let sample = u64::try_from(sample).unwrap_or(u64::MAX);
        self.source.seek(sample)?;
        self.resampler = Some(ClipResampler::endless(rate_hz, self.rate.hz())?);
        (self.taken, self.run) = (0, sample);
        Ok(())
    }

    /// Appends the next samples, none perhaps; tells whether there may be more.
    ///
    /// # Errors
    /// What is wrong with the document, and where.
    pub fn next(&mut self, samples: &mut Vec<i16>) -> Result<bool, SoundFault> {
        let Some(resampler) = &mut self.resampler else { return Ok(false) };
        let more = self.source.next(&mut self.block)?;
        self.run += self.block.len() as u64;
        if self.run > self.run_max {
            return Err(SoundFault::TooLong { limit: self.limit.as_secs() });
        }
        self.taken += self.block.len() as u64;
        resampler.push(&self.block, &mut self.converted);
        let goes_on = more || self.again()?;
        if !goes_on && let Some(resampler) = self.resampler.take() {
            resampler.finish_after(self.taken, &mut self.converted);
        }
        samples.extend(self.converted.drain(..).map(wav::to_i16));
        Ok(goes_on)
    }

    /// Begins once more, if it is to. What is empty would do so for ever.
    fn again(&mut self) -> Result<bool, SoundFault> {
        match &mut self.repeat {
            _ if self.run == 0 => return Ok(false),
            Repeat::Times(0 | 1) => return Ok(false),
            Repeat::Times(left) => *left -= 1,
            Repeat::Forever => {}
        }
        self.source.seek(0)?;
        self.run = 0;
        Ok(true)
    }
}
