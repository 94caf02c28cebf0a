//! What the engine encoded leaves as it is, in packets of the agreed length and on the codec's clock.

use std::time::Duration;

use media_io::codec::{CODECS, Codec, G722, L16_WIDE, OPUS, PCMA, PCMU, TICK_BYTES_MAX};
use media_io::leg::{Format, PACKET_BYTES_MAX};
use media_io::telephone_event::Payload;
use mixer::encoder::EncodingId;
use mixer::port::{Audio, Heard};

use super::call::{Call, EVENT_TYPE, Sent, config_of};
use super::stream::PAYLOAD_TYPE;

fn format(codec: &'static Codec, packet_ms: u32) -> Format {
    let mut format = Format::new(codec, codec.static_payload_type.unwrap_or(PAYLOAD_TYPE));
    format.packet_ms = packet_ms;
    format
}

/// Ticks of noise, encoded as the engine does it.
fn payloads(codec: &Codec, count: usize) -> Vec<Vec<u8>> {
    let mut encoder = (codec.encoding(None).encoder)();
    let mut random = 1u32;
    let mut payload = [0; TICK_BYTES_MAX];
    let tick = |_| {
        let samples: Vec<i16> = (0..codec.rate.frame_samples())
            .map(|_| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (random >> 18) as i16 - 8_192
            })
            .collect();
        let len = encoder.encode(&samples, &mut payload);
        payload[..len].to_vec()
    };
    (0..count).map(tick).collect()
}

fn heard(payload: &[u8], encoding: EncodingId) -> Heard<'_> {
    Heard::Audio(Audio { frame: &[], payload, encoding: Some(encoding) })
}

/// Says these ticks, and what leaves.
fn say(call: &mut Call, codec: &Codec, payloads: &[Vec<u8>]) -> Vec<Sent> {
    let mut frame = vec![0; codec.rate.frame_samples()];
    for payload in payloads {
        call.tick_into(&mut frame, heard(payload, codec.encoding(None).id));
    }
    call.take_rtp()
}

#[test]
fn packets_hold_what_was_encoded_and_count_on_the_codec_s_clock() {
    for codec in CODECS {
        for packet_ms in [20, 40, 60] {
            if codec == &L16_WIDE && packet_ms > 40 {
                continue;
            }
            let ticks = payloads(codec, 60);
            let mut call = Call::new(config_of(format(codec, packet_ms)));
            let sent = say(&mut call, codec, &ticks);
            assert_eq!(sent.len(), 60 * 20 / packet_ms as usize, "{codec:?}");
            for (first, second) in sent.iter().zip(&sent[1..]) {
                let (a, b) = (first.rtp().header, second.rtp().header);
                let units = codec.clock_rate_hz / 1_000 * packet_ms;
                assert_eq!(b.timestamp.since(a.timestamp), units as i32, "{codec:?}");
                assert_eq!(b.sequence.since(a.sequence), 1);
                let spacing = second.not_before.since(first.not_before);
                assert_eq!(spacing, Duration::from_millis(packet_ms.into()), "{codec:?}");
            }
            // Decoded packet by packet and tick by tick it is the same.
            let (mut packets, mut single) = ((codec.decoder)(), (codec.decoder)());
            let (mut out, mut tick) = ([0; 5_760], [0; 960]);
            let mut ticks = ticks.iter();
            for sent in &sent {
                let count = packets.decode(sent.rtp().payload, &mut out);
                assert_eq!(count, codec.rate.frame_samples() * packet_ms as usize / 20);
                for part in out[..count].chunks_exact(codec.rate.frame_samples()) {
                    single.decode(ticks.next().unwrap(), &mut tick);
                    assert!(*part == tick[..part.len()], "{codec:?} in {packet_ms} ms");
                }
            }
        }
    }
}

#[test]
fn a_packet_never_outgrows_a_frame_of_ethernet() {
    let mut call = Call::new(config_of(format(&L16_WIDE, 60)));
    let sent = say(&mut call, &L16_WIDE, &payloads(&L16_WIDE, 12));
    assert_eq!(sent.len(), 240 / 40);
    assert!(sent.iter().all(|sent| sent.rtp().payload.len() == PACKET_BYTES_MAX));
}

