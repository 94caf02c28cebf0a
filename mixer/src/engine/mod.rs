//! The engine: everything that happens between two ticks of the clock.
//!
//! A tick is a handful of verbs, in this order:
//!
//! | verb | what | cost follows |
//! |---|---|---|
//! | take plans | carry out what the control side decided | steps |
//! | receive | hand each datagram to its port | datagrams |
//! | read | ask every port for its next 20 ms | ports |
//! | mix | choose who is heard, here and at other engines, sum each room once | ports that make a sound |
//! | write | give every port what it hears | ports, and talkers for their own mixes |
//! | retire | put what was removed into the plans, send those home | plans |
//! | publish | store counters and levels | rooms that mix |
//!
//! There is no error path: what does not fit is left out and counted.

mod apply;
mod encoders;
mod floor;
mod handle;
mod homeward;
mod judge;
mod keys;
mod listen;
mod meter;
mod notice;
mod outlets;
mod ports;
mod relay;
mod renditions;
mod rooms;
mod stats;
mod streams;
mod tap;
mod voice;

pub(crate) use voice::frames_of;

use std::fmt;
use std::sync::Arc;

use rtrb::{Consumer, RingBuffer};

pub use handle::{Busy, EngineHandle, Full};
pub use meter::{METERED_TALKERS_MAX, Talking};
pub use notice::Notice;
pub use stats::Stats;

use crate::capacities::Capacities;
use crate::inbox::Inbox;
use crate::plan::Shard;
use crate::port::{Heard, Outbox, Port};
use crate::realtime::forbid_allocation;
use crate::room::RoomId;
use crate::time::Time;
use apply::Tables;
use floor::{Floor, Stage};
use handle::{Parcel, Shore};
use homeward::WayHome;
use listen::{Pad, Place, Scene};
use meter::Meters;
use outlets::Outlets;
use ports::Ports;
use relay::Relay;
use rooms::Rooms;
use stats::Published;
use streams::Streams;
use tap::Tap;

/// The number of a tick that never was; the first is 1.
const NEVER: u64 = 0;

/// Whether `then` is the tick before `tick`.
fn is_previous(then: u64, tick: u64) -> bool {
    then != NEVER && then + 1 == tick
}

/// Builds an engine with its control-side half. Allocates everything either will ever need.
///
/// # Panics
/// Never: there is one engine at least, and one is asked for.
#[must_use]
pub fn engine(capacities: Capacities) -> (Engine, EngineHandle) {
    let (mut engines, handle) = engines(Capacities { shards: 1, ..capacities });
    match engines.pop() {
        Some(engine) => (engine, handle),
        None => unreachable!("one shard has one engine"),
    }
}

/// Builds the engines that share these capacities ([`Capacities::shards`]), in order, with their
/// common control-side half. Each is to tick on a thread of its own, all on the same grid of
/// deadlines.
#[must_use]
pub fn engines(capacities: Capacities) -> (Vec<Engine>, EngineHandle) {
    let relays = Relay::between(capacities.shards());
    let built =
        relays.into_iter().enumerate().map(|(shard, relay)| build(shard, relay, capacities));
    let (engines, shores) = built.unzip();
    (engines, EngineHandle::new(capacities, shores))
}

fn build(shard: usize, relay: Relay, capacities: Capacities) -> (Engine, Shore) {
    let (plans_in, plans) = RingBuffer::new(capacities.plans);
    let (notices, homeward) = RingBuffer::new(capacities.notices);
    let published = Arc::new(Published::default());
    let meters = Arc::new(Meters::new(capacities.rooms));
    let shore = Shore {
        plans: plans_in,
        homeward,
        stats: Arc::clone(&published),
        meters: Arc::clone(&meters),
    };
    let ports = capacities.share_of(capacities.ports);
    let engine = Engine {
        tick: NEVER,
        relay,
        plans,
        applied: Vec::with_capacity(capacities.plans),
        plans_per_tick: capacities.plans,
        datagrams_per_tick: capacities.datagrams_per_tick,
        ports: Ports::new((shard * ports) as u32, ports),
        rooms: Rooms::new(capacities.rooms),
        streams: Streams::new(capacities.share_of(capacities.streams), ports),
        floor: Floor::new(shard as Shard, &capacities),
        outlets: Outlets::new(ports, capacities.rooms),
        pad: Box::default(),
        home: WayHome::new(notices, &capacities),
        stats: Stats::default(),
        published,
        meters,
    };
    (engine, shore)
}

