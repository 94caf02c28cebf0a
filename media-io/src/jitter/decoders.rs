//! The decoders of a leg, one for each codec that the peer may send.

use mixer::port::Rate;

use crate::codec::{Codec, Decoder};
use crate::resample::Converter;

/// The decoders of some codecs, and what brings their audio to one rate. Made on the control side,
/// where it also goes to be freed.
pub struct Decoders {
    entries: Vec<Entry>,
}

pub(super) struct Entry {
    pub(super) codec: &'static Codec,
    pub(super) decoder: Box<dyn Decoder>,
    converter: Option<Box<Converter>>,
}

impl Decoders {
    /// Decoders for these codecs, towards a port of this rate. Allocates.
    #[must_use]
    pub fn new(codecs: impl Iterator<Item = &'static Codec>, rate: Rate) -> Decoders {
        let mut entries: Vec<Entry> = Vec::new();
        for codec in codecs {
            if entries.iter().all(|entry| entry.codec != codec) {
                let converter = Converter::new(codec.rate, rate).map(Box::new);
                entries.push(Entry { codec, decoder: (codec.decoder)(), converter });
            }
        }
        Decoders { entries }
    }

    pub(super) fn of(&mut self, codec: &Codec) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.codec == codec)
    }

    /// Takes the decoders that both have from `old`, so that their streams go on.
    pub(super) fn take_over(&mut self, old: &mut Decoders) {
        for entry in &mut self.entries {
            if let Some(old) = old.of(entry.codec) {
                std::mem::swap(&mut entry.decoder, &mut old.decoder);
            }
        }
    }
}

impl std::fmt::Debug for Decoders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|entry| entry.codec)).finish()
    }
}

impl Entry {
    /// Brings a tick of the codec's audio to the length of `frame`. Silence, if that is another
    /// rate than the one agreed on: while a new format is on its way, for a tick or two.
    pub(super) fn convert(&mut self, audio: &[i16], frame: &mut [i16]) {
        match &mut self.converter {
            Some(converter) if converter.fits(audio.len(), frame.len()) => {
                converter.convert(audio, frame);
            }
            _ => frame.fill(0),
        }
    }
}
