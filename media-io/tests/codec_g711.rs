//! G.711 against vectors of another implementation and against the decision values of the
//! recommendation.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use media_io::codec::{Codec, PCMA, PCMU};

/// All 256 codes, decoded by ffmpeg: `ffmpeg -f mulaw -i codes -f s16le`.
const PCMU_DECODED: &[u8] = include_bytes!("vectors/pcmu_decoded.s16le");
const PCMA_DECODED: &[u8] = include_bytes!("vectors/pcma_decoded.s16le");

fn decoded(codec: &Codec, code: u8) -> i16 {
    let mut out = [0];
    assert_eq!((codec.decoder)().decode(&[code], &mut out), 1);
    out[0]
}

fn encoded(codec: &Codec, sample: i16) -> u8 {
    let mut out = [0];
    assert_eq!((codec.encoding(None).encoder)().encode(&[sample], &mut out), 1);
    out[0]
}

#[test]
fn every_code_decodes_as_elsewhere() {
    for (codec, vector) in [(&PCMU, PCMU_DECODED), (&PCMA, PCMA_DECODED)] {
        assert_eq!(vector.len(), 512);
        for code in 0..=255u8 {
            let at = 2 * usize::from(code);
            let expected = i16::from_le_bytes([vector[at], vector[at + 1]]);
            assert_eq!(decoded(codec, code), expected, "{} {code:#04x}", codec.name);
        }
    }
}

#[test]
fn every_code_survives_decoding_and_encoding() {
    for codec in [&PCMU, &PCMA] {
        for code in 0..=255u8 {
            // µ-law has two zeros; G.711 sends the positive one.
            let expected = if codec.name == "PCMU" && code == 0x7f { 0xff } else { code };
            assert_eq!(
                encoded(codec, decoded(codec, code)),
                expected,
                "{} {code:#04x}",
                codec.name
            );
        }
    }
}

/// The decision values of table 2a of G.711 (µ-law, positive): the smallest 14 bit magnitude of
/// each code, from the segment end points 0, 31, 95, 223 … and the steps 2, 4, 8 …
fn mu_law_decisions() -> Vec<i32> {
    let mut decisions = vec![0, 1];
    let mut value = 1;
    for segment in 0..8 {
        let steps = if segment == 0 { 15 } else { 16 };
        for _ in 0..steps {
            value += 2 << segment;
            decisions.push(value);
        }
    }
    decisions.pop();
    decisions
}

/// Likewise table 1a (A-law): 12 bit magnitudes; the two lowest segments have the same step.
fn a_law_decisions() -> Vec<i32> {
    let mut value = 0;
    let mut decisions = Vec::new();
    for segment in 0..8 {
        for _ in 0..16 {
            decisions.push(value);
            value += 1 << i32::max(segment - 1, 0);
        }
    }
    decisions
}

fn level_of(decisions: &[i32], magnitude: i32) -> u8 {
    (decisions.partition_point(|&decision| decision <= magnitude) - 1) as u8
}

#[test]
fn every_sample_goes_to_the_code_of_its_interval() {
    let (mu, a) = (mu_law_decisions(), a_law_decisions());
    assert_eq!((mu.len(), a.len()), (128, 128));
    for sample in i16::MIN..=i16::MAX {
        let magnitude = i32::from(if sample < 0 { !sample } else { sample });
        let sign = if sample < 0 { 0 } else { 0x80 };
        let expected_mu = sign | (0x7f - level_of(&mu, magnitude >> 2));
        assert_eq!(encoded(&PCMU, sample), expected_mu, "PCMU {sample}");
        let expected_a = (sign | level_of(&a, magnitude >> 4)) ^ 0x55;
        assert_eq!(encoded(&PCMA, sample), expected_a, "PCMA {sample}");
    }
}

#[test]
fn what_does_not_fit_is_left_out() {
    for codec in [&PCMU, &PCMA] {
        let (mut encoder, mut decoder) = ((codec.encoding(None).encoder)(), (codec.decoder)());
        assert_eq!(encoder.encode(&[1; 10], &mut [0; 4]), 4);
        assert_eq!(decoder.decode(&[1; 3], &mut [0; 10]), 3);
        assert_eq!(decoder.decode(&[], &mut [0; 10]), 0);
        assert_eq!((codec.units_in)(&[0; 7]), 7);
    }
}
