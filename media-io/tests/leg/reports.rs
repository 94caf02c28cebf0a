//! RTCP: what is sent, when and where, and what is made of the peer's.

use std::time::Duration;

use media_io::leg::{Direction, Remote};
use media_io::rtcp::{Cname, Compound, Item, Ntp, ReportBlock, SenderInfo, Session, items};
use mixer::port::{Channel, PortEvent};
use mixer::time::Time;
use rtcp_types::prelude::*;
use rtcp_types::{Bye, Packet, ReceiverReport, Sdes, SenderReport};

use super::call::{Call, Sent, address, config, peer_address};
use super::peer::Peer;

const SECOND: u64 = 1_000_000_000;

fn packets(bytes: &[u8]) -> Vec<Packet<'_>> {
    rtcp_types::Compound::parse(bytes).unwrap().map(|packet| packet.unwrap()).collect()
}

fn sender_report(bytes: &[u8]) -> SenderReport<'_> {
    packets(bytes)[0].try_as::<SenderReport<'_>>().unwrap();
    SenderReport::parse(&bytes[..4 + 4 * usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))])
        .unwrap()
}

fn peer_report(info: Option<SenderInfo>, block: Option<ReportBlock>, goodbye: bool) -> Vec<u8> {
    let ssrc = Peer::new(20).ssrc;
    Compound::new(ssrc, info, block, &Cname::new("peer@test"), goodbye).as_bytes().to_vec()
}

fn peer_rtcp() -> std::net::SocketAddr {
    address("192.0.2.1:4001")
}

/// Runs a call in which both speak; returns the reports with the time of each.
fn talk(call: &mut Call, peer: &mut Peer, seconds: u64) -> Vec<(Time, Sent)> {
    let mut reports = Vec::new();
    for _ in 0..seconds * 50 {
        call.arrive(Channel::Rtp, peer_address(), &peer.audio());
        let now = call.now;
        call.tick();
        reports.extend(call.take_rtcp().into_iter().map(|sent| (now, sent)));
    }
    reports
}

#[test]
fn reports_come_at_random_intervals_within_the_rule() {
    let mut all = Vec::new();
    for seed in 0..50 {
        let mut config = config();
        config.seed = seed;
        let mut call = Call::new(config);
        let reports = talk(&mut call, &mut Peer::new(20), 60);
        let times: Vec<f64> = reports.iter().map(|(at, _)| at.0 as f64 / SECOND as f64).collect();
        // 2.5 s times 0.5 to 1.5, over e - 1.5; then twice that. A tick for the clock.
        assert!((1.02..3.10).contains(&times[0]), "{times:?}");
        for pair in times.windows(2) {
            assert!((2.05..6.18).contains(&(pair[1] - pair[0])), "{times:?}");
            all.push(pair[1] - pair[0]);
        }
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    assert!((3.9..4.3).contains(&mean), "{mean}");
    assert!(all.iter().any(|s| *s < 2.6) && all.iter().any(|s| *s > 5.6));
}

#[test]
fn a_sender_report_says_what_was_sent_and_received() {
    let mut config = config();
    config.ntp_at_zero = 0xe000_0000_0000_0000;
    let mut call = Call::new(config);
    let mut peer = Peer::new(20);
    let mut reports = talk(&mut call, &mut peer, 30);
    let (now, sent) = reports.pop().unwrap();
    assert_eq!((sent.channel, sent.to), (Channel::Rtcp, peer_rtcp()));
    let report = sender_report(&sent.bytes);
    let rtp = call.take_rtp();
    let before: Vec<&Sent> = rtp.iter().filter(|rtp| rtp.not_before <= now).collect();
    let last = before.last().unwrap().rtp();
    assert_eq!(report.ssrc(), last.header.ssrc);
    assert_eq!(report.packet_count() as usize, before.len());
    assert_eq!(report.octet_count() as usize, before.len() * 160);
    // The packet of this tick begins with the sample of this moment.
    assert_eq!(report.rtp_timestamp(), last.header.timestamp.0);
    let since_zero =
        (u128::from(report.ntp_timestamp()) - (0xe000_0000u128 << 32)) * u128::from(SECOND);
    assert!(((since_zero >> 32) as u64).abs_diff(now.0) <= 1);
    let block = report.report_blocks().next().unwrap();
    assert_eq!(block.ssrc(), peer.ssrc);
    assert_eq!((block.fraction_lost(), block.cumulative_lost()), (0, 0));
    let said = now.0 / (SECOND / 50);
    assert_eq!(u64::from(block.extended_sequence_number()), u64::from(u16::MAX - 20) + said);
    assert_eq!((block.last_sender_report_timestamp(), block.interarrival_jitter()), (0, 0));
    let sdes = packets(&sent.bytes)
        .into_iter()
        .find_map(|packet| if let Packet::Sdes(sdes) = packet { Some(sdes) } else { None });
    let sdes: Sdes<'_> = sdes.unwrap();
    let chunk = sdes.chunks().next().unwrap();
    assert_eq!(chunk.ssrc(), report.ssrc());
    assert_eq!(chunk.items().next().unwrap().value(), b"leg@test");
}

#[test]
fn every_length_of_name_makes_a_well_formed_compound() {
    for len in 0..300 {
        let name = "n".repeat(len);
        for goodbye in [false, true] {
            let info = Some(SenderInfo::default());
            let block = Some(ReportBlock { cumulative_lost: -5, ..ReportBlock::default() });
            let compound = Compound::new(1, info, block, &Cname::new(&name), goodbye);
            let parsed = packets(compound.as_bytes());
            assert_eq!(parsed.len(), 2 + usize::from(goodbye));
            let mut blocks = 0;
            assert!(items(compound.as_bytes(), |item| {
                if let Item::Report(block) = item {
                    assert_eq!(block.cumulative_lost, -5);
                    blocks += 1;
                }
            }));
            assert_eq!(blocks, 1);
        }
    }
}

#[test]
fn who_does_not_send_makes_receiver_reports() {
    let mut config = config();
    config.direction = Direction::RecvOnly;
    let mut call = Call::new(config);
    let reports = talk(&mut call, &mut Peer::new(20), 20);
    assert!(reports.len() >= 3);
    for (_, sent) in &reports {
        let report = packets(&sent.bytes).remove(0);
        let report = report.try_as::<ReceiverReport<'_>>().unwrap();
        assert_eq!(report.n_reports(), 1);
    }
}

#[test]
fn reports_go_on_while_media_is_inactive_and_stop_on_hold() {
    let mut call = Call::new(config());
    call.handle.set_direction(Direction::Inactive).unwrap();
    call.run_for(Duration::from_secs(60));
    assert!(call.take_rtcp().len() >= 8);
    call.handle.set_remote(Remote::new(address("0.0.0.0:0"))).unwrap();
    call.run_for(Duration::from_secs(60));
    assert!(call.take_rtcp().is_empty());
}

#[test]
fn the_peers_sender_report_comes_back_as_lsr_and_dlsr() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    talk(&mut call, &mut peer, 1);
    let info = SenderInfo { ntp: 0x1234_5678_9abc_def0, ..SenderInfo::default() };
    let arrived = call.now;
    call.arrive(Channel::Rtcp, peer_rtcp(), &peer_report(Some(info), None, false));
    let (now, sent) = talk(&mut call, &mut peer, 10).remove(0);
    let block = sender_report(&sent.bytes).report_blocks().next().unwrap();
    assert_eq!(block.last_sender_report_timestamp(), 0x5678_9abc);
    let delay = (u64::from(block.delay_since_last_sender_report_timestamp()) * SECOND) >> 16;
    assert!(delay.abs_diff(now.since(arrived).as_nanos() as u64) < 20_000);
    assert_eq!(call.statistics().rtcp_received, 1);
}

