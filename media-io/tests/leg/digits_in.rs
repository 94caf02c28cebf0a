//! Every key press is reported exactly once, however it arrives.

use mixer::port::{Activity, Channel, PortEvent};
use proptest::prelude::*;

use super::call::{Call, config, peer_address};
use super::peer::{Peer, find};

fn digits(call: &Call) -> Vec<u8> {
    call.events
        .iter()
        .filter_map(|event| match event {
            PortEvent::Digit { event } => Some(*event),
            _ => None,
        })
        .collect()
}

/// The packets of one press of 100 ms, as RFC 4733 has them: five with growing durations, of
/// which the last is the end, and two that repeat it. Audio time passes along.
fn press(peer: &mut Peer, event: u8) -> Vec<Vec<u8>> {
    let mut packets: Vec<_> = (1..=5).map(|n| peer.event(n == 1, event, n == 5, n * 160)).collect();
    packets.extend((0..2).map(|_| peer.event(false, event, true, 800)));
    peer.keep_quiet(7 * 160);
    packets
}

/// Presses 1, 1, 2, `#` and keeps of each press only these packets.
fn keep(kept: &[usize]) -> Vec<u8> {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    for event in [1, 1, 2, 11] {
        let packets = press(&mut peer, event);
        for (n, packet) in packets.iter().enumerate() {
            if kept.contains(&n) {
                call.arrive(Channel::Rtp, peer_address(), packet);
            }
            call.tick();
        }
        for _ in 0..3 {
            let audio = peer.audio();
            call.arrive(Channel::Rtp, peer_address(), &audio);
            call.tick();
        }
    }
    digits(&call)
}

#[test]
fn whole_presses() {
    assert_eq!(keep(&[0, 1, 2, 3, 4, 5, 6]), [1, 1, 2, 11]);
}

#[test]
fn lost_starts_and_ends() {
    for kept in [&[4, 5, 6][..], &[6], &[1], &[0], &[0, 1, 2, 3], &[2, 3], &[3, 6]] {
        assert_eq!(keep(kept), [1, 1, 2, 11], "only packets {kept:?} came");
    }
}

#[test]
fn packets_that_come_twice_or_out_of_order() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    for event in [5, 5, 6] {
        let packets = press(&mut peer, event);
        for n in [0, 0, 2, 1, 2, 3, 6, 5, 4, 4] {
            call.arrive(Channel::Rtp, peer_address(), &packets[n]);
            call.tick();
        }
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
    }
    assert_eq!(digits(&call), [5, 5, 6]);
}

#[test]
fn a_sender_whose_timestamp_moves_within_a_press() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    for event in [3, 3] {
        for n in 1..=7u16 {
            let packet = peer.event(n == 1, event, n >= 5, n.min(5) * 160);
            peer.keep_quiet(160);
            call.arrive(Channel::Rtp, peer_address(), &packet);
            call.tick();
        }
    }
    assert_eq!(digits(&call), [3, 3]);
}

#[test]
fn a_sender_that_uses_one_timestamp_for_all_presses() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    for event in [3, 3, 4] {
        for n in 1..=7u16 {
            let packet = peer.event(n == 1, event, n >= 5, n.min(5) * 160);
            call.arrive(Channel::Rtp, peer_address(), &packet);
            call.tick();
        }
    }
    assert_eq!(digits(&call), [3, 3, 4]);
}

#[test]
fn a_key_held_for_ten_seconds_is_one_press() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    let mut duration = 0u32;
    for n in 0..500 {
        duration += 160;
        if duration > 0xffff {
            // RFC 4733, 2.5.1.3: a further segment begins where the last one ended.
            peer.keep_quiet(0xffff);
            duration -= 0xffff;
        }
        let packet = peer.event(n == 0, 9, n >= 497, duration as u16);
        call.arrive(Channel::Rtp, peer_address(), &packet);
        call.tick();
    }
    assert_eq!(digits(&call), [9]);
}

#[test]
fn events_that_are_no_keys_and_halves_of_events_are_ignored() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    let fax = peer.event(true, 36, false, 160);
    call.arrive(Channel::Rtp, peer_address(), &fax);
    let cut = peer.packet(super::call::EVENT_TYPE, true, &[1, 0]);
    call.arrive(Channel::Rtp, peer_address(), &cut);
    assert!(digits(&call).is_empty());
}

#[test]
fn a_press_long_after_the_last_one() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    // Sequence numbers half way round look as if they lay behind.
    for quiet in [0, 32_760, 40_000, 65_529] {
        for _ in 0..quiet {
            let audio = peer.audio();
            call.arrive(Channel::Rtp, peer_address(), &audio);
        }
        for packet in press(&mut peer, 8) {
            call.arrive(Channel::Rtp, peer_address(), &packet);
        }
    }
    assert_eq!(digits(&call), [8; 4]);
}

#[test]
fn a_press_amid_speech_neither_shifts_nor_stutters_it() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    let mut heard = Vec::new();
    for round in 0..100 {
        if round == 50 {
            for packet in press(&mut peer, 7) {
                call.arrive(Channel::Rtp, peer_address(), &packet);
                heard.push(call.tick());
            }
        }
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
        heard.push(call.tick());
    }
    assert_eq!(digits(&call), [7]);
    let last: Vec<i16> = heard[70..].iter().flat_map(|(_, frame)| *frame).collect();
    assert!(find(&last, peer.said).is_some());
    assert!(heard.iter().any(|(activity, _)| *activity == Activity::Silent));
    let figures = call.statistics();
    assert_eq!((figures.lost, figures.late, figures.skipped_ms), (0, 0, 0));
    assert_eq!(figures.jitter_ms, 0.0);
}

proptest! {
    /// Of each press at least one packet comes; the others are lost, repeated or late at random.
    #[test]
    fn any_loss_of_packets(kept in proptest::collection::vec(1u8..128, 1..12)) {
        let mut call = Call::new(config());
        let mut peer = Peer::new(20);
        let mut expected = Vec::new();
        for (n, mask) in kept.iter().enumerate() {
            // Neighbours differ, and the same key comes back after another one.
            let event = (n % 3) as u8;
            expected.push(event);
            for (bit, packet) in press(&mut peer, event).iter().enumerate() {
                if mask & (1 << bit) != 0 {
                    call.arrive(Channel::Rtp, peer_address(), packet);
                }
            }
            for _ in 0..3 {
                let audio = peer.audio();
                call.arrive(Channel::Rtp, peer_address(), &audio);
                call.tick();
            }
        }
        prop_assert_eq!(digits(&call), expected);
    }
}
