//! A new SSRC, a timestamp that jumps, a sequence that begins anew.

use media_io::rtp::Packet;
use mixer::port::{Activity, Channel};

use super::call::{Call, config, peer_address};
use super::peer::{Peer, find};

/// Delivers so many packets, one per tick; returns what is heard, tick by tick.
fn speak(call: &mut Call, peer: &mut Peer, packets: usize) -> Vec<(Activity, [i16; 160])> {
    (0..packets)
        .map(|_| {
            call.arrive(Channel::Rtp, peer_address(), &peer.audio());
            call.tick()
        })
        .collect()
}

/// Whether the end of what was heard is whole speech.
fn assert_recovered(heard: &[(Activity, [i16; 160])], said: usize) {
    let last: Vec<i16> = heard[heard.len() - 20..].iter().flat_map(|(_, frame)| *frame).collect();
    assert!(find(&last, said).is_some());
}

#[test]
fn another_ssrc_takes_over_with_its_second_packet() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    speak(&mut call, &mut peer, 50);
    peer.ssrc = 0xbeef;
    peer.sequence = 77;
    peer.timestamp = 123_456_789;
    let heard = speak(&mut call, &mut peer, 30);
    assert_recovered(&heard, peer.said);
    let figures = call.statistics();
    assert_eq!(figures.remote_ssrc, Some(0xbeef));
    assert_eq!(figures.lost, 0);
}

#[test]
fn a_second_ssrc_beside_the_first_is_not_mixed_in() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    let mut other = Peer::new(20);
    other.ssrc = 0xbeef;
    other.said = 5_000_000;
    let mut heard = Vec::new();
    for _ in 0..50 {
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
        call.arrive(Channel::Rtp, peer_address(), &other.audio());
        heard.push(call.tick());
    }
    assert_recovered(&heard, peer.said);
    assert_eq!(call.statistics().remote_ssrc, Some(peer.ssrc));
}

#[test]
fn a_timestamp_that_jumps_either_way_costs_no_more_than_a_start() {
    for jump in [8_000i32, -8_000, 400_000, -400_000, i32::MAX, i32::MIN] {
        let mut call = Call::new(config());
        let mut peer = Peer::new(20);
        speak(&mut call, &mut peer, 50);
        peer.timestamp = peer.timestamp.wrapping_add_signed(jump);
        let heard = speak(&mut call, &mut peer, 30);
        assert_recovered(&heard, peer.said);
        assert!(call.statistics().delay_ms < 60.0, "jump by {jump}");
        assert_eq!(call.statistics().late, 0, "jump by {jump}");
    }
}

#[test]
fn a_sequence_that_begins_anew_is_followed() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    speak(&mut call, &mut peer, 50);
    peer.sequence = peer.sequence.wrapping_add(20_000);
    peer.timestamp = 5;
    let heard = speak(&mut call, &mut peer, 30);
    assert_recovered(&heard, peer.said);
    let figures = call.statistics();
    assert_eq!(figures.lost, 0);
    // One packet of the new sequence proves nothing yet and is left out.
    assert_eq!(figures.packets_received, 80);
}

#[test]
fn a_pause_of_the_sender_changes_nothing() {
    for pause_ms in [40, 200, 900, 5_000] {
        let mut call = Call::new(config());
        let mut peer = Peer::new(20);
        speak(&mut call, &mut peer, 50);
        call.run_for(std::time::Duration::from_millis(pause_ms));
        peer.keep_quiet(pause_ms as usize * 8);
        let heard = speak(&mut call, &mut peer, 25);
        assert_recovered(&heard, peer.said);
        let figures = call.statistics();
        assert_eq!((figures.late, figures.lost, figures.skipped_ms), (0, 0, 0), "{pause_ms} ms");
    }
}

#[test]
fn headers_with_sources_and_extensions_are_read() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    let mut heard = Vec::new();
    for _ in 0..30 {
        let plain = peer.audio();
        let mut packet = plain[..12].to_vec();
        packet[0] |= 0x10 | 0x20 | 2;
        packet.extend([0; 8]);
        packet.extend([0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
        packet.extend(&plain[12..]);
        packet.extend([0, 0, 0, 4]);
        assert_eq!(Packet::parse(&packet).unwrap().payload, &plain[12..]);
        call.arrive(Channel::Rtp, peer_address(), &packet);
        heard.push(call.tick());
    }
    assert_recovered(&heard, peer.said);
}
