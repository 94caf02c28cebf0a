//! The whole way of a packet but for the system calls: RTP in, jitter buffer, decoding, mixing,
//! encoding, RTP out.

use std::net::SocketAddr;

use media_io::codec::PCMU;
use media_io::leg::{Format, LegConfig, LegHandle, Remote, leg};
use mixer::Plan;
use mixer::inbox::Inbox;
use mixer::port::{Channel, Datagram, PortId};
use mixer::room::Policy;
use mixer::time::Time;

use crate::hall::Hall;
use crate::measure::{head, line};

/// Measures G.711 legs.
pub(crate) fn run() {
    head("one tick, G.711 legs, RTP in and RTP out, all talk");
    for (members, rooms) in [(3, 1), (100, 1), (1_000, 1), (3_000, 1), (3, 1_000)] {
        let mut bench = Legs::new(members, rooms);
        line(&format!("{rooms} room(s) of {members}, N = 3"), || bench.tick());
    }
}

/// Rooms with legs for members.
pub(crate) struct Legs {
    hall: Hall,
    _handles: Vec<LegHandle>,
    packets: Packets,
}

impl Legs {
    pub(crate) fn new(members: usize, rooms: usize) -> Legs {
        let mut hall = Hall::new(members * rooms, rooms);
        let (mut plan, mut handles, mut ports) = (Plan::new(), Vec::new(), Vec::new());
        for _ in 0..rooms {
            let room = hall.add_room(&mut plan, Policy::NBest(3));
            for _ in 0..members {
                let port = hall.add_port(&mut plan, |port| {
                    let seed = u64::from(port.slot);
                    let format = Format::new(&PCMU, 0);
                    let mut config =
                        LegConfig::new(port, seed, "bench@localhost".to_owned(), format);
                    config.remote = Some(Remote::new(peer()));
                    let (body, handle) = leg(config);
                    handles.push(handle);
                    (Box::new(body), format.media())
                });
                hall.join(&mut plan, port, room);
                ports.push(port);
            }
        }
        hall.submit(plan);
        Legs { hall, _handles: handles, packets: Packets::new(ports) }
    }

    pub(crate) fn tick(&mut self) {
        self.packets.prepare(self.hall.next_time());
        self.hall.tick(&mut self.packets);
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
