//! The whole way of a packet but for the system calls: RTP in, jitter buffer, decoding, mixing,
//! encoding, RTP out.

use std::net::SocketAddr;

use media_io::codec::PCMU;
use media_io::leg::{Format, LegConfig, LegHandle, Remote, leg};
use mixer::engine;
use mixer::inbox::Inbox;
use mixer::port::{Channel, Datagram, Media, PortId, Rate};
use mixer::room::Policy;
use mixer::time::{TICK, Time};
use mixer::topology::Directions;
use mixer::{Capacities, Engine, EngineHandle, Plan, Topology};

use crate::measure::line;
use crate::rooms::Nowhere;

/// Measures G.711 legs in one room.
pub(crate) fn run() {
    for members in [3, 100, 1_000, 3_000] {
        let mut bench = Bench::new(members);
        line(&format!("1 room of {members} G.711 legs, all talk, N = 3"), || bench.tick());
    }
}

struct Bench {
    engine: Engine,
    _handle: EngineHandle,
    _legs: Vec<LegHandle>,
    packets: Packets,
    now: Time,
}

impl Bench {
    fn new(members: usize) -> Bench {
        let capacities = Capacities { ports: members, streams: members, ..Capacities::default() };
        let (engine, mut handle) = engine(capacities);
        let mut topology = Topology::new(handle.capacities());
        let (mut plan, mut legs, mut ports) = (Plan::new(), Vec::new(), Vec::new());
        let Ok(room) = handle.reserve_room() else { unreachable!("an empty engine has a room") };
        topology.add_room(&mut plan, room, Policy::NBest(3));
        for seed in 0..members as u64 {
            let Ok(port) = handle.reserve_port() else { break };
            let mut config =
                LegConfig::new(port, seed, "bench@localhost".to_owned(), Format::new(&PCMU, 0));
            config.remote = Some(Remote::new(peer()));
            let (body, leg) = leg(config);
            topology.add_port(&mut plan, port, Box::new(body), Media::plain(Rate::Narrow));
            let joined = topology.join(&mut plan, port, room, Directions::Both);
            assert!(joined.is_ok(), "the engine was made for this many");
            legs.push(leg);
            ports.push(port);
        }
        assert!(handle.submit(plan).is_ok(), "the ring is empty");
        Bench { engine, _handle: handle, _legs: legs, packets: Packets::new(ports), now: Time(0) }
    }

    fn tick(&mut self) {
        self.now = self.now + TICK;
        self.packets.prepare(self.now);
        self.engine.tick(self.now, &mut self.packets, &mut Nowhere);
    }
}

fn peer() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 40_000))
}

/// One packet of 20 ms for each leg and tick.
struct Packets {
    ports: Vec<PortId>,
    next: usize,
    sequence: u16,
    now: Time,
    bytes: [u8; 172],
}

impl Packets {
    fn new(ports: Vec<PortId>) -> Packets {
        let mut bytes = [0x80; 172];
        for (index, byte) in bytes.iter_mut().enumerate().skip(12) {
            *byte = 0x80 | (index % 64) as u8;
        }
        Packets { ports, next: 0, sequence: 0, now: Time(0), bytes }
    }

    fn prepare(&mut self, now: Time) {
        self.next = 0;
        self.now = now;
        self.sequence = self.sequence.wrapping_add(1);
        self.bytes[1] = 0;
        self.bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        let timestamp = u32::from(self.sequence) * 160;
        self.bytes[4..8].copy_from_slice(&timestamp.to_be_bytes());
    }
}

impl Inbox for Packets {
    fn next(&mut self) -> Option<Datagram<'_>> {
        let port = *self.ports.get(self.next)?;
        self.next += 1;
        self.bytes[8..12].copy_from_slice(&port.slot.to_be_bytes());
        Some(Datagram {
            port,
            channel: Channel::Rtp,
            from: peer(),
            arrival: self.now,
            bytes: &self.bytes,
        })
    }
}
