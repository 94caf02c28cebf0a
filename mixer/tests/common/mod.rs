//! A studio to test the engine in: an engine with its control side, ticked by hand, and callers
//! of whom each hums a tone of its own, so that recordings tell who heard whom.
//!
//! Callers have lower-case names and rooms upper-case ones.
#![allow(dead_code, unreachable_pub)] // Each test file uses its own part of it.

pub mod caller;
pub mod ear;
pub mod model;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use mixer::engine::{Notice, Stats};
use mixer::inbox::Inbox;
use mixer::plan::PlanId;
use mixer::port::{Channel, Datagram, Media, Outbox, Outgoing, PortEvent, PortId, Rate};
use mixer::room::{Policy, RoomId};
use mixer::time::{TICK, Time};
use mixer::topology::{Directions, EndPoint, JoinError, Manner, Stream, UnjoinError};
use mixer::{Capacities, Engine, EngineHandle, Plan, Topology};

use caller::{Caller, Line};

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

/// Ticks until a change of the selection has taken effect: a place is kept for 200 ms, and who
/// leaves may be heard 40 ms late.
pub const SETTLING_TICKS: usize = 15;
/// Ticks after which a steady hum is known for one, and no longer counts as speech.
pub const STEADY_TICKS: usize = 120;
/// Ticks that a hearing test lasts: 200 ms, a whole number of periods of every tone.
const LISTENING_TICKS: usize = 10;

/// Enough for every test, and small enough to build quickly.
pub const CAPACITIES: Capacities = Capacities {
    shards: 1,
    ports: 64,
    rooms: 80,
    live_rooms: 80,
    streams: 128,
    talkers: 512,
    plans: 64,
    notices: 256,
    datagrams_per_tick: 64,
};

pub struct Studio {
    /// One, or several that work together: callers are spread over them in turn.
    pub engines: Vec<Engine>,
    pub handle: EngineHandle,
    pub topology: Topology,
    pub inbox: Mailbag,
    pub callers: BTreeMap<char, (PortId, Arc<Line>)>,
    pub rooms: BTreeMap<char, RoomId>,
    pub notices: Vec<Notice>,
    called: usize,
    now: Time,
}

impl Studio {
    pub fn new() -> Self {
        Self::with(CAPACITIES)
    }

    pub fn with(capacities: Capacities) -> Self {
        let (engines, handle) = mixer::engines(capacities);
        Self {
            engines,
            handle,
            topology: Topology::new(&capacities),
            inbox: Mailbag::default(),
            callers: BTreeMap::new(),
            rooms: BTreeMap::new(),
            notices: Vec::new(),
            called: 0,
            now: Time::default(),
        }
    }

    /// Several engines.
    pub fn sharded(shards: usize) -> Self {
        Self::with(Capacities { shards, ..CAPACITIES })
    }

    /// Callers by these names, and a room for each capital among them.
    pub fn with_all(names: &str) -> Self {
        let mut studio = Self::new();
        for name in names.chars() {
            if name.is_uppercase() {
                studio.open(name, Policy::default());
            } else {
                studio.call(name);
            }
        }
        studio
    }

    /// Someone calls and hums the tone of that name.
    pub fn call(&mut self, name: char) -> Arc<Line> {
        self.call_with(name, Media::plain(Rate::Narrow))
    }

    /// Someone calls who speaks and listens in some other way.
    pub fn call_with(&mut self, name: char, media: Media) -> Arc<Line> {
        let shard = self.called % self.engines.len();
        self.called += 1;
        let id = self.handle.reserve_port_at(shard).unwrap();
        let line = Arc::new(Line::new(ear::tone_of(name), media.rate));
        let caller = Box::new(Caller::new(id, Arc::clone(&line)));
        self.carry_out(|topology, plan| topology.add_port(plan, id, caller, media));
        self.callers.insert(name, (id, Arc::clone(&line)));
        line
    }

