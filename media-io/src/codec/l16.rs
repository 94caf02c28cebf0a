//! L16: samples as they are, in network byte order (RFC 3551, 4.5.11), at 8 and 16 kHz in mono.

use mixer::encoder::EncodingId;
use mixer::port::Rate;

use super::sampled::Sampled;
use super::{Codec, Encoding, Framing};

/// The descriptor of L16 at 8 kHz.
pub static L16_NARROW: Codec = NARROW;

/// The descriptor of L16 at 16 kHz.
pub static L16_WIDE: Codec = Codec {
    clock_rate_hz: 16_000,
    rate: Rate::Wide,
    framing: Framing::Bytes { per_ms: 32, silence: 0 },
    encodings: &[Encoding {
        id: WIDE_ID,
        bitrate_bps: 256_000,
        encoder: || Box::new(Sampled { id: WIDE_ID, encode, decode }),
    }],
    ..NARROW
};

const NARROW: Codec = Codec {
    name: "L16",
    static_payload_type: None,
    clock_rate_hz: 8_000,
    channels: 1,
    rate: Rate::Narrow,
    fmtp: "",
    offered: false,
    costly: false,
    conceals: false,
    framing: Framing::Bytes { per_ms: 16, silence: 0 },
    encodings: &[Encoding {
        id: NARROW_ID,
        bitrate_bps: 128_000,
        encoder: || Box::new(Sampled { id: NARROW_ID, encode, decode }),
    }],
    decoder: || Box::new(Sampled { id: NARROW_ID, encode, decode }),
    units_in: |payload| payload.len() / 2,
};

const NARROW_ID: EncodingId = EncodingId(4);
const WIDE_ID: EncodingId = EncodingId(5);

fn encode(samples: &[i16], payload: &mut [u8]) -> usize {
    let room = payload.as_chunks_mut::<2>().0;
    for (bytes, sample) in room.iter_mut().zip(samples) {
        *bytes = sample.to_be_bytes();
    }
    2 * room.len().min(samples.len())
}

fn decode(payload: &[u8], samples: &mut [i16]) -> usize {
    let pairs = payload.as_chunks::<2>().0;
    for (sample, bytes) in samples.iter_mut().zip(pairs) {
        *sample = i16::from_be_bytes(*bytes);
    }
    samples.len().min(pairs.len())
}
