//! Codecs without a past: each sample is encoded by itself.

use std::any::Any;

use mixer::encoder::{Encoder, EncodingId};

use super::Decoder;

/// Both directions of such a codec.
pub(super) struct Sampled {
    pub(super) id: EncodingId,
    pub(super) encode: fn(samples: &[i16], payload: &mut [u8]) -> usize,
    pub(super) decode: fn(payload: &[u8], samples: &mut [i16]) -> usize,
}

impl Encoder for Sampled {
    fn id(&self) -> EncodingId {
        self.id
    }

    fn is_stateless(&self) -> bool {
        true
    }

    fn encode(&mut self, frame: &[i16], payload: &mut [u8]) -> usize {
        (self.encode)(frame, payload)
    }

    fn reset(&mut self) {}

    fn follow(&mut self, _other: &dyn Encoder) {}

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Decoder for Sampled {
    fn decode(&mut self, payload: &[u8], samples: &mut [i16]) -> usize {
        (self.decode)(payload, samples)
    }
}