    pub fn open(&mut self, name: char, policy: Policy) {
        let id = self.handle.reserve_room().unwrap();
        self.carry_out(|topology, plan| topology.add_room(plan, id, policy));
        self.rooms.insert(name, id);
    }

    pub fn set_policy(&mut self, room: char, policy: Policy) {
        let id = self.rooms[&room];
        self.carry_out(|topology, plan| topology.set_policy(plan, id, policy)).unwrap();
    }

    pub fn join(&mut self, a: char, b: char, directions: Directions) -> Vec<Stream> {
        self.try_join(a, b, directions, false).unwrap()
    }

    pub fn join_preferred(&mut self, a: char, b: char, directions: Directions) -> Vec<Stream> {
        self.try_join(a, b, directions, true).unwrap()
    }

    pub fn try_join(
        &mut self,
        a: char,
        b: char,
        directions: Directions,
        preferred: bool,
    ) -> Result<Vec<Stream>, JoinError> {
        let (a, b) = (self.end_point(a), self.end_point(b));
        let manner = Manner::from(directions).preferred(preferred);
        self.carry_out(|topology, plan| topology.join(plan, a, b, manner))
    }

    pub fn give_floor(
        &mut self,
        caller: char,
        room: char,
        has_floor: bool,
    ) -> Result<(), UnjoinError> {
        let (port, room) = (self.port(caller), self.rooms[&room]);
        self.carry_out(|topology, plan| topology.give_floor(plan, port, room, has_floor))
    }

    pub fn unjoin(&mut self, a: char, b: char) -> Result<Vec<Stream>, UnjoinError> {
        let (a, b) = (self.end_point(a), self.end_point(b));
        self.carry_out(|topology, plan| topology.unjoin(plan, a, b))
    }

    pub fn unjoin_ports(&mut self, a: PortId, b: PortId) {
        self.carry_out(|topology, plan| topology.unjoin(plan, a, b)).unwrap();
    }

    /// Hangs up, or destroys a room.
    pub fn remove(&mut self, name: char) {
        let end_point = self.end_point(name);
        self.carry_out(|topology, plan| topology.remove(plan, end_point)).unwrap();
        self.callers.remove(&name);
        self.rooms.remove(&name);
    }

    /// Sends a plan of its own with the outcome of one change.
    pub fn carry_out<T>(&mut self, change: impl FnOnce(&mut Topology, &mut Plan) -> T) -> T {
        let mut plan = Plan::new();
        let outcome = change(&mut self.topology, &mut plan);
        self.handle.submit(plan).unwrap();
        outcome
    }

    pub fn end_point(&self, name: char) -> EndPoint {
        if name.is_uppercase() { self.rooms[&name].into() } else { self.callers[&name].0.into() }
    }

    pub fn port(&self, name: char) -> PortId {
        self.callers[&name].0
    }

    pub fn line(&self, name: char) -> &Line {
        &self.callers[&name].1
    }

    pub fn stats(&self) -> Stats {
        self.handle.stats()
    }

    /// Runs the engine without looking at its notices.
    pub fn tick_unattended(&mut self) {
        self.tick_all_but(None);
    }

    /// A tick in which one engine has no processor.
    pub fn tick_without(&mut self, shard: usize) {
        self.tick_all_but(Some(shard));
    }

    fn tick_all_but(&mut self, stalled: Option<usize>) {
        self.now = self.now + TICK;
        // Threads come in any order: now the one is first, now the other.
        let tick = self.now.0 / TICK.as_nanos() as u64;
        let count = self.engines.len();
        for index in 0..count {
            let shard = if tick.is_multiple_of(2) { index } else { count - 1 - index };
            if stalled == Some(shard) {
                continue;
            }
            self.inbox.read = 0;
            self.engines[shard].tick(self.now, &mut self.inbox, &mut NoNetwork);
        }
        self.inbox.letters.clear();
    }

    pub fn tick(&mut self) {
        self.tick_unattended();
        self.fetch();
    }

