//! G722: wide band in 64 kbit/s, by ITU-T G.722 in mode 1 (RFC 3551, 4.5.2).
//!
//! A pair of quadrature mirror filters ([`filter`]) splits the signal at 4 kHz; each half is coded
//! as the difference to a prediction ([`band`]), the lower one in six bits and the upper one in
//! two. A byte holds both for two samples of 16 kHz. The RTP clock nevertheless runs at 8 kHz, one
//! unit for each byte: an error of RFC 1890 that everybody has kept.

mod band;
mod filter;

use std::any::Any;

use mixer::encoder::{Encoder, EncodingId};
use mixer::port::Rate;

use super::{Codec, Decoder, Encoding, Framing};
use band::{HIGH, LOW, Predictor, high, low};
use filter::{Analysis, Synthesis};

/// The descriptor of G722.
pub static G722: Codec = Codec {
    name: "G722",
    static_payload_type: Some(9),
    clock_rate_hz: 8_000,
    channels: 1,
    rate: Rate::Wide,
    fmtp: "",
    offered: true,
    costly: false,
    conceals: false,
    framing: Framing::Bytes { per_ms: 8, silence: SILENCE },
    encodings: &[Encoding {
        id: ID,
        bitrate_bps: 64_000,
        encoder: || Box::new(G722Encoder::new()),
    }],
    decoder: || Box::new(G722Decoder::new()),
    units_in: |payload| payload.len(),
};

const ID: EncodingId = EncodingId(3);

/// Both differences small and of one sign. Repeated, it decays within 20 ms to less than −55 dBFS of
/// 0 Hz and of 8 kHz, which is as near to silence as one byte comes.
const SILENCE: u8 = 0xfe;

/// Bits of the lower half in a byte.
const LOW_BITS: u32 = 6;

#[derive(Clone)]
struct G722Encoder {
    filter: Analysis,
    low: Predictor,
    high: Predictor,
}

impl G722Encoder {
    fn new() -> G722Encoder {
        G722Encoder {
            filter: Analysis::default(),
            low: Predictor::new(&LOW),
            high: Predictor::new(&HIGH),
        }
    }

    fn encode_pair(&mut self, pair: [i16; 2]) -> u8 {
        let (below, above) = self.filter.split(pair);
        let low_code = low::quantize(self.low.difference(below), self.low.scale());
        let high_code = high::quantize(self.high.difference(above), self.high.scale());
        self.low.adapt(&LOW, low::step(low_code));
        self.high.adapt(&HIGH, usize::from(high_code));
        (high_code << LOW_BITS) | low_code
    }
}

impl Encoder for G722Encoder {
    fn id(&self) -> EncodingId {
        ID
    }

    fn is_stateless(&self) -> bool {
        false
    }

    fn encode(&mut self, frame: &[i16], payload: &mut [u8]) -> usize {
        let pairs = frame.as_chunks::<2>().0;
        for (byte, pair) in payload.iter_mut().zip(pairs) {
            *byte = self.encode_pair(*pair);
        }
        payload.len().min(pairs.len())
    }

    fn reset(&mut self) {
        *self = G722Encoder::new();
    }

    fn follow(&mut self, other: &dyn Encoder) {
        match other.as_any().downcast_ref::<G722Encoder>() {
            Some(other) => self.clone_from(other),
            None => self.reset(),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct G722Decoder {
    filter: Synthesis,
    low: Predictor,
    high: Predictor,
}

impl G722Decoder {
    fn new() -> G722Decoder {
        G722Decoder {
            filter: Synthesis::default(),
            low: Predictor::new(&LOW),
            high: Predictor::new(&HIGH),
        }
    }

    fn decode_byte(&mut self, byte: u8) -> [i16; 2] {
        let low_code = byte & ((1 << LOW_BITS) - 1);
        let high_code = usize::from(byte >> LOW_BITS);
        let below = self.low.reconstruct(low::level(low_code));
        let above = self.high.reconstruct(high::level(high_code));
        self.low.adapt(&LOW, low::step(low_code));
        self.high.adapt(&HIGH, high_code);
        self.filter.join(below, above)
    }
}

impl Decoder for G722Decoder {
    fn decode(&mut self, payload: &[u8], samples: &mut [i16]) -> usize {
        let pairs = samples.as_chunks_mut::<2>().0;
        for (pair, &byte) in pairs.iter_mut().zip(payload) {
            *pair = self.decode_byte(byte);
        }
        2 * pairs.len().min(payload.len())
    }

    fn reset(&mut self) {
        *self = G722Decoder::new();
    }
}
