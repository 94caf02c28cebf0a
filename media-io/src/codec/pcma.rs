//! PCMA: A-law of ITU-T G.711 (RFC 3551, 4.5.14).

use mixer::encoder::EncodingId;
use mixer::port::Rate;

use super::companding::dispatched;
use super::sampled::Sampled;
use super::{Codec, Encoding, Framing};

/// The descriptor of PCMA.
pub static PCMA: Codec = Codec {
    name: "PCMA",
    static_payload_type: Some(8),
    clock_rate_hz: 8_000,
    channels: 1,
    rate: Rate::Narrow,
    fmtp: "",
    offered: true,
    costly: false,
    conceals: false,
    framing: Framing::Bytes { per_ms: 8, silence: 0xd5 },
    encodings: &[Encoding {
        id: ID,
        bitrate_bps: 64_000,
        encoder: || Box::new(Sampled { id: ID, encode, decode }),
    }],
    decoder: || Box::new(Sampled { id: ID, encode, decode }),
    units_in: |payload| payload.len(),
};

const ID: EncodingId = EncodingId(2);

dispatched!(self::compress, self::expand);

/// G.711 inverts every other bit on the line.
const EVEN_BITS: u8 = 0x55;

/// The exponent of a 32 bit float from 8 on, above four bits of its fraction: one less than that of
/// the second segment, which begins at 16.
const LOWEST: u32 = (127 + 3) << 4;

/// A code is a small floating-point number: three bits of exponent, the segment, and four bits of
/// fraction. So the magnitude as a float holds it already, but in the lowest segment, whose numbers
/// have the step of the second.
#[inline(always)]
fn compress(sample: i16) -> u8 {
    let negative = sample >> 15;
    let magnitude = (sample ^ negative) as u16 >> 4;
    let code = (f32::from(magnitude).to_bits() >> 19).wrapping_sub(LOWEST);
    let code = if magnitude < 16 { u32::from(magnitude) } else { code };
    (!(negative as u8) & 0x80 | code as u8) ^ EVEN_BITS
}

#[inline(always)]
fn expand(code: u8) -> i16 {
    let code = i32::from(code ^ EVEN_BITS);
    let (segment, mantissa) = ((code >> 4) & 0x07, (code & 0x0f) << 4);
    let second = i32::from(segment > 0);
    let magnitude = (mantissa + 8 + (second << 8)) << (segment - second);
    let negative = (code >> 7) - 1;
    ((magnitude ^ negative) - negative) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::companding::proofs;

    proofs!(super::super::compress, super::super::expand; encode_sample, decode_code);

    /// The algorithm of G.711 (and G.191, `alaw_compress`): the magnitude is that of the one's
    /// complement, in 12 bits.
    fn encode_sample(sample: i16) -> u8 {
        let negative = sample >> 15;
        let magnitude = (sample ^ negative) as u16 >> 4;
        // The two lowest segments share one step; from bit 5 on each bit begins a segment.
        let segment = 12u16.saturating_sub((magnitude | 0x0f).leading_zeros() as u16);
        let mantissa = (magnitude >> segment.saturating_sub(1)) & 0x0f;
        let sign = !(negative as u16) & 0x80;
        (sign | (segment << 4) | mantissa) as u8 ^ EVEN_BITS
    }

    /// Likewise `alaw_expand`.
    fn decode_code(code: u8) -> i16 {
        let code = code ^ EVEN_BITS;
        let segment = (code >> 4) & 0x07;
        let mantissa = i16::from(code & 0x0f) << 4;
        let magnitude = match segment {
            0 => mantissa + 8,
            _ => (mantissa + 0x108) << (segment - 1),
        };
        if code & 0x80 != 0 { magnitude } else { -magnitude }
    }
}
