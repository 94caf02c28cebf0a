//! A bad network: bounded delay, true figures, recovery.

use std::time::Duration;

use media_io::jitter;
use mixer::port::Channel;
use mixer::time::{TICK, Time};

use super::call::{Call, config, peer_address};
use super::netem::{Impairment, Netem};
use super::peer::{Peer, find, sample_at};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A sender of packets of 20 ms behind a network, heard by a leg.
struct Line {
    call: Call,
    peer: Peer,
    net: Netem,
    next: Time,
    heard: Vec<i16>,
    delay_ms_max: f32,
}

impl Line {
    fn new(seed: u64, impairment: Impairment) -> Line {
        Line {
            call: Call::new(config()),
            peer: Peer::new(20),
            net: Netem::new(seed, impairment),
            next: Time(7_000_000),
            heard: Vec::new(),
            delay_ms_max: 0.0,
        }
    }

    /// Runs for so many ticks. `stalled` holds back what is under way.
    fn run(&mut self, ticks: usize, stalled: bool) {
        for _ in 0..ticks {
            while self.next <= self.call.now {
                let packet = self.peer.audio();
                self.net.send(self.next, packet);
                self.next = self.next + TICK;
            }
            if !stalled {
                for (time, bytes) in self.net.arrivals(self.call.now) {
                    self.call.arrive_at(time, Channel::Rtp, peer_address(), &bytes);
                }
            }
            self.heard.extend_from_slice(&self.call.tick().1);
            self.delay_ms_max = self.delay_ms_max.max(self.call.statistics().delay_ms);
        }
    }

    /// What is heard from the first sound on, and which sample that is.
    fn speech(&self) -> (usize, &[i16]) {
        let start = self.heard.chunks_exact(160).position(|frame| frame != [0; 160]).unwrap();
        let heard = &self.heard[start * 160..];
        (find(&heard[..160], self.peer.said).unwrap(), heard)
    }

    /// How far behind the speaker the last ticks were heard, if they were whole.
    fn lag_ms(&self) -> Option<u64> {
        let last = &self.heard[self.heard.len() - 5 * 160..];
        let place = find(last, self.peer.said)?;
        Some((self.peer.said - place - last.len()) as u64 / 8)
    }
}

#[test]
fn reordering_within_the_target_is_not_heard() {
    for seed in 0..10 {
        let mut line = Line::new(seed, Impairment { jitter: ms(15), ..Impairment::default() });
        line.run(500, false);
        let (first, speech) = line.speech();
        // The start may pass over what waited for a quicker packet.
        assert!(first <= 160, "seed {seed}");
        let whole: Vec<i16> = (first..first + speech.len()).map(sample_at).collect();
        assert!(speech == whole, "seed {seed}");
        let figures = line.call.statistics();
        assert_eq!((figures.lost, figures.late, figures.duplicates), (0, 0, 0), "seed {seed}");
    }
}

#[test]
fn losses_and_duplicates_are_counted_as_they_are() {
    let impairment = Impairment { drop: 0.1, duplicate: 0.1, ..Impairment::default() };
    for seed in 0..10 {
        let mut line = Line::new(seed, Impairment::default());
        line.run(10, false);
        line.net = Netem::new(seed, impairment);
        line.run(1_000, false);
        let (dropped, duplicated) = (line.net.dropped, line.net.duplicated);
        line.net = Netem::new(seed, Impairment::default());
        line.run(10, false);
        let figures = line.call.statistics();
        assert_eq!(figures.duplicates, duplicated as u64, "seed {seed}");
        // One packet is still to be sent when the last tick begins.
        assert_eq!(figures.packets_received, (1_019 - dropped + duplicated) as u64);
        assert_eq!(figures.lost, dropped as i64 - duplicated as i64, "seed {seed}");
        assert!(figures.concealed_ms > 10 * dropped as u64, "seed {seed}");
    }
}

#[test]
fn what_is_not_lost_is_played_in_its_place() {
    let mut line = Line::new(3, Impairment { drop: 0.05, ..Impairment::default() });
    line.run(500, false);
    let (first, speech) = line.speech();
    let right = speech
        .chunks_exact(160)
        .enumerate()
        .filter(|(n, frame)| (40..160).all(|i| frame[i] == sample_at(first + n * 160 + i)))
        .count();
    let frames = speech.len() / 160;
    assert!(right >= frames - line.net.dropped, "{right} of {frames}, {} lost", line.net.dropped);
}

#[test]
fn what_is_missing_fades_out() {
    let mut line = Line::new(0, Impairment::default());
    line.run(50, false);
    line.net = Netem::new(0, Impairment { drop: 1.0, ..Impairment::default() });
    line.heard.clear();
    line.run(10, false);
    let energy: Vec<i64> = line
        .heard
        .chunks_exact(160)
        .map(|frame| frame.iter().map(|&s| i64::from(s).pow(2)).sum())
        .collect();
    // One packet was still there, then 60 ms fade to silence.
    assert!(energy[1] > energy[2] && energy[2] > energy[3] && energy[3] > 0, "{energy:?}");
    assert!(energy[4..].iter().all(|&energy| energy == 0), "{energy:?}");
}