#[test]
fn ten_milliseconds_of_a_codec_with_frames_are_twenty() {
    for (wanted, sent) in [(10, 20), (30, 20), (50, 40)] {
        let mut call = Call::new(config_of(format(&OPUS, wanted)));
        let packets = say(&mut call, &OPUS, &payloads(&OPUS, 12));
        assert_eq!(packets.len(), 240 / sent, "{wanted} ms");
    }
}

#[test]
fn who_hears_nothing_sends_silence() {
    for codec in CODECS {
        let mut call = Call::new(config_of(format(codec, 20)));
        let mut frame = vec![0; codec.rate.frame_samples()];
        for _ in 0..10 {
            call.tick_into(&mut frame, Heard::Nothing);
        }
        let mut decoder = (codec.decoder)();
        let mut out = [0; 960];
        let sent = call.take_rtp();
        assert_eq!(sent.len(), 10);
        for packet in &sent {
            let count = decoder.decode(packet.rtp().payload, &mut out);
            assert_eq!(count, codec.rate.frame_samples(), "{codec:?}");
            assert!(out[..count].iter().all(|sample| sample.abs() < 64), "{codec:?}");
        }
    }
}

/// The bytes of one law, sent as those of the other, would be a burst of noise.
#[test]
fn what_is_in_another_encoding_is_not_sent() {
    let mut call = Call::new(config_of(format(&PCMA, 20)));
    let loud = payloads(&PCMU, 2);
    call.tick_into(&mut [0; 160], heard(&loud[0], PCMU.encoding(None).id));
    call.tick_into(&mut [0; 160], heard(&loud[1], G722.encoding(None).id));
    call.tick_into(
        &mut [0; 160],
        Heard::Audio(Audio { frame: &[99; 160], payload: &[], encoding: None }),
    );
    for packet in call.take_rtp() {
        assert_eq!(packet.rtp().payload, [0xd5; 160]);
    }
}

#[test]
fn another_codec_begins_with_the_next_packet() {
    let mut call = Call::new(config_of(format(&PCMU, 60)));
    // A third of a packet waits.
    assert_eq!(say(&mut call, &PCMU, &payloads(&PCMU, 4)).len(), 1);
    call.handle.set_format(format(&OPUS, 20)).unwrap();
    let sent = say(&mut call, &OPUS, &payloads(&OPUS, 3));
    assert_eq!(sent.len(), 3);
    for packet in &sent {
        assert_eq!(packet.rtp().header.payload_type, PAYLOAD_TYPE);
        assert_eq!((OPUS.units_in)(packet.rtp().payload), 960);
    }
    assert!(sent[0].rtp().header.marker, "time has passed without a packet");
}

#[test]
fn keys_last_as_long_on_every_clock() {
    for (clock_hz, codec) in [(48_000, &OPUS), (8_000, &OPUS), (8_000, &G722)] {
        let mut format = format(codec, 20);
        format.telephone_event = Some(EVENT_TYPE);
        format.event_clock_hz = clock_hz;
        let mut call = Call::new(config_of(format));
        call.handle.send_digits("5").unwrap();
        let sent = say(&mut call, codec, &payloads(codec, 20));
        let events = sent.iter().filter(|sent| sent.rtp().header.payload_type == EVENT_TYPE);
        let events: Vec<_> = events
            .map(|sent| (sent.rtp().header.timestamp, Payload::parse(sent.rtp().payload).unwrap()))
            .collect();
        assert_eq!(events.len(), 7);
        assert!(events.iter().all(|(timestamp, _)| *timestamp == events[0].0));
        let last = events[6].1;
        assert!(last.end);
        assert_eq!(u32::from(last.duration) * 1_000 / clock_hz, 100, "{codec:?}");
        // The timestamps of audio go on at the codec's pace.
        let first = sent[0].rtp().header.timestamp;
        let passed = sent[19].rtp().header.timestamp.since(first) as u32;
        assert_eq!(passed, 19 * codec.clock_rate_hz / 50);
    }
}
