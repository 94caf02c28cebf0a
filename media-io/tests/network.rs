//! The network thread on loopback: real sockets, one test for each promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_types, missing_docs)]

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use media_io::net::{
    Egress, Guard, Ingress, MAX_DATAGRAM, NetConfig, NetHandle, PortRange, PortRangeError,
    Snapshot, now, start,
};
use mixer::Capacities;
use mixer::inbox::Inbox;
use mixer::port::{Channel, Outbox, Outgoing, PortId};
use mixer::time::Time;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// How long something that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

fn port(slot: u32) -> PortId {
    PortId { slot, generation: 0 }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::new(LOOPBACK, port)
}

/// A network thread with its engine's ends, and somebody to talk to it.
struct Bench {
    net: NetHandle,
    ingress: Ingress,
    egress: Egress,
    range: PortRange,
    peer: UdpSocket,
}

/// Each test has ports of its own.
fn bench(ports: std::ops::RangeInclusive<u16>) -> Bench {
    let (net, mut sides) = start(&NetConfig::default()).unwrap();
    let (ingress, egress) = sides.remove(0);
    bench_of(net, ingress, egress, ports)
}

fn bench_of(
    net: NetHandle,
    ingress: Ingress,
    egress: Egress,
    ports: std::ops::RangeInclusive<u16>,
) -> Bench {
    let peer = UdpSocket::bind(address(0)).unwrap();
    peer.set_read_timeout(Some(PATIENCE)).unwrap();
    Bench { net, ingress, egress, range: PortRange::new(ports).unwrap(), peer }
}

impl Bench {
    /// Opens a pair for a port; returns its RTP address.
    fn open(&self, port: PortId) -> SocketAddr {
        let pair = self.range.bind_pair(LOOPBACK).unwrap();
        let rtp = address(pair.rtp_port());
        self.net.open(port, pair, Guard::Clear);
        rtp
    }

    /// Waits until this holds of the counters.
    fn wait_for(&self, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let counters = self.net.counters();
        let deadline = now() + PATIENCE;
        loop {
            let snapshot = counters.snapshot();
            if condition(&snapshot) {
                return snapshot;
            }
            assert!(now() < deadline, "in vain: {snapshot:?}");
            std::thread::yield_now();
        }
    }

    fn close(&self, port: PortId) {
        let (done, closed) = channel();
        self.net.close(port, move || done.send(()).unwrap());
        closed.recv_timeout(PATIENCE).unwrap();
    }

    fn send(&mut self, port: PortId, channel: Channel, not_before: Time, bytes: &[u8]) {
        let to = self.peer.local_addr().unwrap();
        self.egress.send(Outgoing { port, channel, to, not_before, bytes });
    }

    /// What the peer receives, and from where.
    fn heard_by_peer(&self) -> (Vec<u8>, SocketAddr) {
        let mut bytes = [0; 2_000];
        let (len, from) = self.peer.recv_from(&mut bytes).unwrap();
        (bytes[..len].to_vec(), from)
    }
}

