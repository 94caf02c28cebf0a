//! What is not heard is not decoded: ports that are ranked by a level they were told.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};

use common::{SETTLING_TICKS, Studio};
use mixer::port::{Activity, Datagram, Heard, Media, Outbox, Port, PortId, Rate, Sink, Source};
use mixer::room::Policy;
use mixer::time::Time;
use mixer::topology::Directions::{AToB, BToA};

/// Says the number of the tick in each sample, once somebody asks for it.
#[derive(Default)]
struct Packets {
    level_dbov: AtomicU8,
    read: AtomicUsize,
    decoded: AtomicUsize,
}

struct Leg(Arc<Packets>);

impl Source for Leg {
    fn read(&mut self, _: Time, _: &mut [i16], _: &mut dyn Outbox) -> Activity {
        self.0.read.fetch_add(1, Relaxed);
        Activity::Encoded { level_dbov: self.0.level_dbov.load(Relaxed) }
    }

    fn decode(&mut self, age: usize, frame: &mut [i16]) {
        self.0.decoded.fetch_add(1, Relaxed);
        frame.fill(1_000 + (self.0.read.load(Relaxed) - age) as i16);
    }
}

impl Sink for Leg {
    fn write(&mut self, _: Time, _: Heard<'_>, _: &mut dyn Outbox) {}
}

impl Port for Leg {
    fn receive(&mut self, _: Time, _: Datagram<'_>, _: &mut dyn Outbox) {}
}

/// A room of legs at these levels, and a listener `a`.
fn room(n: u16, levels_dbov: &[u8]) -> (Studio, Vec<(PortId, Arc<Packets>)>) {
    let mut studio = Studio::with_all("a");
    studio.open('R', Policy::NBest(n));
    studio.join('a', 'R', BToA);
    let room = studio.rooms[&'R'];
    let legs = levels_dbov.iter().map(|level_dbov| {
        let packets = Arc::new(Packets::default());
        packets.level_dbov.store(*level_dbov, Relaxed);
        let port = studio.handle.reserve_port().unwrap();
        let body = Box::new(Leg(Arc::clone(&packets)));
        studio.carry_out(|topology, plan| {
            topology.add_port(plan, port, body, Media::plain(Rate::Narrow));
            topology.join(plan, port, room, AToB).unwrap();
        });
        (port, packets)
    });
    let legs = legs.collect();
    (studio, legs)
}

#[test]
fn the_loudest_are_decoded_and_nobody_else() {
    let (mut studio, legs) = room(2, &[30, 50, 20, 60]);
    studio.run(100);
    let decoded = legs.iter().map(|(_, packets)| packets.decoded.load(Relaxed));
    assert_eq!(decoded.collect::<Vec<_>>(), [100, 0, 100, 0]);
}

#[test]
fn who_enters_is_heard_from_40_ms_before() {
    let (mut studio, legs) = room(1, &[20, 60]);
    studio.run(50);
    legs[1].1.level_dbov.store(5, Relaxed);
    let mut heard = Vec::new();
    while legs[1].1.decoded.load(Relaxed) == 0 {
        heard = studio.record(1)[&'a'].clone();
    }
    let now = legs[1].1.read.load(Relaxed);
    assert_eq!(legs[1].1.decoded.load(Relaxed), 3, "the pre-roll and this tick");
    assert_eq!(heard.last(), Some(&(1_000 + now as i16 - 2)));
    // From then on tick by tick, none twice and none left out.
    let next = studio.record(5)[&'a'].clone();
    let ticks: Vec<i16> = next.chunks(160).map(|tick| tick[159] - 1_000).collect();
    assert_eq!(ticks, (1..=5).map(|tick| now as i16 - 2 + tick).collect::<Vec<_>>());
}

#[test]
fn who_is_listened_to_directly_is_decoded() {
    let (mut studio, legs) = room(1, &[20, 60]);
    studio.run(SETTLING_TICKS);
    let (port, packets) = &legs[1];
    let listener = studio.port('a');
    studio.carry_out(|topology, plan| topology.join(plan, *port, listener, AToB).unwrap());
    studio.run(3);
    let heard = studio.record(1)[&'a'].clone();
    assert_eq!(heard[0], 1_000 + packets.read.load(Relaxed) as i16);
    let decoded = packets.decoded.load(Relaxed);
    studio.unjoin_ports(*port, listener);
    studio.run(5);
    assert!(packets.decoded.load(Relaxed) <= decoded + 1);
}
