//! MP3 and FLAC, by symphonia.

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::packet::Packet;
use symphonia::core::units::Timestamp;
use symphonia::default::codecs::{FlacDecoder, MpaDecoder};
use symphonia::default::formats::{FlacReader, MpaReader};

use super::{Document, Kind, Limits, SoundFault, Source, average};

/// Packets in a row that cannot be decoded and are taken for silence. An MP3 stream that was cut out
/// of another begins with a few that need what came before them.
const DAMAGED_PACKETS_MAX: usize = 8;

/// Samples that are decoded before the one that is sought in an MP3 file: a frame may refer to the bits
/// of those before it, and overlaps with the last one.
const PRE_ROLL: u64 = 10 * 1_152;

/// A file as a sequence of packets.
pub(super) struct Packets {
    kind: Kind,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate_hz: u32,
    channels: usize,
    samples: Option<u64>,
    /// Samples so far, from the beginning of the file.
    at: u64,
    /// After a seek: the sample that is wanted, before which all is left out.
    wanted: Option<u64>,
    damaged: usize,
    interleaved: Vec<f32>,
}

impl Packets {
    pub(super) fn open(document: &Document, kind: Kind) -> Result<Packets, SoundFault> {
        let fault = |error: Error| SoundFault::Beginning { kind, reason: error.to_string() };
        let source = Box::new(document.reader());
        let stream = MediaSourceStream::new(source, Default::default());
        let options = FormatOptions::default();
        let reader: Box<dyn FormatReader> = match kind {
            Kind::Flac => Box::new(FlacReader::try_new(stream, options).map_err(fault)?),
            _ => Box::new(MpaReader::try_new(stream, options).map_err(fault)?),
        };
        let missing = |what: &str| SoundFault::Beginning { kind, reason: format!("no {what}") };
        let track = reader.default_track(TrackType::Audio).ok_or_else(|| missing("track"))?;
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return Err(missing("parameters"));
        };
        let rate_hz = params.sample_rate.filter(|rate| *rate > 0);
        let rate_hz = rate_hz.ok_or_else(|| missing("sampling rate"))?;
        let channels = params.channels.as_ref().map_or(0, |channels| channels.count());
        let options = AudioDecoderOptions::default();
        let decoder: Box<dyn AudioDecoder> = match kind {
            Kind::Flac => Box::new(FlacDecoder::try_new(params, &options).map_err(fault)?),
            _ => Box::new(MpaDecoder::try_new(params, &options).map_err(fault)?),
        };
        let (track, samples) = (track.id, track.num_frames);
        Ok(Packets {
            kind,
            reader,
            decoder,
            track,
            rate_hz,
            channels,
            samples,
            at: 0,
            wanted: None,
            damaged: 0,
            interleaved: Vec::new(),
        })
    }

    pub(super) fn check(&self, limits: &Limits) -> Result<(), SoundFault> {
        if self.channels > usize::from(limits.channels_max) {
            let what = format!("{} channels", self.channels);
            return Err(SoundFault::Unsupported { kind: self.kind, what });
        }
        Ok(())
    }

    fn damaged_at(&self, reason: String) -> SoundFault {
        let seconds = self.at as f64 / f64::from(self.rate_hz);
        SoundFault::Damaged { kind: self.kind, seconds, reason }
    }

    /// Decodes one packet; leaves the block empty if it cannot be decoded.
    fn decode(&mut self, packet: &Packet, block: &mut Vec<f32>) -> Result<(), SoundFault> {
        let decoded = match self.decoder.decode(packet) {
            Ok(decoded) => decoded,
            Err(error) => return self.pass_over(packet, &error, block),
        };
        self.damaged = 0;
        let (rate_hz, channels) = (decoded.spec().rate(), decoded.num_planes());
        if rate_hz != self.rate_hz {
            let reason = format!("the rate changes from {} to {rate_hz} Hz", self.rate_hz);
            return Err(self.damaged_at(reason));
        }
        decoded.copy_to_vec_interleaved::<f32>(&mut self.interleaved);
        let bounded = |sample: &mut f32| *sample = if sample.is_finite() { *sample } else { 0.0 };
        self.interleaved.iter_mut().for_each(bounded);
        block.extend(self.interleaved.chunks_exact(channels.max(1)).map(average));
        Ok(())
    }

    /// A frame of FLAC says where it belongs; those with a wrong checksum are left out by the reader.
    fn check_place(&self, packet: &Packet) -> Result<(), SoundFault> {
        let first = u64::try_from(packet.pts.get()).unwrap_or(0);
        match self.kind == Kind::Flac && self.wanted.is_none() && first != self.at {
            true => Err(self.damaged_at("what follows cannot be read".to_owned())),
            false => Ok(()),
        }
    }

    /// A packet that cannot be decoded is silent, so that nothing after it moves.
    fn pass_over(
        &mut self,
        packet: &Packet,
        error: &Error,
        block: &mut Vec<f32>,
    ) -> Result<(), SoundFault> {
        self.damaged += 1;
        if self.kind != Kind::Mp3 || self.damaged > DAMAGED_PACKETS_MAX {
            return Err(self.damaged_at(error.to_string()));
        }
        self.decoder.reset();
        // A frame of layer III has no more (ISO 11172-3, 2.4.2.1).
        block.resize(packet.dur.get().min(1_152) as usize, 0.0);
        Ok(())
    }

    /// Leaves out what comes before the sample that is wanted.
    fn skip(&mut self, packet: &Packet, block: &mut Vec<f32>) {
        let Some(wanted) = self.wanted else { return };
        let first = u64::try_from(packet.pts.get()).unwrap_or(0);
        let early = wanted.saturating_sub(first).min(block.len() as u64);
        block.drain(..early as usize);
        if !block.is_empty() {
            self.wanted = None;
            self.at = wanted.max(first);
        }
    }
}

impl Source for Packets {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn samples(&self) -> Option<u64> {
        self.samples
    }

    fn next(&mut self, block: &mut Vec<f32>) -> Result<bool, SoundFault> {
        block.clear();
        let packet = match self.reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(false),
            // Cut short: it is played as far as it goes.
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Ok(false);
            }
            Err(error) => return Err(self.damaged_at(error.to_string())),
        };
        if packet.track_id == self.track {
            self.check_place(&packet)?;
            self.decode(&packet, block)?;
            self.skip(&packet, block);
            self.at += block.len() as u64;
        }
        Ok(true)
    }

    fn seek(&mut self, sample: u64) -> Result<(), SoundFault> {
        let early = if self.kind == Kind::Mp3 { sample.saturating_sub(PRE_ROLL) } else { sample };
        let last = self.samples.map(|samples| samples.saturating_sub(1));
        let within = last.map_or(early, |last| early.min(last));
        let ts = Timestamp::new(i64::try_from(within).unwrap_or(i64::MAX));
        let to = SeekTo::Timestamp { ts, track_id: self.track };
        let sought = self.reader.seek(SeekMode::Accurate, to);
        sought.map_err(|error| self.damaged_at(error.to_string()))?;
        self.decoder.reset();
        self.wanted = Some(sample);
        self.damaged = 0;
        Ok(())
    }
}
