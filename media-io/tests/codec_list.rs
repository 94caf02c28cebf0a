//! What holds for every codec, whichever it is.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeSet;

use media_io::codec::{
    CODECS, Codec, Framing, G722, L16_NARROW, L16_WIDE, OPUS, PACKET_TICKS_MAX, PCMA, PCMU,
    TICK_BYTES_MAX, TICK_MS, encoder,
};
use mixer::realtime::forbid_allocation;
use proptest::prelude::*;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

/// Loud, and never the same.
fn noise(len: usize) -> Vec<i16> {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 50) as i16 - 8_192
    };
    (0..len).map(|_| next()).collect()
}

#[test]
fn each_is_found_by_its_line_in_sdp_and_by_its_static_number() {
    for codec in CODECS {
        let lower = codec.name.to_lowercase();
        assert_eq!(Codec::by_rtpmap(&lower, codec.clock_rate_hz, codec.channels), Some(codec));
        assert_eq!(Codec::by_rtpmap(codec.name, 44_100, codec.channels), None);
        if let Some(payload_type) = codec.static_payload_type {
            assert_eq!(Codec::by_static_payload_type(payload_type), Some(codec));
        }
    }
    assert_eq!(Codec::by_rtpmap("L16", 8_000, 1), Some(&L16_NARROW));
    assert_eq!(Codec::by_rtpmap("L16", 16_000, 1), Some(&L16_WIDE));
    assert_eq!(Codec::by_rtpmap("G729", 8_000, 1), None);
    assert_eq!(Codec::by_static_payload_type(9), Some(&G722));
    assert_eq!(Codec::by_static_payload_type(18), None);
}

