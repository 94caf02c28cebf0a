//! What passes a port whose media is protected, on real sockets over IPv4 and IPv6.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_types, missing_docs)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::channel;
use std::time::Duration;

use media_io::net::{
    Egress, Guard, Ingress, NetConfig, NetHandle, PortRange, Snapshot, now, start,
};
use media_io::srtp::{Keyring, Keys, MasterKey, Opener, Sealer, Suite};
use mixer::inbox::Inbox;
use mixer::port::{Channel, Outbox, Outgoing, PortId};
use mixer::time::Time;

/// How long something that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

const PORT: PortId = PortId { slot: 0, generation: 0 };

/// Of the server, of its peer, and of somebody else.
const OURS: u8 = 1;
const THEIRS: u8 = 2;
const STRANGERS: u8 = 3;

fn key(number: u8) -> MasterKey {
    let keyring = Keyring::draw(|secret| secret.fill(number));
    keyring.key(Suite::AesCm128HmacSha1_80).unwrap().clone()
}

fn rtp(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 0, 0, 9, 9, 9, 9]);
    packet.extend([sequence as u8; 160]);
    packet
}

fn sealed(sealer: &mut Sealer, packet: &[u8]) -> Vec<u8> {
    let mut room = [0; 1_500];
    let len = sealer.rtp(packet, &mut room).unwrap();
    room[..len].to_vec()
}

struct Bench {
    net: NetHandle,
    ingress: Ingress,
    egress: Egress,
    peer: UdpSocket,
    rtp: SocketAddr,
}

fn bench(ip: IpAddr, ports: std::ops::RangeInclusive<u16>, guard: Guard) -> Bench {
    let (net, mut sides) = start(&NetConfig::default()).unwrap();
    let (ingress, egress) = sides.remove(0);
    let peer = UdpSocket::bind((ip, 0)).unwrap();
    peer.set_read_timeout(Some(PATIENCE)).unwrap();
    let pair = PortRange::new(ports).unwrap().bind_pair(ip).unwrap();
    let rtp = SocketAddr::new(ip, pair.rtp_port());
    net.open(PORT, pair, guard);
    Bench { net, ingress, egress, peer, rtp }
}

fn secured() -> Guard {
    Guard::Secured(Keys { ours: key(OURS), theirs: key(THEIRS) })
}

impl Bench {
    fn wait_for(&self, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let counters = self.net.counters();
        let deadline = now() + PATIENCE;
        loop {
            let snapshot = counters.snapshot();
            if condition(&snapshot) {
                return snapshot;
            }
            assert!(now() < deadline, "still {snapshot:?}");
            std::thread::yield_now();
        }
    }

    fn comes(&self, bytes: &[u8]) {
        self.peer.send_to(bytes, self.rtp).unwrap();
    }

    fn arrived(&mut self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(datagram) = self.ingress.next() {
            all.push(datagram.bytes.to_vec());
        }
        all
    }

    /// Has been carried out when this returns.
    fn agree_on(&self, guard: Guard) {
        assert!(self.net.guard(PORT, guard));
        let (done, wait) = channel();
        // Orders are carried out in turn, also one about a port that is not there.
        self.net.close(PortId { slot: 1, generation: 0 }, move || {
            let _ = done.send(());
        });
        wait.recv_timeout(PATIENCE).unwrap();
    }

    fn send(&mut self, bytes: &[u8]) {
        let (to, channel) = (self.peer.local_addr().unwrap(), Channel::Rtp);
        self.egress.send(Outgoing { port: PORT, channel, to, not_before: Time(0), bytes });
        self.egress.flush();
    }

    fn received(&self) -> Vec<u8> {
        let mut buffer = [0; 1_500];
        let (len, _) = self.peer.recv_from(&mut buffer).unwrap();
        buffer[..len].to_vec()
    }
}

