//! Symmetric RTP: the peer is whoever speaks from the signalled address, or else whoever has passed
//! the probation; nobody else is heard or sent to.

use std::net::SocketAddr;

use media_io::leg::{Direction, Remote};
use media_io::rtcp::{Cname, Compound};
use mixer::port::{Activity, Channel, PortEvent};

use super::call::{Call, address, config, peer_address};
use super::peer::Peer;

fn target_of(call: &mut Call) -> SocketAddr {
    call.take_rtp();
    call.tick();
    call.take_rtp()[0].to
}

/// So many packets in sequence from one address.
fn speak(call: &mut Call, from: SocketAddr, peer: &mut Peer, packets: usize) {
    for _ in 0..packets {
        call.arrive(Channel::Rtp, from, &peer.audio());
    }
}

fn stranger() -> SocketAddr {
    address("203.0.113.66:4000")
}

#[test]
fn a_peer_behind_a_nat_is_latched_with_its_third_packet() {
    let mut call = Call::new(config());
    let natted = address("198.51.100.7:9000");
    let mut peer = Peer::new(20);
    speak(&mut call, natted, &mut peer, 2);
    assert_eq!(target_of(&mut call), peer_address());
    assert!(call.events.is_empty());
    speak(&mut call, natted, &mut peer, 1);
    assert_eq!(target_of(&mut call), natted);
    assert_eq!(call.events, [PortEvent::Latched { remote: natted }]);
    let figures = call.statistics();
    assert_eq!((figures.rejected, figures.packets_received), (2, 1));
}

#[test]
fn the_signalled_address_is_latched_at_once() {
    let mut call = Call::new(config());
    speak(&mut call, peer_address(), &mut Peer::new(20), 1);
    assert_eq!(call.events, [PortEvent::Latched { remote: peer_address() }]);
}

#[test]
fn a_single_packet_of_a_stranger_takes_nothing() {
    let mut call = Call::new(config());
    speak(&mut call, stranger(), &mut Peer::new(20), 1);
    for _ in 0..100 {
        assert_eq!(target_of(&mut call), peer_address());
    }
}

#[test]
fn probation_wants_one_source_in_sequence() {
    fn gap(peer: &mut Peer) {
        peer.sequence = peer.sequence.wrapping_add(1);
    }
    fn repetition(peer: &mut Peer) {
        peer.sequence = peer.sequence.wrapping_sub(1);
    }
    fn other_ssrc(peer: &mut Peer) {
        peer.ssrc = peer.ssrc.wrapping_add(1);
    }
    for break_off in [gap, repetition, other_ssrc] {
        let mut call = Call::new(config());
        let mut peer = Peer::new(20);
        for _ in 0..20 {
            speak(&mut call, stranger(), &mut peer, 1);
            break_off(&mut peer);
        }
        assert_eq!(target_of(&mut call), peer_address());
        assert_eq!(call.statistics().rejected, 20);
    }
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    for port in 1..20 {
        let from = SocketAddr::new(stranger().ip(), port);
        speak(&mut call, from, &mut peer, 1);
    }
    assert_eq!(target_of(&mut call), peer_address());
}

#[test]
fn the_signalled_address_ends_a_probation() {
    let mut call = Call::new(config());
    let mut other = Peer::new(20);
    speak(&mut call, stranger(), &mut other, 2);
    speak(&mut call, peer_address(), &mut Peer::new(20), 1);
    speak(&mut call, stranger(), &mut other, 10);
    assert_eq!(target_of(&mut call), peer_address());
    assert_eq!(call.events.len(), 1);
}

#[test]
fn while_the_peer_was_told_not_to_send_nobody_else_is_latched() {
    for direction in [Direction::SendOnly, Direction::Inactive] {
        let mut config = config();
        config.direction = direction;
        let mut call = Call::new(config);
        let mut other = Peer::new(20);
        speak(&mut call, stranger(), &mut other, 50);
        call.tick();
        assert_eq!(call.statistics().latched, None);
        assert_eq!(call.statistics().rejected, 50);
        // What came meanwhile counts for nothing when the peer may send again.
        call.handle.set_direction(Direction::SendRecv).unwrap();
        call.tick();
        speak(&mut call, stranger(), &mut other, 2);
        assert_eq!(target_of(&mut call), peer_address());
        speak(&mut call, stranger(), &mut other, 1);
        assert_eq!(target_of(&mut call), stranger());
    }
}

#[test]
fn a_peer_behind_a_nat_stays_latched_when_it_stops_sending() {
    let mut call = Call::new(config());
    let natted = address("198.51.100.7:9000");
    speak(&mut call, natted, &mut Peer::new(20), 3);
    call.handle.set_direction(Direction::SendOnly).unwrap();
    assert_eq!(target_of(&mut call), natted);
}

