//! PCMU: µ-law of ITU-T G.711 (RFC 3551, 4.5.14).

use super::{Codec, compress, expand};

/// The descriptor of PCMU.
pub static PCMU: Codec = Codec {
    name: "PCMU",
    static_payload_type: Some(0),
    clock_rate_hz: 8_000,
    samples_per_ms: 8,
    encode: |samples, payload| compress(encode_sample, samples, payload),
    decode: |payload, samples| expand(&TABLE, payload, samples),
    samples_in: |payload| payload.len(),
};

/// G.711 adds this to the 14 bit magnitude, so that every segment begins at a power of two.
const BIAS: u16 = 33;

/// The largest biased magnitude that has a code.
const CLIP: u16 = 0x1fff;

/// Compresses one sample, as the algorithm of G.711 (and G.191, `ulaw_compress`) does: the
/// magnitude is that of the one's complement, so that a negative sample on a decision value
/// goes to the smaller code.
fn encode_sample(sample: i16) -> u8 {
    let negative = sample >> 15;
    let magnitude = (((sample ^ negative) as u16 >> 2) + BIAS).min(CLIP);
    let segment = 10 - magnitude.leading_zeros() as u16;
    let mantissa = (magnitude >> (segment + 1)) & 0x0f;
    let sign = (negative as u16) & 0x80;
    !((sign | (segment << 4) | mantissa) as u8)
}

const fn decode_byte(byte: u8) -> i16 {
    let code = !byte;
    let segment = (code >> 4) & 0x07;
    let mantissa = (code & 0x0f) as i16;
    let magnitude = (((mantissa << 3) + 0x84) << segment) - 0x84;
    if code & 0x80 != 0 { -magnitude } else { magnitude }
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
