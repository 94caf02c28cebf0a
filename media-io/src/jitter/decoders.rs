//! The decoders of a leg, one for each codec that the peer may send.

use mixer::port::{FRAME_SAMPLES_MAX, Rate};

use crate::codec::{Codec, Decoder};
use crate::resample::{Downsampler, Ratio, Upsampler};

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

/// Changes the rate of a stream.
struct Converter {
    filter: Filter,
    factor: usize,
    input: [f32; FRAME_SAMPLES_MAX],
    output: [f32; FRAME_SAMPLES_MAX],
}

enum Filter {
    Up(Upsampler),
    Down(Downsampler),
}

impl Converter {
    fn new(from: Rate, to: Rate) -> Option<Converter> {
        let ratio = match from.max(to).hz() / from.min(to).hz() {
            2 => Ratio::Two,
            3 => Ratio::Three,
            6 => Ratio::Six,
            _ => return None,
        };
        let filter = if from < to {
            Filter::Up(Upsampler::new(ratio))
        } else {
            Filter::Down(Downsampler::new(ratio))
        };
        let silence = [0.0; FRAME_SAMPLES_MAX];
        Some(Converter { filter, factor: ratio.factor(), input: silence, output: silence })
    }

    fn fits(&self, from: usize, to: usize) -> bool {
        let converted = match self.filter {
            Filter::Up(_) => from * self.factor,
            Filter::Down(_) => from / self.factor,
        };
        converted == to && from.max(to) <= FRAME_SAMPLES_MAX
    }

    fn convert(&mut self, audio: &[i16], frame: &mut [i16]) {
        for (value, &sample) in self.input.iter_mut().zip(audio) {
            *value = f32::from(sample);
        }
        let input = &self.input[..audio.len()];
        let output = &mut self.output[..frame.len()];
        match &mut self.filter {
            Filter::Up(filter) => filter.process(input, output),
            Filter::Down(filter) => filter.process(input, output),
        };
        for (sample, &value) in frame.iter_mut().zip(&*output) {
            // The cast saturates: a filter may ring beyond full scale.
            *sample = value.round() as i16;
        }
    }
}