#[test]
fn a_stall_is_followed_by_the_present_and_not_by_the_past() {
    for stall in [2, 5, 10, 20, 60, 150, 500] {
        let mut line = Line::new(0, Impairment::default());
        line.run(100, false);
        line.run(stall, true);
        line.run(20, false);
        let lag = line.lag_ms();
        assert!(lag.is_some_and(|lag| lag <= 60), "{lag:?} ms behind after {stall} ticks");
    }
}

#[test]
fn a_sender_that_speaks_in_bursts_is_heard_whole_after_a_while() {
    // As ffmpeg does: blocks of 128 ms, cut into packets of 20 ms, sent at once.
    for burst_ms in [40.0, 64.0, 128.0, 160.0] {
        let mut call = Call::new(config());
        let mut peer = Peer::new(20);
        let sent_at = |n: usize| {
            let complete = (20 * (n + 1)) as f64;
            Time(((complete / burst_ms).ceil() * burst_ms * 1e6) as u64 + 3_000_000)
        };
        let mut next = 0;
        let mut heard = Vec::new();
        for _ in 0..500 {
            while sent_at(next) <= call.now {
                let packet = peer.audio();
                call.arrive_at(sent_at(next), Channel::Rtp, peer_address(), &packet);
                next += 1;
            }
            heard.extend_from_slice(&call.tick().1);
            assert!(call.statistics().delay_ms <= 220.0);
        }
        let last = &heard[3 * 8_000..];
        assert!(find(last, peer.said).is_some(), "bursts of {burst_ms} ms");
    }
}

/// From the smallest target that can be configured to the largest.
#[test]
fn every_target_is_heard_whole_and_kept() {
    for target_ms in [0, 20, 40, 100, 199, 200, 500, 1_000] {
        for packet_ms in [10, 20, 60, 80] {
            let mut config = config();
            config.jitter = jitter::Config::with_target(ms(target_ms));
            let mut call = Call::new(config);
            let mut peer = Peer::new(packet_ms);
            let mut next = Time(7_000_000);
            let mut heard = Vec::new();
            for _ in 0..200 {
                while next <= call.now {
                    call.arrive_at(next, Channel::Rtp, peer_address(), &peer.audio());
                    next = next + ms(packet_ms.into());
                }
                heard.extend_from_slice(&call.tick().1);
            }
            let told = format!("target of {target_ms} ms, packets of {packet_ms} ms");
            let last = &heard[150 * 160..];
            assert!(find(last, peer.said).is_some(), "not whole: {told}");
            let delay_ms = f64::from(call.statistics().delay_ms);
            let target_ms = target_ms as f64;
            assert!((target_ms..target_ms + 40.0).contains(&delay_ms), "{delay_ms} ms: {told}");
        }
    }
}

#[test]
fn a_longer_way_is_followed_and_the_shorter_one_found_again() {
    let mut line = Line::new(0, Impairment::default());
    line.run(100, false);
    line.net = Netem::new(0, Impairment { delay: ms(90), ..Impairment::default() });
    line.run(100, false);
    let behind = line.lag_ms().unwrap();
    assert!((100..=180).contains(&behind), "{behind} ms behind");
    line.net = Netem::new(0, Impairment::default());
    line.run(3_000, false);
    let behind = line.lag_ms().unwrap();
    assert!(behind <= 80, "{behind} ms behind");
}

#[test]
fn the_delay_is_bounded_on_a_terrible_network() {
    let terrible = Impairment { drop: 0.2, duplicate: 0.1, delay: ms(50), jitter: ms(400) };
    for seed in 0..20 {
        let mut line = Line::new(seed, terrible);
        line.run(1_000, false);
        assert!(line.delay_ms_max <= 240.0, "seed {seed}: {} ms", line.delay_ms_max);
        line.net = Netem::new(seed, Impairment::default());
        line.run(3_000, false);
        let lag = line.lag_ms();
        assert!(lag.is_some_and(|lag| lag <= 80), "seed {seed}: {lag:?} ms behind");
    }
}

#[test]
fn a_sender_with_a_fast_or_slow_clock_stays_near() {
    for period in [19_800_000, 20_200_000] {
        let mut call = Call::new(config());
        let mut peer = Peer::new(20);
        let mut next = 5_000_000;
        let mut active = 0;
        for _ in 0..10_000 {
            while Time(next) <= call.now {
                let packet = peer.audio();
                call.arrive_at(Time(next), Channel::Rtp, peer_address(), &packet);
                next += period;
            }
            active += usize::from(call.tick().0 == mixer::port::Activity::Active);
            assert!(call.statistics().delay_ms <= 100.0);
        }
        assert!(active > 9_990);
        let figures = call.statistics();
        // One percent of 200 s, given or taken in steps of a tick or so.
        assert!(figures.skipped_ms + figures.concealed_ms < 4_500, "{figures:?}");
    }
}
