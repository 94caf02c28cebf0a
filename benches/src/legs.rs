//! The whole way of a packet but for the system calls: RTP in, jitter buffer, decoding, mixing,
//! encoding, RTP out.

use std::f32::consts::TAU;
use std::net::SocketAddr;

use media_io::codec::{Codec, OPUS, PCMU, TICK_BYTES_MAX};
use media_io::leg::{Format, LegConfig, LegHandle, Remote, leg};
use mixer::Plan;
use mixer::encoder::PAYLOAD_MAX;
use mixer::inbox::Inbox;
use mixer::port::{Channel, Datagram, PortId};
use mixer::room::Policy;
use mixer::time::Time;

use crate::hall::Hall;
use crate::measure::{head, line};

/// Measures legs of a codec that is cheap, and of one that is not.
pub(crate) fn run() {
    head("one tick, G.711 legs, RTP in and RTP out, all talk");
    for (members, rooms) in [(3, 1), (100, 1), (1_000, 1), (3_000, 1), (3, 1_000)] {
        measure(&PCMU, members, rooms);
    }
    head("one tick, Opus legs at 48 kHz that tell their level, likewise");
    for (members, rooms) in [(3, 1), (100, 1), (1_000, 1), (3_000, 1)] {
        measure(&OPUS, members, rooms);
    }
}

fn measure(codec: &'static Codec, members: usize, rooms: usize) {
    let mut bench = Legs::new(codec, members, rooms);
    let rooms = if rooms == 1 { "1 room".to_owned() } else { format!("{rooms} rooms") };
    line(&format!("{rooms} of {members}, N = 3"), || bench.tick());
}

/// Rooms with legs for members.
pub(crate) struct Legs {
    hall: Hall,
    _handles: Vec<LegHandle>,
    packets: Packets,
}

impl Legs {
    pub(crate) fn new(codec: &'static Codec, members: usize, rooms: usize) -> Legs {
        let mut hall = Hall::new(members * rooms, rooms);
        let (mut plan, mut handles, mut ports) = (Plan::new(), Vec::new(), Vec::new());
        for _ in 0..rooms {
            let room = hall.add_room(&mut plan, Policy::NBest(3));
            for _ in 0..members {
                let port = hall.add_port(&mut plan, |port| {
                    let seed = u64::from(port.slot);
                    let format = format(codec);
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
        Legs { hall, _handles: handles, packets: Packets::new(codec, ports) }
    }

    pub(crate) fn tick(&mut self) {
        self.packets.prepare(self.hall.next_time());
        self.hall.tick(&mut self.packets);
    }
}

/// A fixed payload type, or the first dynamic one.
fn payload_type(codec: &Codec) -> u8 {
    codec.static_payload_type.unwrap_or(96)
}

fn format(codec: &'static Codec) -> Format {
    Format { audio_level: Some(LEVEL_ID), ..Format::new(codec, payload_type(codec)) }
}

fn peer() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 40_000))
}

/// Bytes of an RTP header with one element of an extension (RFC 3550, 5.3.1; RFC 8285, 4.2).
const HEADER: usize = 20;

/// Identifier of the extension that tells how loud a packet is (RFC 6464).
const LEVEL_ID: u8 = 1;

/// Ticks of audio that are sent again and again.
const LOOP: usize = 50;

/// One packet of 20 ms for each leg and tick: the same for all but for source and level.
struct Packets {
    ports: Vec<PortId>,
    next: usize,
    /// What all send, tick by tick.
    payloads: Vec<Vec<u8>>,
    /// Units of the RTP clock in a tick.
    units: u32,
    tick: usize,
    now: Time,
    bytes: Vec<u8>,
}

impl Packets {
    fn new(codec: &'static Codec, ports: Vec<PortId>) -> Packets {
        let mut bytes = vec![0; HEADER];
        bytes[..2].copy_from_slice(&[0x90, payload_type(codec)]);
        bytes[12..17].copy_from_slice(&[0xbe, 0xde, 0, 1, LEVEL_ID << 4]);
        bytes.reserve(PAYLOAD_MAX.max(TICK_BYTES_MAX));
        let units = codec.units_per_tick() as u32;
        let payloads = payloads(codec);
        Packets { ports, next: 0, payloads, units, tick: 0, now: Time(0), bytes }
    }

    fn prepare(&mut self, now: Time) {
        self.next = 0;
        self.now = now;
        self.tick += 1;
        let timestamp = (self.tick as u32).wrapping_mul(self.units);
        self.bytes[2..4].copy_from_slice(&(self.tick as u16).to_be_bytes());
        self.bytes[4..8].copy_from_slice(&timestamp.to_be_bytes());
        self.bytes.truncate(HEADER);
        self.bytes.extend_from_slice(&self.payloads[self.tick % LOOP]);
    }
}

/// A voice-like sound at -20 dBFS, encoded tick by tick: four harmonics over a pitch that moves.
fn payloads(codec: &Codec) -> Vec<Vec<u8>> {
    let mut encoder = (codec.encoding(None).encoder)();
    let samples = codec.rate.frame_samples();
    let mut phase = 0.0_f32;
    let mut sound = |index: usize| {
        let seconds = index as f32 / codec.rate.hz() as f32;
        phase += (140.0 + 30.0 * (TAU * seconds).sin()) / codec.rate.hz() as f32;
        let harmonic = |n: i32| (TAU * phase * n as f32).sin() / n as f32;
        ((1..=4).map(harmonic).sum::<f32>() * 3_880.0) as i16
    };
    let tick = |tick: usize| {
        let frame: Vec<i16> = (tick * samples..(tick + 1) * samples).map(&mut sound).collect();
        let mut payload = vec![0; PAYLOAD_MAX];
        let len = encoder.encode(&frame, &mut payload);
        payload.truncate(len);
        payload
    };
    (0..LOOP).map(tick).collect()
}

impl Inbox for Packets {
    fn next(&mut self) -> Option<Datagram<'_>> {
        let port = *self.ports.get(self.next)?;
        self.next += 1;
        self.bytes[8..12].copy_from_slice(&port.slot.to_be_bytes());
        // Some are louder than others.
        self.bytes[17] = 20 + (port.slot % 20) as u8;
        Some(Datagram {
            port,
            channel: Channel::Rtp,
            from: peer(),
            arrival: self.now,
            bytes: &self.bytes,
        })
    }
}
