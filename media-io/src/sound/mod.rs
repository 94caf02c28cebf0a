//! Sound files of every kind that is played: WAVE, MP3, FLAC, and Opus in Ogg.
//!
//! - [`Kind::of`]: what a document is, by its first bytes.
//! - [`Stream`]: a document that is decoded piece by piece, to one channel at the rate that is asked
//!   for, from any place on and any number of times. What it holds does not grow with its length.
//! - [`decode`]: the whole of a short one, as a [`Clip`].
//! - [`SoundFault`]: what is wrong with a document and where, in words for a person.
//!
//! The decoders are kept libraries: `symphonia` for MP3 and FLAC, `ogg` and the codec of [`OPUS`] for
//! Opus. [`wav`](crate::wav) reads its own chunks. Each is a `Source` of blocks of samples; `stream`
//! brings what comes out of them to one rate.
//!
//! [`OPUS`]: crate::codec::OPUS

mod document;
mod fault;
mod opus;
mod packets;
mod stream;
mod wave;

use std::time::Duration;

use mixer::port::Rate;

pub use document::Document;
pub use fault::SoundFault;
pub use stream::{Repeat, Stream};

/// What a document may hold at most, whatever its kind.
pub use crate::wav::Limits;

/// Bytes at the beginning of an MP3 file that are searched for its first frame.
const MP3_LEAD_BYTES: usize = 4 << 10;

/// The kinds of documents that are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RIFF or RF64.
    Wav,
    /// MPEG audio, layer III.
    Mp3,
    /// FLAC in its own container.
    Flac,
    /// Ogg.
    Ogg,
}

impl Kind {
    /// What a document is, by its first bytes.
    #[must_use]
    pub fn of(document: &[u8]) -> Option<Kind> {
        let start = document::after_id3(document);
        let is = |magic: &[u8]| start.starts_with(magic);
        match () {
            () if is(b"RIFF") || is(b"RF64") => Some(Kind::Wav),
            () if is(b"OggS") => Some(Kind::Ogg),
            () if is(b"fLaC") => Some(Kind::Flac),
            () if start.len() < document.len() || is_mp3(start) => Some(Kind::Mp3),
            () => None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Wav => "WAVE",
            Kind::Mp3 => "MP3",
            Kind::Flac => "FLAC",
            Kind::Ogg => "Ogg",
        }
    }
}

/// A header of layer III near the beginning (ISO 11172-3, 2.4.1.3): its synchronisation word, a
/// layer, a bit rate and a sampling rate that exist.
fn is_mp3(start: &[u8]) -> bool {
    let lead = start.get(..MP3_LEAD_BYTES.min(start.len())).unwrap_or_default();
    lead.windows(3).any(|bytes| {
        let &[sync, layer, rates] = bytes else { return false };
        sync == 0xff
            && layer & 0xe6 == 0xe2
            && layer & 0x18 != 0x08
            && !matches!(rates >> 4, 0 | 15)
            && rates & 0x0c != 0x0c
    }) && !lead.starts_with(b"<")
}

/// A whole document: one channel, ready to be played any number of times.
#[derive(Clone, Debug)]
pub struct Clip {
    /// The samples, 16 bit, at [`rate`](Self::rate).
    pub samples: std::sync::Arc<[i16]>,
    /// Their rate.
    pub rate: Rate,
}

/// Decodes a whole document, at the rate that [`rate_for`] chooses. `None` if it plays for longer than
/// `longest`; it is then sound as far as that, and to be played as a [`Stream`].
///
/// Allocates and may take some 100 ms: for a worker thread.
///
/// # Errors
/// What is wrong with the document.
pub fn decode(
    document: &Document,
    wanted: Rate,
    longest: Duration,
    limits: &Limits,
) -> Result<Option<Clip>, SoundFault> {
    let mut stream = Stream::open(document, wanted, limits)?;
    let rate = stream.rate();
    let most = longest.as_millis() as usize * rate.hz() as usize / 1_000;
    if stream.samples_announced().is_some_and(|samples| samples > most as u64) {
        return Ok(None);
    }
    let mut samples = Vec::new();
    while stream.next(&mut samples)? {
        if samples.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(Clip { samples: samples.into(), rate }))
}

/// At which rate a document is played: the one that is wanted, or a lower one that has all there is.
#[must_use]
pub fn rate_for(source_hz: u32, wanted: Rate) -> Rate {
    let enough = Rate::ALL.into_iter().find(|rate| rate.hz() >= source_hz);
    enough.map_or(wanted, |enough| enough.min(wanted))
}

/// Samples of one channel, block by block, from −1 to 1.
trait Source: Send {
    /// Their rate in Hz, 1 at least.
    fn rate_hz(&self) -> u32;

    /// How many there are, if the document says so.
    fn samples(&self) -> Option<u64>;

    /// Fills `block` anew with the next samples, none perhaps; tells whether there may be more.
    fn next(&mut self, block: &mut Vec<f32>) -> Result<bool, SoundFault>;

    /// Goes on at that sample, or at the end if there are fewer.
    fn seek(&mut self, sample: u64) -> Result<(), SoundFault>;
}

/// What is heard of several channels.
fn average(frame: &[f32]) -> f32 {
    frame.iter().sum::<f32>() / frame.len().max(1) as f32
}