#[test]
fn no_two_encodings_have_one_name() {
    let encodings = CODECS.iter().flat_map(|codec| codec.encodings);
    let ids: Vec<_> = encodings.map(|encoding| encoding.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for id in ids {
        assert_eq!(encoder(id).map(|encoder| encoder.id()), Some(id));
    }
    assert!(encoder(mixer::encoder::EncodingId(999)).is_none());
}

#[test]
fn a_limit_on_the_bit_rate_is_kept_where_it_can_be() {
    assert_eq!(OPUS.encoding(None).bitrate_bps, 48_000);
    assert_eq!(OPUS.encoding(Some(40_000)).bitrate_bps, 32_000);
    assert_eq!(OPUS.encoding(Some(1)).bitrate_bps, 16_000);
    assert_eq!(PCMU.encoding(Some(1)), PCMU.encoding(None));
}

/// A tick of noise, encoded, is a tick when it is decoded, and none of it allocates.
#[test]
fn a_tick_stays_a_tick() {
    for codec in CODECS {
        for encoding in codec.encodings {
            let (mut encoder, mut decoder) = ((encoding.encoder)(), (codec.decoder)());
            let tick = noise(codec.rate.frame_samples());
            let (mut payload, mut out) = ([0; TICK_BYTES_MAX], [0; 960]);
            for _ in 0..20 {
                let len = forbid_allocation(|| encoder.encode(&tick, &mut payload));
                let units = (codec.units_in)(&payload[..len]);
                assert_eq!(units * 1_000, codec.clock_rate_hz as usize * TICK_MS, "{codec:?}");
                let decoded = forbid_allocation(|| decoder.decode(&payload[..len], &mut out));
                assert_eq!(decoded, codec.rate.frame_samples(), "{codec:?}");
                if let Framing::Bytes { per_ms, .. } = codec.framing {
                    assert_eq!(len, per_ms * TICK_MS, "{codec:?}");
                }
            }
        }
    }
}

#[test]
fn silence_is_silent_after_any_sound() {
    for codec in CODECS {
        let (mut encoder, mut decoder) = ((codec.encoding(None).encoder)(), (codec.decoder)());
        let (mut payload, mut out) = ([0; TICK_BYTES_MAX], [0; 960]);
        let samples = codec.rate.frame_samples();
        for _ in 0..10 {
            let len = encoder.encode(&noise(samples), &mut payload);
            decoder.decode(&payload[..len], &mut out);
        }
        for tick in 0..10 {
            let silence = match codec.framing {
                Framing::Bytes { per_ms, silence } => vec![silence; per_ms * TICK_MS],
                Framing::Frames { silence, .. } => silence.to_vec(),
            };
            assert_eq!(decoder.decode(&silence, &mut out), samples, "{codec:?}");
            let peak = out[..samples].iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!(tick < 2 || peak < 64, "{codec:?}: {peak} in tick {tick} of silence");
        }
    }
}

#[test]
fn an_encoder_that_follows_goes_on_as_the_other_and_one_that_is_reset_as_a_new_one() {
    // Opus follows as well as one can; its tests say how well.
    for codec in [&PCMU, &PCMA, &G722, &L16_NARROW, &L16_WIDE] {
        let make = codec.encoding(None).encoder;
        let (mut one, mut other) = (make(), make());
        let (mut payload, mut expected) = ([0; TICK_BYTES_MAX], [0; TICK_BYTES_MAX]);
        let ticks = noise(4 * codec.rate.frame_samples());
        let mut ticks = ticks.chunks_exact(codec.rate.frame_samples());
        let (first, second, third) =
            (ticks.next().unwrap(), ticks.next().unwrap(), ticks.next().unwrap());
        one.encode(first, &mut expected);
        other.encode(third, &mut payload);
        forbid_allocation(|| other.follow(one.as_ref()));
        assert_eq!(one.encode(second, &mut expected), other.encode(second, &mut payload));
        assert_eq!(expected, payload, "{codec:?} follows");
        make().encode(first, &mut expected);
        forbid_allocation(|| other.reset());
        other.encode(first, &mut payload);
        assert_eq!(expected, payload, "{codec:?} is reset");
    }
}

#[test]
fn ticks_in_one_packet_are_the_ticks() {
    for codec in CODECS {
        let Framing::Frames { join, silence } = codec.framing else { continue };
        let (mut encoder, mut decoder) = ((codec.encoding(None).encoder)(), (codec.decoder)());
        let mut single = (codec.decoder)();
        let samples = codec.rate.frame_samples();
        for count in 1..=PACKET_TICKS_MAX {
            let mut frames = Vec::new();
            for tick in noise(count * samples).chunks_exact(samples) {
                let mut payload = [0; TICK_BYTES_MAX];
                let len = encoder.encode(tick, &mut payload);
                frames.push(payload[..len].to_vec());
            }
            frames[count - 1] = silence.to_vec();
            let slices: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
            let mut packet = [0; PACKET_TICKS_MAX * TICK_BYTES_MAX];
            let len = forbid_allocation(|| join(&slices, &mut packet));
            assert_eq!((codec.units_in)(&packet[..len]), count * 960);
            let (mut whole, mut parts) = (vec![0; count * samples], vec![0; count * samples]);
            assert_eq!(decoder.decode(&packet[..len], &mut whole), count * samples);
            for (frame, part) in frames.iter().zip(parts.chunks_exact_mut(samples)) {
                assert_eq!(single.decode(frame, part), samples);
            }
            assert!(whole == parts, "{count} ticks");
        }
        let frame: &[u8] = &[0xf8; 100];
        assert_eq!(join(&[frame; 3], &mut [0; 100]), 0, "there is too little room");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever comes as a payload, it is decoded or not; what its head says fits what comes out.
    #[test]
    fn any_bytes_are_decoded_or_not(
        payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 1..8),
    ) {
        for codec in CODECS {
            let mut decoder = (codec.decoder)();
            let mut out = [0; 5_760];
            for payload in &payloads {
                let units = (codec.units_in)(payload);
                let most = units * codec.rate.hz() as usize / codec.clock_rate_hz as usize;
                let decoded = forbid_allocation(|| {
                    let decoded = decoder.decode(payload, &mut out);
                    decoder.recover(payload, &mut out[..960]);
                    decoder.conceal(&mut out[..960]);
                    decoded
                });
                prop_assert!(decoded <= most, "{codec:?}");
            }
            forbid_allocation(|| decoder.reset());
        }
    }
}