#[test]
fn datagrams_reach_the_engine_with_their_port_channel_source_and_time() {
    let mut bench = bench(31_000..=31_009);
    let (a, b) = (bench.open(port(3)), bench.open(port(9)));
    let before = now();
    bench.peer.send_to(b"to a", a).unwrap();
    bench.peer.send_to(b"report to b", address(b.port() + 1)).unwrap();
    bench.wait_for(|counters| counters.received == 2);
    let mut seen = Vec::new();
    while let Some(datagram) = bench.ingress.next() {
        assert_eq!(datagram.from, bench.peer.local_addr().unwrap());
        assert!(datagram.arrival >= before && datagram.arrival <= now());
        seen.push((datagram.port, datagram.channel, datagram.bytes.to_vec()));
    }
    seen.sort_by_key(|(port, ..)| *port);
    let expected = [
        (port(3), Channel::Rtp, b"to a".to_vec()),
        (port(9), Channel::Rtcp, b"report to b".to_vec()),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn datagrams_leave_from_the_port_they_belong_to() {
    let mut bench = bench(31_010..=31_019);
    let rtp = bench.open(port(0));
    bench.send(port(0), Channel::Rtp, Time(0), b"audio");
    bench.send(port(0), Channel::Rtcp, Time(0), b"report");
    bench.egress.flush();
    assert_eq!(bench.heard_by_peer(), (b"audio".to_vec(), rtp));
    assert_eq!(bench.heard_by_peer(), (b"report".to_vec(), address(rtp.port() + 1)));
}

#[test]
fn nothing_leaves_before_its_time_and_all_in_order() {
    let mut bench = bench(31_020..=31_029);
    bench.open(port(0));
    let due = now() + Duration::from_millis(30);
    bench.send(port(0), Channel::Rtp, due + Duration::from_millis(1), b"third");
    bench.send(port(0), Channel::Rtp, due, b"first");
    bench.send(port(0), Channel::Rtp, due, b"second");
    bench.egress.flush();
    for expected in ["first", "second", "third"] {
        assert_eq!(bench.heard_by_peer().0, expected.as_bytes());
        assert!(now() >= due);
    }
}

#[test]
fn a_closed_pair_is_free_for_the_next_call_and_takes_its_last_words_along() {
    let mut bench = bench(31_030..=31_031);
    let rtp = bench.open(port(0));
    assert!(matches!(bench.range.bind_pair(LOOPBACK), Err(PortRangeError::Exhausted { .. })));
    bench.send(port(0), Channel::Rtcp, now() + Duration::from_secs(3_600), b"goodbye");
    bench.egress.flush();
    bench.close(port(0));
    assert_eq!(bench.heard_by_peer().0, b"goodbye");
    assert_eq!((bench.range.in_use(), bench.net.counters().snapshot().open_pairs), (0, 0));
    assert_eq!(bench.open(PortId { slot: 0, generation: 1 }), rtp);
    // A close that comes late does not touch the next generation.
    bench.close(port(0));
    assert_eq!(bench.range.in_use(), 1);
}

#[test]
fn a_flood_on_one_port_leaves_the_others_alone() {
    let mut bench = bench(31_040..=31_049);
    let (flooded, other) = (bench.open(port(0)), bench.open(port(1)));
    for n in 0..20_000 {
        let _ = bench.peer.send_to(&[0; 100], flooded);
        if n % 1_000 == 0 {
            bench.peer.send_to(b"call", other).unwrap();
        }
    }
    let counters = bench.wait_for(|counters| counters.dropped_flood > 0);
    assert_eq!(counters.dropped_inbox_full, 0);
    let mut calls = 0;
    let deadline = now() + PATIENCE;
    while calls < 20 {
        match bench.ingress.next() {
            Some(datagram) => calls += usize::from(datagram.port == port(1)),
            None => std::thread::yield_now(),
        }
        assert!(now() < deadline, "only {calls} came");
    }
}

#[test]
fn a_strangers_flood_leaves_the_peer_of_the_port_alone() {
    let mut bench = bench(31_070..=31_079);
    let rtp = bench.open(port(0));
    // What the leg sends tells the thread who its peer is.
    bench.send(port(0), Channel::Rtp, Time(0), b"hello");
    bench.egress.flush();
    assert_eq!(bench.heard_by_peer().0, b"hello");
    bench.wait_for(|counters| counters.sent == 1);
    let stranger = UdpSocket::bind(address(0)).unwrap();
    while bench.net.counters().snapshot().dropped_flood == 0 {
        let _ = stranger.send_to(&[0; 100], rtp);
    }
    let deadline = now() + PATIENCE;
    for _ in 0..20 {
        let _ = stranger.send_to(&[0; 100], rtp);
        bench.peer.send_to(b"talk", rtp).unwrap();
        while bench.ingress.next().is_none_or(|datagram| datagram.bytes != b"talk") {
            assert!(now() < deadline, "the peer was not heard");
            std::thread::yield_now();
        }
    }
}

#[test]
fn what_is_dropped_is_counted_by_its_cause() {
    let mut bench = bench(31_050..=31_059);
    let rtp = bench.open(port(0));
    bench.peer.send_to(&[0; MAX_DATAGRAM + 1], rtp).unwrap();
    bench.wait_for(|counters| counters.dropped_oversize == 1);
    bench.send(port(5), Channel::Rtp, Time(0), b"nobody's");
    bench.send(port(0), Channel::Rtp, Time(0), &[0; MAX_DATAGRAM + 1]);
    bench.egress.flush();
    bench.wait_for(|counters| counters.dropped_no_socket == 1 && counters.dropped_oversize == 2);
}

#[test]
fn a_pair_of_which_someone_else_holds_a_port_is_passed_over() {
    let range = PortRange::new(31_060..=31_063).unwrap();
    let others = UdpSocket::bind(address(31_061)).unwrap();
    let pair = range.bind_pair(LOOPBACK).unwrap();
    assert_eq!(pair.rtp_port(), 31_062);
    let error = range.bind_pair(LOOPBACK).unwrap_err();
    assert!(matches!(error, PortRangeError::Exhausted { pairs: 2, in_use: 1 }), "{error}");
    drop(others);
    assert_eq!(range.bind_pair(LOOPBACK).unwrap().rtp_port(), 31_060);
}

#[test]
fn pairs_are_given_out_in_turn() {
    let range = PortRange::new(31_071..=31_077).unwrap();
    assert_eq!(range.capacity(), 3);
    let ports: Vec<u16> = (0..6).map(|_| range.bind_pair(LOOPBACK).unwrap().rtp_port()).collect();
    assert_eq!(ports, [31_072, 31_074, 31_076, 31_072, 31_074, 31_076]);
}

#[test]
fn ranges_without_a_pair_and_foreign_addresses_are_refused() {
    for empty in [5_001..=5_002, 5_000..=5_000, 65_535..=65_535] {
        assert!(matches!(PortRange::new(empty), Err(PortRangeError::Empty(..))));
    }
    assert_eq!(PortRange::new(65_534..=65_535).unwrap().capacity(), 1);
    let range = PortRange::new(31_080..=31_089).unwrap();
    let foreign = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let error = range.bind_pair(foreign).unwrap_err();
    assert!(
        matches!(&error, PortRangeError::Bind { source, .. } if source.kind() == ErrorKind::AddrNotAvailable)
    );
    assert!(error.to_string().contains("Cannot assign requested address"), "{error}");
    assert_eq!(range.in_use(), 0);
}

/// Ports 0 and 1 are at the first of two engines, 2 and 3 at the second.
fn two_engines(inbox_slots: usize) -> (NetHandle, [(Ingress, Egress); 2]) {
    let capacities = Capacities { shards: 2, ports: 4, ..Capacities::default() };
    let config = NetConfig { capacities, inbox_slots, ..NetConfig::default() };
    let (net, sides) = start(&config).unwrap();
    (net, sides.try_into().unwrap())
}

#[test]
fn each_engine_is_handed_what_is_for_its_ports_and_all_are_sent_for() {
    let (net, [(ingress, egress), (mut other_ingress, other_egress)]) = two_engines(64);
    let mut bench = bench_of(net, ingress, egress, 31_100..=31_109);
    let (a, b) = (bench.open(port(1)), bench.open(port(2)));
    bench.peer.send_to(b"to a", a).unwrap();
    bench.peer.send_to(b"to b", b).unwrap();
    bench.wait_for(|counters| counters.received == 2);
    for (ingress, to, said) in [(&mut bench.ingress, 1, b"to a"), (&mut other_ingress, 2, b"to b")]
    {
        let datagram = ingress.next().unwrap();
        assert_eq!((datagram.port, datagram.bytes), (port(to), &said[..]));
        assert!(ingress.next().is_none());
    }
    bench.send(port(1), Channel::Rtp, Time(0), b"from a");
    bench.egress.flush();
    assert_eq!(bench.heard_by_peer(), (b"from a".to_vec(), a));
    bench.egress = other_egress;
    bench.send(port(2), Channel::Rtp, Time(0), b"from b");
    bench.egress.flush();
    assert_eq!(bench.heard_by_peer(), (b"from b".to_vec(), b));
}

#[test]
fn an_engine_that_stands_still_takes_nothing_from_the_others() {
    let (net, [(ingress, egress), (mut other_ingress, _other_egress)]) = two_engines(2);
    let bench = bench_of(net, ingress, egress, 31_110..=31_119);
    let (stuck, other) = (bench.open(port(0)), bench.open(port(3)));
    for _ in 0..3 {
        bench.peer.send_to(b"in vain", stuck).unwrap();
    }
    bench.wait_for(|counters| counters.dropped_inbox_full == 1);
    bench.peer.send_to(b"call", other).unwrap();
    bench.wait_for(|counters| counters.received == 3);
    assert_eq!(other_ingress.next().unwrap().bytes, b"call");
}

#[test]
fn dropping_the_handle_ends_the_thread_and_closes_everything() {
    let bench = bench(31_090..=31_099);
    let rtp = bench.open(port(0));
    bench.wait_for(|counters| counters.open_pairs == 1);
    drop(bench.net);
    assert_eq!(bench.range.in_use(), 0);
    drop(UdpSocket::bind(rtp).unwrap());
}

#[test]
fn a_thread_that_stands_still_is_given_a_bounded_number_of_orders() {
    let capacities = Capacities { ports: 1, ..Capacities::default() };
    let (net, _sides) = start(&NetConfig { capacities, ..NetConfig::default() }).unwrap();
    let (stopped, stands) = channel();
    let (go_on, told) = channel::<()>();
    net.close(port(0), move || {
        stopped.send(()).unwrap();
        let _ = told.recv();
    });
    stands.recv_timeout(PATIENCE).unwrap();
    let closed = Arc::new(AtomicU32::new(0));
    for _ in 0..7 {
        let closed = Arc::clone(&closed);
        net.close(port(0), move || {
            closed.fetch_add(1, Ordering::SeqCst);
        });
    }
    assert_eq!(net.counters().snapshot().refused_orders, 3);
    drop(go_on);
    drop(net);
    assert_eq!(closed.load(Ordering::SeqCst), 4, "what was taken is carried out");
}
