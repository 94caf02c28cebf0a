//! Nothing that arrives can stop a leg.

use media_io::rtcp;
use media_io::rtp::Packet;
use mixer::port::Channel;
use proptest::collection::vec;
use proptest::prelude::*;

use super::call::{Call, EVENT_TYPE, config, peer_address};

/// Bytes that look enough like a packet to get past the first test.
fn rtp() -> impl Strategy<Value = Vec<u8>> {
    let payload_type = prop_oneof![Just(0u8), Just(EVENT_TYPE), any::<u8>()];
    let first = prop_oneof![Just(0x80u8), any::<u8>()];
    // Few sources and near sequences and timestamps, so that the packets have to do with each
    // other.
    let number = prop_oneof![0u32..50, any::<u32>()];
    let size = prop_oneof![Just(160usize), 0usize..1_500];
    (first, payload_type, any::<u16>(), number, 0u8..3, size).prop_map(
        |(first, payload_type, sequence, number, ssrc, size)| {
            let mut bytes = vec![first, payload_type];
            bytes.extend((sequence % 200).to_be_bytes());
            bytes.extend(number.wrapping_mul(160).to_be_bytes());
            bytes.extend([0, 0, 0, ssrc]);
            bytes.resize(12 + size.min(1_488), ssrc);
            bytes
        },
    )
}

fn rtcp() -> impl Strategy<Value = Vec<u8>> {
    (0u8..32, 199u8..208, 0u16..20, vec(any::<u8>(), 0..120)).prop_map(
        |(count, packet_type, words, body)| {
            let [high, low] = words.to_be_bytes();
            let mut bytes = vec![0x80 | count, packet_type, high, low];
            bytes.extend(&body);
            if count % 2 == 0 {
                bytes.resize(4 + 4 * usize::from(words), 0);
            }
            bytes
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_on_either_port(
        datagrams in vec((any::<bool>(), prop_oneof![rtp(), rtcp(), vec(any::<u8>(), 0..200)]), 1..200),
    ) {
        let mut call = Call::new(config());
        for (n, (is_rtp, bytes)) in datagrams.iter().enumerate() {
            let channel = if *is_rtp { Channel::Rtp } else { Channel::Rtcp };
            call.arrive(channel, peer_address(), bytes);
            if n % 3 == 0 {
                call.tick();
                prop_assert!(call.statistics().delay_ms <= 320.0);
            }
        }
    }

    #[test]
    fn readers_take_any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        if let Some(packet) = Packet::parse(&bytes) {
            prop_assert!(packet.payload.len() + 12 <= bytes.len());
        }
        rtcp::items(&bytes, |_| {});
    }
}
