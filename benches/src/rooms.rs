//! Mixing alone: ports that only copy a frame.

use mixer::engine;
use mixer::inbox::NoInbox;
use mixer::port::{
    Activity, Datagram, Frame, Heard, Media, Outbox, Outgoing, Port, PortEvent, PortId, Rate, Sink,
    Source,
};
use mixer::room::Policy;
use mixer::time::{TICK, Time};
use mixer::topology::Directions;
use mixer::{Capacities, Engine, EngineHandle, Plan, Topology};

use crate::measure::line;

/// Measures rooms of several sizes.
pub(crate) fn run() {
    for members in [3, 10, 100, 1_000, 5_000] {
        for nbest in [3, 0] {
            let mut bench = Bench::new(members, 1, Policy::NBest(nbest));
            line(&format!("1 room of {members}, all talk, N = {nbest}"), || bench.tick());
        }
    }
    let mut bench = Bench::new(3, 1_000, Policy::NBest(0));
    line("1000 rooms of 3, all talk", || bench.tick());
    let mut bench = Bench::new(0, 8_000, Policy::NBest(0));
    line("8000 empty rooms", || bench.tick());
}

/// An engine with its rooms filled.
struct Bench {
    engine: Engine,
    /// Keeps the rings alive.
    _handle: EngineHandle,
    now: Time,
}

impl Bench {
    fn new(members: usize, rooms: usize, policy: Policy) -> Bench {
        let ports = (members * rooms).max(1);
        let capacities =
            Capacities { ports, rooms, streams: ports, talkers: ports, ..Capacities::default() };
        let (engine, mut handle) = engine(capacities);
        let mut topology = Topology::new(handle.capacities());
        let mut plan = Plan::new();
        for _ in 0..rooms {
            let Ok(room) = handle.reserve_room() else { break };
            topology.add_room(&mut plan, room, policy);
            for member in 0..members {
                let Ok(port) = handle.reserve_port() else { break };
                topology.add_port(
                    &mut plan,
                    port,
                    Box::new(Talker::new(member)),
                    Media::plain(Rate::Narrow),
                );
                let joined = topology.join(&mut plan, port, room, Directions::Both);
                assert!(joined.is_ok(), "the engine was made for this many");
            }
        }
        assert!(handle.submit(plan).is_ok(), "the ring is empty");
        Bench { engine, _handle: handle, now: Time(0) }
    }

    fn tick(&mut self) {
        self.now = self.now + TICK;
        self.engine.tick(self.now, &mut NoInbox, &mut Nowhere);
    }
}

/// Speaks the same frame for ever, at a level of its own.
struct Talker {
    frame: Frame,
    heard: i32,
}

impl Talker {
    fn new(member: usize) -> Talker {
        let mut frame = [0; mixer::port::FRAME_SAMPLES];
        for (index, sample) in frame.iter_mut().enumerate() {
            let phase = (index * (member % 17 + 1)) as f32 * 0.1;
            *sample = (phase.sin() * (200.0 + (member % 100) as f32)) as i16;
        }
        Talker { frame, heard: 0 }
    }
}

impl Source for Talker {
    fn read(&mut self, _now: Time, frame: &mut [i16], _out: &mut dyn Outbox) -> Activity {
        frame.copy_from_slice(&self.frame);
        Activity::Active
    }
}

impl Sink for Talker {
    fn write(&mut self, _now: Time, heard: Heard<'_>, _out: &mut dyn Outbox) {
        if let Heard::Audio(audio) = heard {
            self.heard = self.heard.wrapping_add(i32::from(audio.frame[0]));
        }
    }
}

impl Port for Talker {
    fn receive(&mut self, _now: Time, _datagram: Datagram<'_>, _out: &mut dyn Outbox) {}
}

/// Where packets go when nobody listens.
pub(crate) struct Nowhere;

impl Outbox for Nowhere {
    fn send(&mut self, _datagram: Outgoing<'_>) {}
    fn notify(&mut self, _port: PortId, _event: PortEvent) {}
}