/// The engine. Lives on one thread; [`tick`](Self::tick) is all there is to do with it.
pub struct Engine {
    /// Which tick this is.
    tick: u64,
    plans: Consumer<Parcel>,
    /// The plans of this tick.
    applied: Vec<Parcel>,
    plans_per_tick: usize,
    datagrams_per_tick: usize,
    ports: Ports,
    rooms: Rooms,
    streams: Streams,
    floor: Floor,
    relay: Relay,
    outlets: Outlets,
    pad: Box<Pad>,
    home: WayHome,
    stats: Stats,
    published: Arc<Published>,
    meters: Arc<Meters>,
}

impl Engine {
    /// Runs one tick of 20 ms under the allocation trap. `now` is the time of its deadline.
    ///
    /// Datagrams leave through [`Outbox::send`]; events go home as [`Notice`]s instead, so
    /// `out`'s [`Outbox::notify`] is never called.
    pub fn tick(&mut self, now: Time, inbox: &mut impl Inbox, out: &mut impl Outbox) {
        forbid_allocation(|| {
            self.tick += 1;
            self.take_plans();
            self.receive(now, inbox, out);
            self.read(now, out);
            self.mix(now);
            self.write(now, out);
            self.retire();
            self.publish();
        });
    }

    /// While notices wait for the control side, plans wait too: it would not see them applied.
    fn take_plans(&mut self) {
        self.home.retry();
        while self.home.is_clear() && self.applied.len() < self.plans_per_tick {
            let Ok(mut parcel) = self.plans.pop() else { return };
            let mut tables = Tables {
                tick: self.tick,
                ports: &mut self.ports,
                rooms: &mut self.rooms,
                streams: &mut self.streams,
                outlets: &mut self.outlets,
                encodings_refused: &mut self.stats.encodings_refused,
            };
            self.stats.steps_refused += tables.swap(&mut parcel.steps);
            self.stats.plans += 1;
            self.applied.push(parcel);
        }
    }

    fn receive<O: Outbox>(&mut self, now: Time, inbox: &mut impl Inbox, out: &mut O) {
        for _ in 0..self.datagrams_per_tick {
            let Some(datagram) = inbox.next() else { return };
            let Some(slot) = self.ports.slot(datagram.port) else {
                self.stats.datagrams_stale += 1;
                continue;
            };
            self.stats.datagrams += 1;
            let mut tap = Tap {
                out,
                home: &mut self.home,
                digits: &mut self.ports.digits[slot as usize],
                digits_dropped: &mut self.stats.digits_dropped,
                tick: self.tick,
            };
            if let Some(body) = &mut self.ports.bodies[slot as usize] {
                body.receive(now, datagram, &mut tap);
            }
        }
        self.stats.inbox_overruns += 1;
    }

    fn read<O: Outbox>(&mut self, now: Time, out: &mut O) {
        self.ports.audible.clear();
        for index in 0..self.ports.len() {
            let port = self.ports.occupied(index);
            let slot = port as usize;
            let mut tap = Tap {
                out,
                home: &mut self.home,
                digits: &mut self.ports.digits[slot],
                digits_dropped: &mut self.stats.digits_dropped,
                tick: self.tick,
            };
            let voice = &mut self.ports.voices[slot];
            let Some(body) = &mut self.ports.bodies[slot] else { continue };
            let read = |body: &mut dyn Port, frame: &mut [i16]| body.read(now, frame, &mut tap);
            if voice.read(self.tick, body.as_mut(), read) {
                self.ports.audible.push(port);
            }
        }
    }