fn what_is_authentic_passes_both_ways(ip: IpAddr, ports: std::ops::RangeInclusive<u16>) {
    let mut bench = bench(ip, ports, secured());
    let mut peer = Sealer::new(&key(THEIRS));
    bench.comes(&sealed(&mut peer, &rtp(1)));
    bench.wait_for(|counters| counters.received == 1);
    assert_eq!(bench.arrived(), [rtp(1)]);
    bench.send(&rtp(7));
    let packet = bench.received();
    assert_ne!(packet[12..172], rtp(7)[12..], "the payload leaves in the clear");
    let mut plain = [0; 1_500];
    let len = Opener::new(&key(OURS)).rtp(&packet, &mut plain).unwrap();
    assert_eq!(plain[..len].to_vec(), rtp(7));
}

#[test]
fn what_is_authentic_passes_both_ways_over_ipv4() {
    what_is_authentic_passes_both_ways(IpAddr::V4(Ipv4Addr::LOCALHOST), 31_000..=31_009);
}

#[test]
fn what_is_authentic_passes_both_ways_over_ipv6() {
    what_is_authentic_passes_both_ways(IpAddr::V6(Ipv6Addr::LOCALHOST), 31_010..=31_019);
}

/// Whatever does not reach a leg can neither be mixed nor latched: the leg's own rules for strangers
/// are for media in the clear.
#[test]
fn nothing_of_a_stranger_reaches_the_engine() {
    let mut bench = bench(IpAddr::V4(Ipv4Addr::LOCALHOST), 31_020..=31_029, secured());
    let mut peer = Sealer::new(&key(THEIRS));
    let genuine = sealed(&mut peer, &rtp(100));
    bench.comes(&genuine);
    bench.wait_for(|counters| counters.received == 1);
    assert_eq!(bench.arrived(), [rtp(100)]);
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut sealer = Sealer::new(&key(STRANGERS));
    // A stream in the clear, one under another key, and what the peer has sent before.
    for sequence in 101..111 {
        stranger.send_to(&rtp(sequence), bench.rtp).unwrap();
        stranger.send_to(&sealed(&mut sealer, &rtp(sequence)), bench.rtp).unwrap();
        stranger.send_to(&genuine, bench.rtp).unwrap();
    }
    let counters =
        bench.wait_for(|counters| counters.srtp_unauthenticated + counters.srtp_replayed == 30);
    assert_eq!((counters.srtp_unauthenticated, counters.srtp_replayed), (20, 10));
    assert_eq!(counters.received, 1);
    assert!(bench.arrived().is_empty());
    bench.comes(&sealed(&mut peer, &rtp(101)));
    bench.wait_for(|counters| counters.received == 2);
    assert_eq!(bench.arrived(), [rtp(101)]);
}

#[test]
fn a_closed_port_lets_nothing_pass_until_it_is_agreed_how() {
    let mut bench = bench(IpAddr::V4(Ipv4Addr::LOCALHOST), 31_030..=31_039, Guard::Closed);
    bench.comes(&rtp(1));
    bench.send(&rtp(2));
    bench.wait_for(|counters| counters.dropped_closed == 2);
    assert!(bench.arrived().is_empty());
    bench.agree_on(Guard::Clear);
    bench.send(&rtp(3));
    assert_eq!(bench.received(), rtp(3));
    bench.comes(&rtp(4));
    bench.wait_for(|counters| counters.received == 1);
    assert_eq!(bench.arrived(), [rtp(4)]);
}

#[test]
fn keys_that_come_back_after_a_time_in_the_clear_go_on_where_they_were() {
    let mut bench = bench(IpAddr::V4(Ipv4Addr::LOCALHOST), 31_040..=31_049, secured());
    let mut opener = Opener::new(&key(OURS));
    let mut opens = |packet: &[u8]| opener.rtp(packet, &mut [0; 1_500]).is_ok();
    // Past a rollover of the sequence number.
    for sequence in [40_000, 60_000, 10_000] {
        bench.send(&rtp(sequence));
        assert!(opens(&bench.received()));
    }
    bench.agree_on(Guard::Clear);
    bench.send(&rtp(10_001));
    assert_eq!(bench.received(), rtp(10_001));
    bench.agree_on(secured());
    bench.send(&rtp(10_002));
    assert!(opens(&bench.received()));
}
