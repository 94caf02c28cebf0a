//! PCMA: A-law of ITU-T G.711 (RFC 3551, 4.5.14).

use super::{Codec, compress, expand};

/// The descriptor of PCMA.
pub static PCMA: Codec = Codec {
    name: "PCMA",
    static_payload_type: Some(8),
    clock_rate_hz: 8_000,
    samples_per_ms: 8,
    encode: |samples, payload| compress(encode_sample, samples, payload),
    decode: |payload, samples| expand(&TABLE, payload, samples),
    samples_in: |payload| payload.len(),
};

/// G.711 inverts every other bit on the line.
const EVEN_BITS: u8 = 0x55;

/// Compresses one sample, as the algorithm of G.711 (and G.191, `alaw_compress`) does: the
/// magnitude is that of the one's complement, in 12 bits.
fn encode_sample(sample: i16) -> u8 {
    let negative = sample >> 15;
    let magnitude = (sample ^ negative) as u16 >> 4;
    // The two lowest segments share one step; from bit 5 on each bit begins a segment.
    let segment = 12u16.saturating_sub((magnitude | 0x0f).leading_zeros() as u16);
    let mantissa = (magnitude >> segment.saturating_sub(1)) & 0x0f;
    let sign = !(negative as u16) & 0x80;
    (sign | (segment << 4) | mantissa) as u8 ^ EVEN_BITS
}

const fn decode_byte(byte: u8) -> i16 {
    let code = byte ^ EVEN_BITS;
    let segment = (code >> 4) & 0x07;
    let mantissa = ((code & 0x0f) as i16) << 4;
    let magnitude = match segment {
        0 => mantissa + 8,
        _ => (mantissa + 0x108) << (segment - 1),
    };
    if code & 0x80 != 0 { magnitude } else { -magnitude }
}

static TABLE: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = decode_byte(code as u8);
        code += 1;
    }
    table
};
