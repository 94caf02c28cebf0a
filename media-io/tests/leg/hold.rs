//! Nothing leaves while it may not; afterwards the stream goes on in its own time.

use std::net::SocketAddr;
use std::time::Duration;

use media_io::leg::{Direction, Remote};
use media_io::rtcp::{Cname, Compound};
use mixer::port::{Activity, Channel};

use super::call::{Call, address, config, peer_address};
use super::peer::Peer;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn silence_is_sent_while_nothing_is_heard() {
    let mut call = Call::new(config());
    call.run_for(SECOND);
    let sent = call.take_rtp();
    assert_eq!(sent.len(), 50);
    assert!(sent.iter().all(|sent| sent.rtp().payload == [0xff; 160]));
}

#[test]
fn nothing_is_sent_before_the_peer_is_known() {
    let mut config = config();
    config.remote = None;
    let mut call = Call::new(config);
    call.run_for(SECOND);
    assert!(call.sent.is_empty());
    call.handle.set_remote(Remote::new(peer_address())).unwrap();
    call.run_for(SECOND);
    assert_eq!(call.take_rtp().len(), 50);
}

/// Ten seconds in which a leg that waits for the caller's confirmation sends nothing, not even a
/// report or a goodbye; then whatever `release` does lets it speak.
fn held_until(release: impl Fn(&mut Call)) {
    let mut config = config();
    config.hold_until_confirmed = true;
    let mut call = Call::new(config);
    call.run_for(10 * SECOND);
    assert!(call.sent.is_empty());
    release(&mut call);
    call.run_for(10 * SECOND);
    assert_eq!(call.take_rtp().len(), 500);
    assert!(!call.take_rtcp().is_empty());
}

#[test]
fn nothing_is_sent_before_the_call_is_confirmed() {
    held_until(|call| call.handle.confirm().unwrap());
}

#[test]
fn a_peer_that_is_heard_needs_no_confirmation() {
    held_until(|call| call.arrive(Channel::Rtp, peer_address(), &Peer::new(20).audio()));
    let report = Compound::new(1, None, None, &Cname::new("peer"), false);
    held_until(|call| call.arrive(Channel::Rtcp, address("192.0.2.1:4001"), report.as_bytes()));
}

#[test]
fn a_call_that_was_never_confirmed_ends_without_a_packet() {
    let mut config = config();
    config.hold_until_confirmed = true;
    let mut call = Call::new(config);
    for port in 1..100 {
        call.arrive(Channel::Rtp, address(&format!("203.0.113.66:{port}")), &Peer::new(20).audio());
    }
    call.run_for(32 * SECOND);
    call.handle.goodbye().unwrap();
    call.run_for(SECOND);
    assert!(call.sent.is_empty());
}

fn pause_and_resume(pause: impl Fn(&mut Call), resume: impl Fn(&mut Call)) {
    let mut call = Call::new(config());
    call.run_for(SECOND);
    let before = call.take_rtp();
    pause(&mut call);
    call.run_for(3 * SECOND);
    assert_eq!(call.take_rtp().len(), 0);
    resume(&mut call);
    call.run_for(SECOND);
    let after = call.take_rtp();
    assert_eq!(after.len(), 50);
    let (last, first) = (before[49].rtp().header, after[0].rtp().header);
    assert_eq!(first.sequence.since(last.sequence), 1);
    assert_eq!(first.timestamp.since(last.timestamp), 8 * 3_000 + 160);
    assert!(first.marker && !after[1].rtp().header.marker);
}

#[test]
fn hold_by_direction() {
    for direction in [Direction::RecvOnly, Direction::Inactive] {
        pause_and_resume(
            |call| call.handle.set_direction(direction).unwrap(),
            |call| call.handle.set_direction(Direction::SendRecv).unwrap(),
        );
    }
}

#[test]
fn hold_by_unspecified_address() {
    let nowhere: SocketAddr = address("0.0.0.0:4000");
    pause_and_resume(
        |call| call.handle.set_remote(Remote::new(nowhere)).unwrap(),
        |call| call.handle.set_remote(Remote::new(peer_address())).unwrap(),
    );
}

#[test]
fn hold_keeps_the_lock_on_the_peer() {
    let mut call = Call::new(config());
    let (natted, stranger) = (address("198.51.100.7:9"), address("198.51.100.8:9"));
    let mut peer = Peer::new(20);
    for _ in 0..3 {
        call.arrive(Channel::Rtp, natted, &peer.audio());
    }
    call.handle.set_remote(Remote::new(address("0.0.0.0:0"))).unwrap();
    call.tick();
    for _ in 0..5 {
        call.arrive(Channel::Rtp, stranger, &peer.audio());
    }
    call.handle.set_remote(Remote::new(peer_address())).unwrap();
    call.tick();
    assert_eq!(call.statistics().latched, Some(natted));
    assert_eq!(call.statistics().rejected, 2 + 5);
}

#[test]
fn a_peer_that_was_told_not_to_send_is_not_heard() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    call.handle.set_direction(Direction::SendOnly).unwrap();
    call.tick();
    for _ in 0..50 {
        let packet = peer.audio();
        call.arrive(Channel::Rtp, peer_address(), &packet);
        assert_eq!(call.tick().0, Activity::Silent);
    }
    assert_eq!(call.statistics().packets_received, 50);
    call.handle.set_direction(Direction::SendRecv).unwrap();
    call.tick();
    for _ in 0..5 {
        let packet = peer.audio();
        call.arrive(Channel::Rtp, peer_address(), &packet);
        call.tick();
    }
    assert_eq!(call.tick().0, Activity::Active);
}
