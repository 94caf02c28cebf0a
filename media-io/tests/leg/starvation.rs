//! A leg that hears nothing says so, once, and only if there should be something to hear.

use std::time::Duration;

use media_io::leg::Direction;
use media_io::rtcp::{Cname, Compound};
use mixer::port::{Channel, PortEvent};

use super::call::{Call, address, config, peer_address};
use super::peer::Peer;

const MINUTE: Duration = Duration::from_secs(60);

fn starved(call: &Call) -> Vec<u32> {
    call.events
        .iter()
        .filter_map(|event| match event {
            PortEvent::Starved { silent_ms } => Some(*silent_ms),
            _ => None,
        })
        .collect()
}

#[test]
fn silence_is_reported_once_after_a_minute() {
    let mut call = Call::new(config());
    call.run_for(MINUTE);
    assert!(starved(&call).is_empty());
    call.tick();
    assert_eq!(starved(&call), [60_000]);
    call.run_for(5 * MINUTE);
    assert_eq!(starved(&call), [60_000]);
}

#[test]
fn each_silence_is_reported() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    for _ in 0..2 {
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
        call.run_for(2 * MINUTE);
    }
    assert_eq!(starved(&call).len(), 2);
}

#[test]
fn strangers_do_not_keep_a_leg_alive() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    call.arrive(Channel::Rtp, peer_address(), &peer.audio());
    for _ in 0..61 {
        call.run_for(Duration::from_secs(1));
        call.arrive(Channel::Rtp, address("203.0.113.66:1"), &peer.clone().audio());
    }
    assert_eq!(starved(&call).len(), 1);
}

#[test]
fn a_peer_that_was_told_not_to_send_does_not_starve_us() {
    for direction in [Direction::SendOnly, Direction::Inactive] {
        let mut call = Call::new(config());
        call.handle.set_direction(direction).unwrap();
        call.run_for(3 * MINUTE);
        assert!(starved(&call).is_empty());
        call.handle.set_direction(Direction::SendRecv).unwrap();
        call.run_for(MINUTE - Duration::from_secs(1));
        assert!(starved(&call).is_empty(), "the minute begins when sending is allowed again");
        call.run_for(Duration::from_secs(2));
        assert_eq!(starved(&call).len(), 1);
    }
}

/// Muted, on hold, or suppressing silence: it sends no media, and reports all the same.
#[test]
fn a_peer_that_reports_is_kept_in_every_direction() {
    for direction in [Direction::SendRecv, Direction::RecvOnly] {
        let mut call = Call::new(config());
        call.handle.set_direction(direction).unwrap();
        let reports = address("192.0.2.1:4001");
        let report = Compound::new(1, None, None, &Cname::new("peer"), false);
        for _ in 0..12 {
            call.run_for(Duration::from_secs(30));
            call.arrive(Channel::Rtcp, reports, report.as_bytes());
        }
        assert!(starved(&call).is_empty(), "{direction:?}");
        call.run_for(2 * MINUTE);
        assert_eq!(starved(&call).len(), 1, "{direction:?}");
    }
}

#[test]
fn reports_of_strangers_do_not_keep_a_leg_alive() {
    let mut call = Call::new(config());
    let report = Compound::new(1, None, None, &Cname::new("other"), false);
    for _ in 0..7 {
        call.run_for(Duration::from_secs(10));
        call.arrive(Channel::Rtcp, address("203.0.113.66:4001"), report.as_bytes());
    }
    assert_eq!(starved(&call).len(), 1);
}

#[test]
fn it_can_be_switched_off() {
    let mut config = config();
    config.starvation = None;
    let mut call = Call::new(config);
    call.run_for(10 * MINUTE);
    assert!(starved(&call).is_empty());
}