#[test]
fn the_round_trip_of_figure_2() {
    // RFC 3550, 6.4.1: A = b710:8000, LSR = b705:2000, DLSR = 0005:4000 make 6.125 s.
    let ntp = Ntp { at_zero: 0xb710_8000 << 16 };
    let mut session = Session::new(0, 77, Cname::new(""), ntp);
    let block = ReportBlock {
        ssrc: 77,
        fraction_lost: 64,
        jitter: 80,
        last_sr: 0xb705_2000,
        delay_since_last_sr: 0x0005_4000,
        ..ReportBlock::default()
    };
    let report = peer_report(None, Some(block), false);
    assert!(session.receive(Time(0), &report, None).is_some());
    assert_eq!(session.round_trip(), Some(Duration::from_millis(6_125)));
    assert_eq!(session.remote_report(), Some(block));
}

#[test]
fn goodbye_is_the_last_word() {
    let mut call = Call::new(config());
    call.run_for(Duration::from_secs(1));
    let ssrc = call.take_rtp()[0].rtp().header.ssrc;
    call.handle.goodbye().unwrap();
    call.tick();
    let sent = std::mem::take(&mut call.sent);
    assert_eq!(sent.len(), 1);
    let parsed = packets(&sent[0].bytes);
    let Some(Packet::Bye(bye)) = parsed.last() else { panic!("{parsed:?}") };
    assert_eq!(Bye::ssrcs(bye).collect::<Vec<_>>(), [ssrc]);
    call.run_for(Duration::from_secs(20));
    assert!(call.sent.is_empty());
}

#[test]
fn who_never_spoke_says_no_goodbye() {
    let mut config = config();
    config.direction = Direction::Inactive;
    let mut call = Call::new(config);
    call.tick();
    call.handle.goodbye().unwrap();
    call.run_for(Duration::from_secs(1));
    assert!(call.sent.is_empty());
}

#[test]
fn the_peers_goodbye_is_passed_on_once() {
    let mut call = Call::new(config());
    let mut peer = Peer::new(20);
    talk(&mut call, &mut peer, 1);
    call.events.clear();
    let stranger = address("203.0.113.66:4001");
    call.arrive(Channel::Rtcp, stranger, &peer_report(None, None, true));
    assert!(call.events.is_empty());
    for _ in 0..3 {
        call.arrive(Channel::Rtcp, peer_rtcp(), &peer_report(None, None, true));
        call.tick();
    }
    assert_eq!(call.events, [PortEvent::Goodbye]);
    assert_eq!(call.statistics().rejected, 1);
}

#[test]
fn reports_follow_the_peer() {
    let remote = Remote { rtp: peer_address(), rtcp: address("192.0.2.1:5555") };
    let mut signalled = config();
    signalled.remote = Some(remote);
    let mut call = Call::new(signalled);
    let first_target = |call: &mut Call| {
        call.run_for(Duration::from_secs(7));
        call.take_rtcp().last().unwrap().to
    };
    assert_eq!(first_target(&mut call), remote.rtcp);
    let natted = address("198.51.100.7:9000");
    let mut peer = Peer::new(20);
    for _ in 0..3 {
        call.arrive(Channel::Rtp, natted, &peer.audio());
    }
    assert_eq!(first_target(&mut call), address("198.51.100.7:9001"));
    let natted_rtcp = address("198.51.100.7:12345");
    for _ in 0..2 {
        call.arrive(Channel::Rtcp, natted_rtcp, &peer_report(None, None, false));
    }
    assert_eq!(first_target(&mut call), natted_rtcp);
    call.arrive(Channel::Rtcp, address("198.51.100.7:999"), &peer_report(None, None, false));
    assert_eq!(first_target(&mut call), natted_rtcp);
}
