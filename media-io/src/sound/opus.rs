//! Opus in Ogg (RFC 7845; sections below are that one's).

use ogg::reading::{OggReadError, PageParsingOptions};
use ogg::{Packet, PacketReader};

use super::document::Reader;
use super::{Document, Kind, SoundFault, Source};
use crate::codec::{Decoder, OPUS};

/// The rate at which Opus counts.
const RATE_HZ: u32 = 48_000;

/// Samples in the longest packet, 120 ms (RFC 6716, 3.2.5).
const PACKET_SAMPLES_MAX: usize = 5_760;

/// Samples that are decoded before the one that is sought, 80 ms (4.6).
const PRE_ROLL: u64 = 3_840;

/// Packets before the first page of audio at most: the comment header, and what might be put before
/// it.
const HEADERS_MAX: usize = 8;

/// Where the fields of the identification header lie (5.1).
const CHANNELS_AT: usize = 9;
const PRE_SKIP_AT: usize = 10;
const GAIN_AT: usize = 16;
const FAMILY_AT: usize = 18;

/// A file of one Opus stream.
pub(super) struct OpusSource {
    document: Document,
    verify: bool,
    reader: PacketReader<Reader>,
    head: Head,
    decoder: Box<dyn Decoder>,
    /// Samples of all packets so far, those that are skipped included.
    granules: u64,
    /// By how much the granule positions of the file are ahead: it was cut out of a longer one.
    offset: Option<u64>,
    /// The first sample that is wanted, counted like `granules`.
    wanted: u64,
    decoded: Box<[i16; PACKET_SAMPLES_MAX]>,
}

/// The identification header.
#[derive(Clone, Copy, Debug)]
struct Head {
    serial: u32,
    pre_skip: u64,
    /// What every sample is multiplied with.
    gain: f32,
}

impl OpusSource {
    /// `verify` is for the fuzzer, whose pages have wrong checksums.
    pub(super) fn open(document: &Document, verify: bool) -> Result<OpusSource, SoundFault> {
        let (reader, head) = open(document, verify)?;
        let decoder = (OPUS.decoder)();
        let decoded = Box::new([0; PACKET_SAMPLES_MAX]);
        let document = document.clone();
        Ok(OpusSource {
            document,
            verify,
            reader,
            head,
            decoder,
            granules: 0,
            offset: None,
            wanted: head.pre_skip,
            decoded,
        })
    }

    /// The next packet of the stream.
    fn packet(&mut self) -> Result<Option<Packet>, SoundFault> {
        loop {
            match self.reader.read_packet() {
                Ok(Some(packet)) if packet.stream_serial() == self.head.serial => {
                    // Another stream that goes by the same name.
                    let is_new = packet.first_in_stream();
                    return Ok(Some(packet).filter(|_| !is_new));
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                // Cut short: it is played as far as it goes.
                Err(OggReadError::ReadError(_)) => return Ok(None),
                Err(error) => return Err(self.damaged(&error.to_string())),
            }
        }
    }

    fn damaged(&self, reason: &str) -> SoundFault {
        let at = self.granules.saturating_sub(self.head.pre_skip);
        let seconds = at as f64 / f64::from(RATE_HZ);
        SoundFault::Damaged { kind: Kind::Ogg, seconds, reason: reason.to_owned() }
    }

    /// Counts a packet of so many samples; returns how many of these are to be heard (4.4).
    fn count(&mut self, packet: &Packet, samples: u64) -> u64 {
        let before = self.granules;
        self.granules += samples;
        if packet.last_in_stream() {
            let end = packet.absgp_page().saturating_sub(self.offset.unwrap_or(0));
            return samples.min(end.saturating_sub(before));
        }
        if packet.last_in_page() && self.offset.is_none() {
            self.offset = Some(packet.absgp_page().saturating_sub(self.granules));
        }
        samples
    }
}

impl Source for OpusSource {
    fn rate_hz(&self) -> u32 {
        RATE_HZ
    }

