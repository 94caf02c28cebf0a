//! Keys leave as RFC 4733 has them.

use media_io::leg::CommandError;
use media_io::telephone_event::{DigitsError, Payload};
use mixer::port::{Channel, PortEvent};
use mixer::time::TICK;

use super::call::{Call, EVENT_TYPE, Sent, config, peer_address};

fn is_event(sent: &Sent) -> bool {
    sent.rtp().header.payload_type == EVENT_TYPE
}

/// The packets sent in so many ticks after these keys were asked for.
fn send(digits: &str, packet_ms: u32, ticks: u32) -> Vec<Sent> {
    let mut config = config();
    config.format.packet_ms = packet_ms;
    let mut call = Call::new(config);
    call.run_for(10 * TICK);
    call.take_rtp();
    call.handle.send_digits(digits).unwrap();
    call.run_for(ticks * TICK);
    assert_eq!(call.statistics().digits_sent, digits.len() as u64);
    call.take_rtp()
}

#[test]
fn one_press_in_packets_of_20_ms() {
    let sent = send("5", 20, 20);
    let events: Vec<_> = sent.iter().take_while(|sent| is_event(sent)).collect();
    let seen: Vec<_> = events
        .iter()
        .map(|sent| {
            let payload = Payload::parse(sent.rtp().payload).unwrap();
            (sent.rtp().header.marker, payload.event, payload.end, payload.duration)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (true, 5, false, 160),
            (false, 5, false, 320),
            (false, 5, false, 480),
            (false, 5, false, 640),
            (false, 5, true, 800),
            (false, 5, true, 800),
            (false, 5, true, 800),
        ]
    );
    let start = events[0].rtp().header.timestamp;
    assert!(events.iter().all(|sent| sent.rtp().header.timestamp == start));
    assert!(!sent[7..].iter().any(is_event), "audio follows");
    assert_eq!(sent[7].rtp().header.timestamp.since(start), 7 * 160);
    assert!(!sent[7].rtp().header.marker);
}

#[test]
fn keys_follow_each_other_with_a_pause_and_without_a_gap_in_the_sequence() {
    for packet_ms in [10, 20, 30, 40, 60] {
        let sent = send("0189*#ABCD!", packet_ms, 240);
        for (first, second) in sent.iter().zip(&sent[1..]) {
            let step = second.rtp().header.sequence.since(first.rtp().header.sequence);
            assert_eq!(step, 1);
        }
        let presses: Vec<_> = sent.chunk_by(|a, b| timestamp(a) == timestamp(b)).collect();
        let presses: Vec<_> = presses.into_iter().filter(|press| is_event(&press[0])).collect();
        let keys: Vec<u8> = presses.iter().map(|press| payload(&press[0]).event).collect();
        assert_eq!(keys, [0, 1, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        for press in &presses {
            assert_eq!(press.iter().filter(|sent| payload(sent).end).count(), 3);
            assert_eq!(press.iter().filter(|sent| sent.rtp().header.marker).count(), 1);
            assert!(payload(&press[press.len() - 1]).duration >= 800);
        }
        for pair in presses.windows(2) {
            let end =
                timestamp(&pair[0][0]).plus(payload(&pair[0][pair[0].len() - 1]).duration.into());
            assert!(timestamp(&pair[1][0]).since(end) >= 50 * 8, "{packet_ms} ms packets");
        }
    }
}

fn payload(sent: &Sent) -> Payload {
    Payload::parse(sent.rtp().payload).unwrap()
}

fn timestamp(sent: &Sent) -> media_io::rtp::Timestamp {
    sent.rtp().header.timestamp
}

#[test]
fn what_one_leg_sends_another_receives() {
    let mut call = Call::new(config());
    let mut other = Call::new(config());
    call.handle.send_digits("1123#").unwrap();
    for _ in 0..100 {
        call.tick();
        for sent in call.take_rtp() {
            other.arrive(Channel::Rtp, peer_address(), &sent.bytes);
        }
        other.tick();
    }
    let keys: Vec<_> =
        other.events.iter().filter(|e| matches!(e, PortEvent::Digit { .. })).collect();
    let expected = [1, 1, 2, 3, 11].map(|event| PortEvent::Digit { event });
    assert_eq!(keys, expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_relayed_key_is_sent() {
    let mut call = Call::new(config());
    call.relay_digit(4);
    call.run_for(20 * TICK);
    assert_eq!(call.take_rtp().iter().filter(|sent| is_event(sent)).count(), 7);
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let mut call = Call::new(config());
    let refused = |call: &mut Call, digits: &str| call.handle.send_digits(digits).unwrap_err();
    let no_key = CommandError::Digits(DigitsError::NoKey('x'));
    assert_eq!(refused(&mut call, "12x"), no_key);
    assert_eq!(refused(&mut call, &"1".repeat(33)), CommandError::Digits(DigitsError::TooMany));
    let mut format = config().format;
    format.telephone_event = None;
    call.handle.set_format(format).unwrap();
    assert_eq!(refused(&mut call, "1"), CommandError::NoTelephoneEvent);
}

#[test]
fn the_queue_is_bounded() {
    let mut call = Call::new(config());
    for _ in 0..3 {
        call.handle.send_digits(&"7".repeat(32)).unwrap();
    }
    call.tick();
    assert_eq!(call.statistics().digits_dropped, 32);
}
