//! On a network that loses nothing every sample is played exactly once.

use std::time::Duration;

use mixer::port::{Activity, Channel};
use mixer::time::{TICK, Time};

use super::call::{Call, config, peer_address};
use super::peer::{Peer, sample_at};

/// Ten seconds of packets, each `phase(n)` ms off its time; returns what is heard from the first
/// sound on, and how long that took to come.
fn hear(packet_ms: u32, phase: impl Fn(usize) -> f64) -> (Vec<i16>, Duration) {
    let mut call = Call::new(config());
    let mut peer = Peer::new(packet_ms);
    let mut heard = Vec::new();
    let mut first = None;
    let mut next = 0;
    let arrival = |n: usize| {
        let ms = 10.0 + n as f64 * f64::from(packet_ms) + phase(n);
        Time((ms * 1e6) as u64)
    };
    for _ in 0..500 {
        while arrival(next) <= call.now {
            call.arrive_at(arrival(next), Channel::Rtp, peer_address(), &peer.audio());
            next += 1;
        }
        let now = call.now;
        let (activity, frame) = call.tick();
        if activity == Activity::Active || first.is_some() {
            first.get_or_insert(now);
            heard.extend_from_slice(&frame);
        }
    }
    let figures = call.statistics();
    assert_eq!((figures.lost, figures.late, figures.duplicates), (0, 0, 0));
    assert_eq!((figures.skipped_ms, figures.concealed_ms), (0, 0));
    (heard, first.unwrap().since(arrival(0)))
}

fn assert_whole(heard: &[i16]) {
    let said: Vec<i16> = (0..heard.len()).map(sample_at).collect();
    assert!(heard.len() > 9 * 8_000);
    assert!(
        heard == said,
        "differs from sample {:?}",
        heard.iter().zip(&said).position(|(a, b)| a != b)
    );
}

#[test]
fn packets_on_time_are_played_whole_within_two_ticks() {
    for packet_ms in [10, 20, 30, 40, 50, 60] {
        let (heard, delay) = hear(packet_ms, |_| 0.0);
        assert_whole(&heard);
        assert!(delay >= TICK && delay < 2 * TICK, "{packet_ms} ms packets: {delay:?}");
    }
}

#[test]
fn a_phase_that_wanders_by_8_ms_is_not_heard() {
    for start in 0..20 {
        let wander = |n: usize| 8.0 * ((n as f64 / 60.0) + f64::from(start)).sin();
        let (heard, _) = hear(20, wander);
        assert_whole(&heard);
    }
}

#[test]
fn a_phase_that_jumps_by_8_ms_is_not_heard() {
    for seed in 0..20 {
        let jump = |n: usize| {
            f64::from(((n as u32 + seed).wrapping_mul(2_654_435_761)) >> 16 & 0xff) / 16.0 - 8.0
        };
        let (heard, _) = hear(20, jump);
        assert_whole(&heard);
    }
}