    fn samples(&self) -> Option<u64> {
        None
    }

    fn next(&mut self, block: &mut Vec<f32>) -> Result<bool, SoundFault> {
        block.clear();
        let Some(packet) = self.packet()? else { return Ok(false) };
        let samples = (OPUS.units_in)(&packet.data);
        if samples == 0 {
            return Err(self.damaged("no packet of Opus"));
        }
        let before = self.granules;
        let heard = self.count(&packet, samples as u64);
        if self.granules + PRE_ROLL < self.wanted {
            return Ok(true);
        }
        let decoded = self.decoder.decode(&packet.data, &mut self.decoded[..]);
        if decoded != samples {
            return Err(self.damaged("a packet that cannot be decoded"));
        }
        let early = self.wanted.saturating_sub(before).min(heard);
        let audible = self.decoded.get(early as usize..heard as usize).unwrap_or_default();
        let gain = self.head.gain / 32_768.0;
        block.extend(audible.iter().map(|sample| f32::from(*sample) * gain));
        Ok(true)
    }

    /// From the beginning, as pages are read much faster than they are decoded.
    fn seek(&mut self, sample: u64) -> Result<(), SoundFault> {
        (self.reader, self.head) = open(&self.document, self.verify)?;
        self.decoder.reset();
        (self.granules, self.offset) = (0, None);
        self.wanted = sample.saturating_add(self.head.pre_skip);
        Ok(())
    }
}

/// Reads the two headers.
fn open(document: &Document, verify: bool) -> Result<(PacketReader<Reader>, Head), SoundFault> {
    let mut options = PageParsingOptions::default();
    options.verify_checksum = verify;
    let mut reader = PacketReader::new_with_page_parse_opts(document.reader(), options);
    let first = read(&mut reader)?;
    let head = head(&first)?;
    for _ in 0..HEADERS_MAX {
        let packet = read(&mut reader)?;
        if packet.stream_serial() == head.serial && packet.data.starts_with(b"OpusTags") {
            return Ok((reader, head));
        }
    }
    Err(beginning("no comment header"))
}

fn read(reader: &mut PacketReader<Reader>) -> Result<Packet, SoundFault> {
    reader.read_packet_expected().map_err(|error| beginning(&error.to_string()))
}

fn beginning(reason: &str) -> SoundFault {
    SoundFault::Beginning { kind: Kind::Ogg, reason: reason.to_owned() }
}

fn head(packet: &Packet) -> Result<Head, SoundFault> {
    let data = &packet.data;
    let unsupported = |what: &str| SoundFault::Unsupported { kind: Kind::Ogg, what: what.into() };
    if !data.starts_with(b"OpusHead") {
        let what = match () {
            () if data.starts_with(b"\x01vorbis") => "Vorbis",
            () if data.starts_with(b"\x7fFLAC") => "FLAC within Ogg",
            () if data.starts_with(b"Speex") => "Speex",
            () => "what it holds",
        };
        return Err(unsupported(what));
    }
    let byte = |at: usize| data.get(at).copied();
    let word = |at: usize| Some(u16::from_le_bytes([byte(at)?, byte(at + 1)?]));
    let (Some(channels), Some(pre_skip), Some(gain), Some(family)) =
        (byte(CHANNELS_AT), word(PRE_SKIP_AT), word(GAIN_AT), byte(FAMILY_AT))
    else {
        return Err(beginning("the identification header is too short"));
    };
    if family != 0 || !(1..=2).contains(&channels) {
        return Err(unsupported(&format!("channel mapping {family} of {channels} channels")));
    }
    // In 1/256 dB (5.1).
    let gain = 10f32.powf(f32::from(gain.cast_signed()) / (20.0 * 256.0));
    Ok(Head { serial: packet.stream_serial(), pre_skip: u64::from(pre_skip), gain })
}
