//! Symmetric RTP: the first valid source is the peer, and nobody else is heard or sent to.

use media_io::leg::Remote;
use mixer::port::{Activity, Channel, PortEvent};

use super::call::{Call, address, config, peer_address};
use super::peer::Peer;

fn target_of(call: &mut Call) -> std::net::SocketAddr {
    call.take_rtp();
    call.tick();
    call.take_rtp()[0].to
}

#[test]
fn media_goes_where_the_peer_speaks_from() {
    let mut call = Call::new(config());
    let natted = address("198.51.100.7:9000");
    assert_eq!(target_of(&mut call), peer_address());
    call.arrive(Channel::Rtp, natted, &Peer::new(20).audio());
    assert_eq!(target_of(&mut call), natted);
    assert_eq!(call.events, [PortEvent::Latched { remote: natted }]);
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
    let stranger = address("203.0.113.66:4000");
    let peer = Peer::new(20);
    call.arrive(Channel::Rtp, stranger, b"hello");
    call.arrive(Channel::Rtp, stranger, &[0x40; 40]);
    call.arrive(Channel::Rtp, stranger, &peer.packet(18, false, &[0; 20]));
    assert_eq!(target_of(&mut call), peer_address());
    let figures = call.statistics();
    assert_eq!((figures.malformed, figures.unexpected_payload_type), (2, 1));
    assert!(call.events.is_empty());
}

#[test]
fn the_signalled_address_takes_over_from_a_stranger_for_good() {
    let mut call = Call::new(config());
    let stranger = address("203.0.113.66:4000");
    call.arrive(Channel::Rtp, stranger, &Peer::new(20).audio());
    assert_eq!(target_of(&mut call), stranger);
    let mut peer = Peer::new(20);
    call.arrive(Channel::Rtp, peer_address(), &peer.audio());
    assert_eq!(target_of(&mut call), peer_address());
    call.arrive(Channel::Rtp, stranger, &Peer::new(20).audio());
    assert_eq!(target_of(&mut call), peer_address());
    assert_eq!(call.statistics().rejected, 1);
}

#[test]
fn a_new_address_in_the_sdp_ends_the_lock_and_the_same_does_not() {
    let mut call = Call::new(config());
    let (natted, moved) = (address("198.51.100.7:9000"), address("192.0.2.99:6000"));
    let mut peer = Peer::new(20);
    call.arrive(Channel::Rtp, natted, &peer.audio());
    call.handle.set_remote(Remote::new(peer_address())).unwrap();
    assert_eq!(target_of(&mut call), natted);
    call.handle.set_remote(Remote::new(moved)).unwrap();
    assert_eq!(target_of(&mut call), moved);
    let natted_again = address("198.51.100.7:9004");
    call.arrive(Channel::Rtp, natted_again, &peer.audio());
    assert_eq!(target_of(&mut call), natted_again);
}

#[test]
fn what_comes_before_the_answer_is_heard_but_not_answered() {
    let mut config = config();
    config.remote = None;
    let mut call = Call::new(config);
    let mut peer = Peer::new(20);
    let mut active = 0;
    for _ in 0..10 {
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
        active += usize::from(call.tick().0 == Activity::Active);
    }
    assert!(active >= 8);
    assert!(call.sent.is_empty());
}
