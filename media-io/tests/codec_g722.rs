//! G.722 against other implementations: bit for bit, both ways.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use media_io::codec::G722;

/// A voice, a sweep, noise and steps at full scale, noise of three steps, and silence, at 16 kHz;
/// what ffmpeg 5.1 makes of it (`ffmpeg -f s16le -ar 16000 -i samples -c:a g722 -f g722 encoded`) and
/// what it makes of that (`ffmpeg -f g722 -i encoded -f s16le decoded`). libg722 makes the same.
const SAMPLES: &[u8] = include_bytes!("vectors/g722_samples.s16le");
const ENCODED: &[u8] = include_bytes!("vectors/g722_encoded.g722");
const DECODED: &[u8] = include_bytes!("vectors/g722_decoded.s16le");

fn samples(bytes: &[u8]) -> Vec<i16> {
    bytes.as_chunks::<2>().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect()
}

#[test]
fn it_is_encoded_as_elsewhere() {
    let mut encoder = (G722.encoding(None).encoder)();
    let mut encoded = vec![0; ENCODED.len()];
    // In ticks, the last one shorter.
    for (tick, payload) in samples(SAMPLES).chunks(320).zip(encoded.chunks_mut(160)) {
        assert_eq!(encoder.encode(tick, payload), payload.len());
    }
    let differs = encoded.iter().zip(ENCODED).position(|(ours, theirs)| ours != theirs);
    assert_eq!(differs, None);
}

#[test]
fn it_is_decoded_as_elsewhere() {
    let mut decoder = (G722.decoder)();
    let mut decoded = vec![0; 2 * ENCODED.len()];
    for (payload, tick) in ENCODED.chunks(160).zip(decoded.chunks_mut(320)) {
        assert_eq!(decoder.decode(payload, tick), tick.len());
    }
    let differs = decoded.iter().zip(samples(DECODED)).position(|(ours, theirs)| *ours != theirs);
    assert_eq!(differs, None);
}

#[test]
fn what_does_not_fit_is_left_out() {
    let (mut encoder, mut decoder) = ((G722.encoding(None).encoder)(), (G722.decoder)());
    assert_eq!(encoder.encode(&[1; 21], &mut [0; 40]), 10);
    assert_eq!(encoder.encode(&[1; 20], &mut [0; 4]), 4);
    assert_eq!(decoder.decode(&[1; 3], &mut [0; 40]), 6);
    assert_eq!(decoder.decode(&[1; 30], &mut [0; 11]), 10);
    assert_eq!(decoder.decode(&[], &mut [0; 10]), 0);
}
