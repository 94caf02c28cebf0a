//! What is counted: scenes that lead up to the same small piece of work again and again.

use std::hint::black_box;

use media_io::codec::{OPUS, PCMU};
use mixer::Plan;
use mixer::inbox::NoInbox;
use mixer::port::{Activity, Datagram, Heard, Media, Outbox, Port, PortId, Rate, Sink, Source};
use mixer::room::{Policy, RoomId};
use mixer::time::Time;
use mixer::topology::Directions;

use crate::hall::{Hall, made};
use crate::legs::Legs;
use crate::rooms::full;

/// How often a scene does what is counted.
pub(crate) const RUNS: u64 = 10;

/// Runs before that, which are not counted: fades end, jitter buffers fill.
const WARM_UP: u64 = 20;

/// Members who join in one plan.
pub(crate) const NEWCOMERS: usize = 100;

/// A name, and what is done under it.
pub(crate) type Scene = (&'static str, fn());

pub(crate) const SCENES: &[Scene] = &[
    ("room-of-10", || ticks_of(full(10, 1, Policy::NBest(3), Rate::Narrow))),
    ("room-of-100", || ticks_of(full(100, 1, Policy::NBest(3), Rate::Narrow))),
    ("room-of-1000", || ticks_of(full(1_000, 1, Policy::NBest(3), Rate::Narrow))),
    ("room-of-5000", || ticks_of(full(5_000, 1, Policy::NBest(3), Rate::Narrow))),
    ("room-of-1000-all-mixed", || ticks_of(full(1_000, 1, Policy::NBest(0), Rate::Narrow))),
    ("room-of-1000-48-khz", || ticks_of(full(1_000, 1, Policy::NBest(3), Rate::Full))),
    ("1000-rooms-of-3", || ticks_of(full(3, 1_000, Policy::NBest(0), Rate::Narrow))),
    ("room-of-1000-legs", || {
        let mut legs = Legs::new(&PCMU, 1_000, 1);
        count(|| legs.tick());
    }),
    ("1000-rooms-of-3-legs", || {
        let mut legs = Legs::new(&PCMU, 3, 1_000);
        count(|| legs.tick());
    }),
    ("room-of-100-opus-legs", || {
        let mut legs = Legs::new(&OPUS, 100, 1);
        count(|| legs.tick());
    }),
    ("plan-of-a-join", count_plans),
    ("5000-apart", || ticks_of(apart(5_000))),
    ("silence-of-5000", || ticks_of(Silence::new().hall)),
    ("silence-of-5000-and-100-joins", count_applied),
];

fn ticks_of(mut hall: Hall) {
    count(|| hall.tick(&mut NoInbox));
}

fn count(mut run: impl FnMut()) {
    for _ in 0..WARM_UP {
        run();
    }
    for _ in 0..RUNS {
        counted(&mut run);
    }
}

/// The only function in which valgrind counts, which knows it by its name.
#[inline(never)]
pub(crate) fn counted<R>(run: impl FnOnce() -> R) -> R {
    black_box(run())
}

/// The control side of one join into a room of 5,000: the topology and the plan.
fn count_plans() {
    let Silence { mut hall, room, newcomers } = Silence::new();
    for newcomer in newcomers.into_iter().take(RUNS as usize) {
        let mut plan = Plan::new();
        let joined = counted(|| hall.topology.join(&mut plan, newcomer, room, Directions::Both));
        made(joined);
    }
}

/// The engine's side: a tick that carries out a hundred joins into a room of 5,000.
fn count_applied() {
    let Silence { mut hall, room, newcomers } = Silence::new();
    for _ in 0..RUNS {
        let (mut joins, mut unjoins) = (Plan::new(), Plan::new());
        for newcomer in &newcomers {
            hall.join(&mut joins, *newcomer, room);
            made(hall.topology.unjoin(&mut unjoins, *newcomer, room));
        }
        hall.submit(joins);
        counted(|| hall.tick_alone(&mut NoInbox));
        hall.submit(unjoins);
        hall.tick(&mut NoInbox);
    }
}

/// A room of 5,000 in which nobody says anything, and some who are about to join it.
struct Silence {
    hall: Hall,
    room: RoomId,
    newcomers: Vec<PortId>,
}

impl Silence {
    fn new() -> Silence {
        let members = 5_000;
        let mut hall = Hall::new(members + NEWCOMERS, 1);
        let mut plan = Plan::new();
        let room = hall.add_room(&mut plan, Policy::NBest(3));
        let mut add = |plan: &mut Plan, _| {
            hall.add_port(plan, |_| (Box::new(Mute), Media::plain(Rate::Narrow)))
        };
        let ports: Vec<PortId> = (0..members).map(|member| add(&mut plan, member)).collect();
        let newcomers = (0..NEWCOMERS).map(|member| add(&mut plan, member)).collect();
        for port in ports {
            hall.join(&mut plan, port, room);
        }
        hall.submit(plan);
        for _ in 0..WARM_UP {
            hall.tick(&mut NoInbox);
        }
        Silence { hall, room, newcomers }
    }
}

/// Ports that say nothing and are joined to nothing.
fn apart(ports: usize) -> Hall {
    let mut hall = Hall::new(ports, 1);
    let mut plan = Plan::new();
    for _ in 0..ports {
        hall.add_port(&mut plan, |_| (Box::new(Mute), Media::plain(Rate::Narrow)));
    }
    hall.submit(plan);
    hall
}

/// Says nothing, and does nothing with what it hears.
struct Mute;

impl Source for Mute {
    fn read(&mut self, _now: Time, _frame: &mut [i16], _out: &mut dyn Outbox) -> Activity {
        Activity::Silent
    }
}

impl Sink for Mute {
    fn write(&mut self, _now: Time, _heard: Heard<'_>, _out: &mut dyn Outbox) {}
}

impl Port for Mute {
    fn receive(&mut self, _now: Time, _datagram: Datagram<'_>, _out: &mut dyn Outbox) {}
}
