//! L16 is what it says: 16 bits, the high ones first (RFC 3551, 4.5.11).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use media_io::codec::{L16_NARROW, L16_WIDE};
use mixer::port::Rate;

#[test]
fn samples_go_in_network_order_and_come_back() {
    for (codec, rate) in [(&L16_NARROW, Rate::Narrow), (&L16_WIDE, Rate::Wide)] {
        assert_eq!((codec.rate, codec.clock_rate_hz), (rate, rate.hz()));
        let (mut encoder, mut decoder) = ((codec.encoding(None).encoder)(), (codec.decoder)());
        let mut payload = [0; 8];
        assert_eq!(encoder.encode(&[0x1234, -2, i16::MIN, i16::MAX], &mut payload), 8);
        assert_eq!(payload, [0x12, 0x34, 0xff, 0xfe, 0x80, 0, 0x7f, 0xff]);
        assert_eq!((codec.units_in)(&payload), 4);
        let mut samples = [0; 4];
        assert_eq!(decoder.decode(&payload, &mut samples), 4);
        assert_eq!(samples, [0x1234, -2, i16::MIN, i16::MAX]);
    }
}

#[test]
fn half_a_sample_is_none() {
    let (mut encoder, mut decoder) = ((L16_WIDE.encoding(None).encoder)(), (L16_WIDE.decoder)());
    assert_eq!(encoder.encode(&[1, 2], &mut [0; 3]), 2);
    assert_eq!(decoder.decode(&[0, 1, 2], &mut [0; 4]), 1);
    assert_eq!((L16_WIDE.units_in)(&[0, 1, 2]), 1);
}