#[test]
fn reports_from_another_port_of_the_peer_go_through_probation_too() {
    let mut call = Call::new(config());
    let other_port = address("192.0.2.1:5000");
    let report = Compound::new(7, None, None, &Cname::new("peer"), false);
    let other = Compound::new(8, None, None, &Cname::new("other"), false);
    let reports_accepted = |call: &mut Call, report: &Compound| {
        call.arrive(Channel::Rtcp, other_port, report.as_bytes());
        call.tick();
        call.statistics().rtcp_received
    };
    assert_eq!(reports_accepted(&mut call, &report), 0);
    assert_eq!(reports_accepted(&mut call, &other), 0);
    assert_eq!(reports_accepted(&mut call, &report), 0);
    assert_eq!(reports_accepted(&mut call, &report), 1);
    call.arrive(Channel::Rtcp, address("192.0.2.1:4001"), other.as_bytes());
    assert_eq!(reports_accepted(&mut call, &report), 2, "the signalled port wins");
}

#[test]
fn a_stranger_is_neither_heard_nor_sent_to() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    let mut stranger = Peer::new(20);
    stranger.ssrc = 0xbad;
    stranger.said = 1_000_000;
    let mut heard = Vec::new();
    for _ in 0..100 {
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
        // From another port of the same host, and from another host with the peer's own SSRC.
        call.arrive(Channel::Rtp, address("192.0.2.1:4002"), &stranger.audio());
        call.arrive(Channel::Rtp, address("203.0.113.66:4000"), &peer.clone().audio());
        let (activity, frame) = call.tick();
        if activity == Activity::Active {
            heard.extend_from_slice(&frame);
        }
    }
    assert_eq!(super::peer::find(&heard, peer.said), Some(0));
    assert!(call.take_rtp().iter().all(|sent| sent.to == peer_address()));
    let figures = call.statistics();
    assert_eq!((figures.rejected, figures.packets_received), (200, 100));
    assert_eq!((figures.lost, figures.duplicates), (0, 0));
    assert_eq!(call.events.len(), 1);
}

#[test]
fn what_is_no_valid_rtp_latches_nothing() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    for _ in 0..5 {
        call.arrive(Channel::Rtp, peer_address(), b"hello");
        call.arrive(Channel::Rtp, peer_address(), &[0x40; 40]);
        call.arrive(Channel::Rtp, peer_address(), &peer.packet(18, false, &[0; 20]));
        peer.sequence = peer.sequence.wrapping_add(1);
    }
    assert_eq!(target_of(&mut call), peer_address());
    let figures = call.statistics();
    assert_eq!((figures.malformed, figures.unexpected_payload_type), (10, 5));
    assert!(call.events.is_empty());
}

#[test]
fn the_signalled_address_takes_over_from_a_stranger_for_good() {
    let mut call = Call::new(config());
    let mut other = Peer::new(20);
    speak(&mut call, stranger(), &mut other, 3);
    assert_eq!(target_of(&mut call), stranger());
    speak(&mut call, peer_address(), &mut Peer::new(20), 1);
    assert_eq!(target_of(&mut call), peer_address());
    speak(&mut call, stranger(), &mut other, 10);
    assert_eq!(target_of(&mut call), peer_address());
    assert_eq!(call.statistics().rejected, 2 + 10);
}

#[test]
fn a_new_address_in_the_sdp_ends_the_lock_and_the_same_does_not() {
    let mut call = Call::new(config());
    let (natted, moved) = (address("198.51.100.7:9000"), address("192.0.2.99:6000"));
    let mut peer = Peer::new(20);
    speak(&mut call, natted, &mut peer, 3);
    call.handle.set_remote(Remote::new(peer_address())).unwrap();
    assert_eq!(target_of(&mut call), natted);
    call.handle.set_remote(Remote::new(moved)).unwrap();
    assert_eq!(target_of(&mut call), moved);
    let natted_again = address("198.51.100.7:9004");
    speak(&mut call, natted_again, &mut peer, 3);
    assert_eq!(target_of(&mut call), natted_again);
}

#[test]
fn what_comes_before_the_answer_is_heard_but_not_answered() {
    let mut config = config();
    config.remote = None;
    let mut call = Call::new(config);
    let mut peer = Peer::new(20);
    let mut active = 0;
    for _ in 0..20 {
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
        active += usize::from(call.tick().0 == Activity::Active);
    }
    assert!(active >= 16);
    assert!(call.sent.is_empty());
}
