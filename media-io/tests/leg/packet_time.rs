//! Packets leave evenly, whole and in order, whatever their length.

use std::time::Duration;

use media_io::codec::PCMU;
use media_io::leg::Format;
use mixer::port::{Audio, Channel, Heard};
use mixer::time::{TICK, Time};
use proptest::prelude::*;

use super::call::{Call, Sent, config, peer_address};
use super::peer::byte_at;

/// Half a minute of speech in packets of this length.
fn speak(packet_ms: u32) -> Vec<Sent> {
    let mut config = config();
    config.format.packet_ms = packet_ms;
    let mut call = Call::new(config);
    for tick in 0..1_500 {
        let now = call.now;
        let before = call.sent.len();
        call.tick_hearing(heard(&speech(tick)));
        for sent in &call.sent[before..] {
            assert!(sent.not_before >= now && sent.not_before < now + TICK);
        }
    }
    call.take_rtp()
}

/// What the engine makes of the n-th tick for a leg that speaks PCMU.
fn speech(tick: usize) -> Vec<u8> {
    (tick * 160..(tick + 1) * 160).map(byte_at).collect()
}

fn heard(payload: &[u8]) -> Heard<'_> {
    Heard::Audio(Audio { frame: &[0; 160], payload, encoding: Some(PCMU.encoding(None).id) })
}

fn check(packet_ms: u32) {
    let sent = speak(packet_ms);
    let samples = packet_ms * 8;
    assert_eq!(sent.len(), 30_000 / packet_ms as usize);
    assert!(sent.iter().all(|sent| sent.to == peer_address() && sent.channel == Channel::Rtp));
    for (first, second) in sent.iter().zip(&sent[1..]) {
        let (a, b) = (first.rtp().header, second.rtp().header);
        assert_eq!(b.sequence.since(a.sequence), 1);
        assert_eq!(b.timestamp.since(a.timestamp), samples as i32);
        assert_eq!((b.ssrc, b.payload_type), (a.ssrc, a.payload_type));
        let spacing = second.not_before.since(first.not_before);
        assert_eq!(
            spacing,
            Duration::from_millis(packet_ms.into()),
            "after {:?}",
            first.not_before
        );
    }
    let markers: Vec<bool> = sent.iter().map(|sent| sent.rtp().header.marker).collect();
    assert!(markers[0] && !markers[1..].contains(&true));
    assert_said_as_heard(&sent);
}

/// Every sample heard was said, in order and once.
fn assert_said_as_heard(sent: &[Sent]) {
    let said: Vec<u8> = sent.iter().flat_map(|sent| sent.rtp().payload.to_vec()).collect();
    let heard: Vec<u8> = (0..said.len()).map(byte_at).collect();
    assert!(said == heard);
}

#[test]
fn skipped_ticks_are_a_pause_and_not_a_delay() {
    let mut call = Call::new(config());
    call.run_for(5 * TICK);
    let before = call.take_rtp();
    // The engine had no processor for a while and missed three deadlines.
    call.now = call.now + 3 * TICK;
    call.run_for(5 * TICK);
    let after = call.take_rtp();
    let (last, first) = (before[before.len() - 1].rtp().header, after[0].rtp().header);
    assert_eq!(first.sequence.since(last.sequence), 1);
    assert_eq!(first.timestamp.since(last.timestamp), 4 * 160);
    assert!(first.marker && !after[1].rtp().header.marker);
}

#[test]
fn common_packet_times() {
    for packet_ms in [10, 20, 30, 40, 50, 60] {
        check(packet_ms);
    }
}

#[test]
fn a_packet_leaves_as_soon_as_it_is_whole() {
    let at = |packet_ms| -> Vec<u64> {
        speak(packet_ms).iter().take(3).map(|sent| sent.not_before.0 / 1_000_000).collect()
    };
    assert_eq!(at(10), [0, 10, 20]);
    assert_eq!(at(20), [0, 20, 40]);
    assert_eq!(at(30), [20, 50, 80]);
    assert_eq!(at(60), [40, 100, 160]);
}

#[test]
fn another_packet_time_leaves_no_gap() {
    let mut call = Call::new(config());
    let mut sent = Vec::new();
    for (tick, packet_ms) in (0..400).map(|tick| (tick, [30, 20, 10, 60, 25][tick / 80])) {
        let mut format: Format = config().format;
        format.packet_ms = packet_ms;
        call.handle.set_format(format).unwrap();
        call.tick_hearing(heard(&speech(tick)));
        sent.extend(call.take_rtp());
    }
    let mut last = Time(0);
    for (first, second) in sent.iter().zip(&sent[1..]) {
        let (a, b) = (first.rtp(), second.rtp());
        assert_eq!(b.header.sequence.since(a.header.sequence), 1);
        assert_eq!(b.header.timestamp.since(a.header.timestamp), a.payload.len() as i32);
        assert!(second.not_before >= last);
        last = second.not_before;
    }
    assert_said_as_heard(&sent);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_packet_time(packet_ms in 10u32..=60) {
        prop_assume!(30_000 % packet_ms == 0);
        check(packet_ms);
    }
}
