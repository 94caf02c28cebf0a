//! The decoder: every mode, to 48 kHz in mono.

use super::packet::{UNITS_MAX, units_in};
use crate::codec::Decoder;

/// A frame of near silence in SILK, narrow band, 20 ms. The CELT layer begins afresh where a
/// stream leaves SILK (RFC 6716, 4.5.2), and has no other way of being told to.
const FORGET: [u8; 6] = [0x08, 0x07, 0xc6, 0xb3, 0x0e, 0xc6];

/// A decoder with room for the longest packet.
pub(super) struct OpusDecoder {
    inner: opus_rs::OpusDecoder,
    decoded: Box<[f32; UNITS_MAX]>,
}

impl OpusDecoder {
    pub(super) fn new() -> OpusDecoder {
        // Fails for rates and channel counts that Opus does not have.
        #[expect(clippy::expect_used)]
        let inner = opus_rs::OpusDecoder::new(48_000, 1).expect("Opus has 48 kHz mono");
        OpusDecoder { inner, decoded: Box::new([0.0; UNITS_MAX]) }
    }

    /// Copies what was decoded; an error yields nothing.
    fn deliver(&self, decoded: Result<usize, &'static str>, samples: &mut [i16]) -> usize {
        let decoded = &self.decoded[..decoded.unwrap_or(0).min(UNITS_MAX)];
        for (sample, value) in samples.iter_mut().zip(decoded) {
            // The cast saturates: the codec may ring beyond full scale.
            *sample = (value * 32_768.0).round() as i16;
        }
        decoded.len().min(samples.len())
    }
}

impl Decoder for OpusDecoder {
    fn decode(&mut self, payload: &[u8], samples: &mut [i16]) -> usize {
        let units = units_in(payload);
        if units == 0 {
            return 0;
        }
        let decoded = self.inner.decode(payload, units, &mut self.decoded[..units]);
        self.deliver(decoded, samples)
    }

    fn conceal(&mut self, samples: &mut [i16]) -> bool {
        let units = samples.len().min(UNITS_MAX);
        let decoded = self.inner.decode(&[], units, &mut self.decoded[..units]);
        self.deliver(decoded, samples) == samples.len()
    }

    fn recover(&mut self, next: &[u8], samples: &mut [i16]) -> bool {
        let units = samples.len().min(UNITS_MAX);
        let decoded = self.inner.decode_fec(next, units, &mut self.decoded[..units]);
        self.deliver(decoded, samples) == samples.len()
    }

    fn reset(&mut self) {
        let units = units_in(&FORGET);
        // It decodes, as every packet of this crate's own does; were it not to, the past would stay.
        let _ = self.inner.decode(&FORGET, units, &mut self.decoded[..units]);
    }
}
