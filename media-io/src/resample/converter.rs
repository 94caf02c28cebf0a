//! Bringing live audio from one port rate to another, tick by tick.

use mixer::port::{FRAME_SAMPLES_MAX, Rate};

use super::{Downsampler, Ratio, Upsampler};

/// Changes the rate of a stream. Allocates nothing once built.
pub(crate) struct Converter {
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
    /// `None` for equal rates.
    pub(crate) fn new(from: Rate, to: Rate) -> Option<Converter> {
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

    /// Whether so many samples become so many others.
    pub(crate) fn fits(&self, from: usize, to: usize) -> bool {
        let converted = match self.filter {
            Filter::Up(_) => from * self.factor,
            Filter::Down(_) => from / self.factor,
        };
        converted == to && from.max(to) <= FRAME_SAMPLES_MAX
    }

    /// Fills `frame` with what becomes of `audio`; their lengths [fit](Self::fits).
    pub(crate) fn convert(&mut self, audio: &[i16], frame: &mut [i16]) {
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

impl std::fmt::Debug for Converter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Converter").field("factor", &self.factor).finish_non_exhaustive()
    }
}