    /// Looks at what came home.
    pub fn fetch(&mut self) {
        while let Some(notice) = self.handle.poll() {
            self.notices.push(notice);
        }
    }

    pub fn run(&mut self, ticks: usize) {
        (0..ticks).for_each(|_| self.tick());
    }

    pub fn applied(&self) -> Vec<PlanId> {
        let plans = self.notices.iter().filter_map(|notice| match notice {
            Notice::Applied { plan, .. } => Some(*plan),
            Notice::Port { .. } => None,
        });
        plans.collect()
    }

    pub fn events(&self) -> Vec<(PortId, PortEvent)> {
        let events = self.notices.iter().filter_map(|notice| match notice {
            Notice::Port { port, event } => Some((*port, *event)),
            Notice::Applied { .. } => None,
        });
        events.collect()
    }

    /// What everyone hears from now on for some ticks.
    pub fn record(&mut self, ticks: usize) -> BTreeMap<char, Vec<i16>> {
        for (_, line) in self.callers.values() {
            line.erase();
        }
        self.run(ticks);
        let recordings = self.callers.iter().map(|(name, (_, line))| (*name, line.recording()));
        let recordings: BTreeMap<_, Vec<i16>> = recordings.collect();
        for (name, samples) in &recordings {
            assert_eq!(samples.len(), ticks * self.line(*name).rate().frame_samples());
        }
        recordings
    }

    /// Who hears whom: a line like `a:bc b: c:a`, once all changes have taken effect.
    pub fn hearing(&mut self) -> String {
        self.run(SETTLING_TICKS);
        let recordings = self.record(LISTENING_TICKS);
        let rows = recordings.iter().map(|(listener, samples)| {
            let heard = self.callers.iter().filter(|(name, (_, line))| {
                let rate = self.line(*listener).rate();
                ear::hears(samples, rate, line).unwrap_or_else(|level_db| {
                    panic!("{listener} hears {name} neither well nor not at all: {level_db} dB")
                })
            });
            format!("{listener}:{}", heard.map(|(name, _)| name).collect::<String>())
        });
        rows.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn check(&mut self, expected: &str) {
        let found = self.hearing();
        assert_eq!(found, expected);
        let from_topology = self.audible();
        assert_eq!(found, from_topology, "the topology thinks otherwise");
        self.check_soundness();
    }

    /// Nothing that should never happen has happened.
    #[track_caller]
    pub fn check_soundness(&self) {
        let stats = self.stats();
        assert_eq!(stats.steps_refused, 0);
        assert_eq!(stats.samples_clipped, 0);
        assert_eq!(stats.talkers_dropped, 0);
        assert_eq!((stats.relays_dropped, stats.relays_late), (0, 0));
    }

    /// Who can hear whom, as the topology says.
    pub fn audible(&self) -> String {
        let rows = self.callers.iter().map(|(listener, (port, _))| {
            let audible = self.topology.audible_to(*port);
            let heard = self.callers.iter().filter(|(_, (port, _))| audible.contains(port));
            format!("{listener}:{}", heard.map(|(name, _)| name).collect::<String>())
        });
        rows.collect::<Vec<_>>().join(" ")
    }
}

/// Datagrams for the next tick.
#[derive(Default)]
pub struct Mailbag {
    pub letters: Vec<(PortId, Vec<u8>)>,
    read: usize,
}

impl Inbox for Mailbag {
    fn next(&mut self) -> Option<Datagram<'_>> {
        let (port, bytes) = self.letters.get(self.read)?;
        self.read += 1;
        Some(Datagram {
            port: *port,
            channel: Channel::Rtp,
            from: SocketAddr::from(([127, 0, 0, 1], 4000)),
            arrival: Time::default(),
            bytes,
        })
    }
}

/// Swallows what leaves.
pub struct NoNetwork;

impl Outbox for NoNetwork {
    fn send(&mut self, _: Outgoing<'_>) {}

    fn notify(&mut self, _: PortId, _: PortEvent) {
        unreachable!("the engine takes events home itself");
    }
}