    fn mix(&mut self, now: Time) {
        let Self { tick, rooms, streams, ports, outlets, stats, floor, relay, .. } = self;
        relay.receive(now);
        floor.mix(&mut Stage { tick: *tick, rooms, streams, ports, outlets, stats, relay, now });
    }

    fn write<O: Outbox>(&mut self, now: Time, out: &mut O) {
        for index in 0..self.ports.len() {
            let slot = self.ports.occupied(index);
            if !self.ports.is_leaving(slot) {
                self.write_port(now, slot, out);
            }
        }
    }

    fn write_port<O: Outbox>(&mut self, now: Time, slot: u32, out: &mut O) {
        let slot = slot as usize;
        let scene = Scene {
            tick: self.tick,
            ports: &self.ports,
            rooms: &self.rooms,
            floor: &self.floor,
            relay: &self.relay,
        };
        let mut place = Place::Nowhere;
        if !scene.hears_nothing(&self.ports.ears[slot]) {
            let mut ear = self.ports.ears[slot];
            place = self.pad.listen(&mut ear, scene, &mut self.outlets, &mut self.stats);
            let keys = ear.feed.is_port().then(|| scene.keys_heard(ear.feed));
            self.ports.settle(slot, ear);
            keys.into_iter().for_each(|keys| self.ports.press(slot, &keys));
        }
        let Ports { bodies, voices, ears, digits, .. } = &mut self.ports;
        let Some(body) = &mut bodies[slot] else { return };
        let mut tap = Tap {
            out,
            home: &mut self.home,
            digits: &mut digits[slot],
            digits_dropped: &mut self.stats.digits_dropped,
            tick: self.tick,
        };
        let heard = match place {
            Place::Nowhere => Heard::Nothing,
            _ => self.pad.at(place, ears[slot].form, voices, &self.outlets),
        };
        body.write(now, heard, &mut tap);
    }

    fn retire(&mut self) {
        for mut parcel in self.applied.drain(..) {
            let mut tables = Tables {
                tick: self.tick,
                ports: &mut self.ports,
                rooms: &mut self.rooms,
                streams: &mut self.streams,
                outlets: &mut self.outlets,
                encodings_refused: &mut self.stats.encodings_refused,
            };
            tables.retire(&mut parcel.steps);
            self.home.applied(parcel, self.tick);
        }
    }

    fn publish(&mut self) {
        for slot in self.floor.live() {
            let room = &self.rooms[*slot];
            let talkers = self.floor.talkers(room.talkers).iter();
            let speaks = |slot: u32| self.ports.voices[slot as usize].speaks();
            // Guests are published where they come from.
            let talkers = talkers.filter(|talker| {
                talker.stays() && room.is_open && !talker.is_guest() && speaks(talker.origin)
            });
            let talking = talkers.map(|talker| Talking {
                port: self.ports.id(talker.origin),
                level_dbov: self.ports.voices[talker.origin as usize].level.dbov(),
            });
            self.meters.publish(RoomId { slot: *slot, generation: room.generation }, talking);
        }
        self.stats.ticks = self.tick;
        self.stats.relays_sent = self.relay.sent;
        self.stats.relays_dropped = self.relay.dropped;
        self.stats.relays_late = self.relay.late;
        self.stats.notices_retried = self.home.retried;
        self.stats.events_dropped = self.home.dropped;
        self.stats.ports = self.ports.len() as u64;
        self.stats.rooms = self.rooms.open_count() as u64;
        self.stats.live_rooms = self.floor.live().len() as u64;
        self.published.store(&self.stats);
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("stats", &self.stats).finish_non_exhaustive()
    }
}
