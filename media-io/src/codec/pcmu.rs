//! PCMU: µ-law of ITU-T G.711 (RFC 3551, 4.5.14).

use mixer::encoder::EncodingId;
use mixer::port::Rate;

use super::companding::dispatched;
use super::sampled::Sampled;
use super::{Codec, Encoding, Framing};

/// The descriptor of PCMU.
pub static PCMU: Codec = Codec {
    name: "PCMU",
    static_payload_type: Some(0),
    clock_rate_hz: 8_000,
    channels: 1,
    rate: Rate::Narrow,
    fmtp: "",
    offered: true,
    costly: false,
    conceals: false,
    framing: Framing::Bytes { per_ms: 8, silence: 0xff },
    encodings: &[Encoding {
        id: ID,
        bitrate_bps: 64_000,
        encoder: || Box::new(Sampled { id: ID, encode, decode }),
    }],
    decoder: || Box::new(Sampled { id: ID, encode, decode }),
    units_in: |payload| payload.len(),
};

const ID: EncodingId = EncodingId(1);

dispatched!(self::compress, self::expand);

/// G.711 adds this to the 14 bit magnitude, so that every segment begins at a power of two.
const BIAS: u16 = 33;

/// The largest biased magnitude that has a code.
const CLIP: u16 = 0x1fff;

/// The exponent of a 32 bit float from 32 on, where the lowest segment begins, above four bits of its
/// fraction.
const LOWEST: u32 = (127 + 5) << 4;

/// A code is a small floating-point number: three bits of exponent, the segment, and four bits of
/// fraction. So the biased magnitude as a float holds it already.
#[inline(always)]
fn compress(sample: i16) -> u8 {
    let negative = sample >> 15;
    let magnitude = (((sample ^ negative) as u16 >> 2) + BIAS).min(CLIP);
    let code = (f32::from(magnitude).to_bits() >> 19).wrapping_sub(LOWEST);
    !(negative as u8 & 0x80 | code as u8)
}

#[inline(always)]
fn expand(code: u8) -> i16 {
    let code = i32::from(!code);
    let (segment, mantissa) = ((code >> 4) & 0x07, code & 0x0f);
    let magnitude = (((mantissa << 3) + 0x84) << segment) - 0x84;
    let negative = -(code >> 7);
    ((magnitude ^ negative) - negative) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::companding::proofs;

    proofs!(super::super::compress, super::super::expand; encode_sample, decode_code);

    /// The algorithm of G.711 (and G.191, `ulaw_compress`): the magnitude is that of the one's
    /// complement, so that a negative sample on a decision value goes to the smaller code.
    fn encode_sample(sample: i16) -> u8 {
        let negative = sample >> 15;
        let magnitude = (((sample ^ negative) as u16 >> 2) + BIAS).min(CLIP);
        let segment = 10 - magnitude.leading_zeros() as u16;
        let mantissa = (magnitude >> (segment + 1)) & 0x0f;
        let sign = (negative as u16) & 0x80;
        !((sign | (segment << 4) | mantissa) as u8)
    }

    /// Likewise `ulaw_expand`.
    fn decode_code(code: u8) -> i16 {
        let code = !code;
        let segment = (code >> 4) & 0x07;
        let mantissa = i16::from(code & 0x0f);
        let magnitude = (((mantissa << 3) + 0x84) << segment) - 0x84;
        if code & 0x80 != 0 { -magnitude } else { magnitude }
    }
}
