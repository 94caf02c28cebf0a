//! Joins and leaves without end: an engine on a thread of its own, in real time, and a control side
//! that changes who is in which room 10,000 times a second.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use mixer::engine::Notice;
use mixer::inbox::NoInbox;
use mixer::port::{Media, PortId, Rate};
use mixer::room::{Policy, RoomId};
use mixer::time::{TICK, Time};
use mixer::topology::Directions;
use mixer::{Capacities, Engine, EngineHandle, Plan, Topology, engine};

use crate::hall::{Nowhere, made};
use crate::idle::resident;
use crate::rooms::Talker;

const SECONDS: u64 = 60;
const CHANGES_A_SECOND: u64 = 10_000;
const ROOMS: usize = 100;
const GUESTS: usize = 1_000;
/// A tick that begins this long after its deadline is late, as in the server.
const LATE_AFTER: Duration = Duration::from_millis(10);

/// Runs a minute of it and prints what became of the ticks and of the memory.
pub(crate) fn run() {
    let capacities = Capacities { ports: GUESTS, rooms: ROOMS, ..Capacities::default() };
    let (engine, handle) = engine(capacities);
    let mut control = Control::new(handle, &capacities);
    let (stop, ticks) = (AtomicBool::new(false), Ticks::default());
    thread::scope(|scope| {
        scope.spawn(|| keep_time(engine, &ticks, &stop));
        control.settle();
        // The first second takes what is taken once.
        control.change(CHANGES_A_SECOND);
        let before = resident();
        let from = ticks.read();
        control.change(SECONDS * CHANGES_A_SECOND);
        let to = ticks.read();
        control.settle();
        let after = resident();
        stop.store(true, Relaxed);
        println!(
            "\n{} joins and leaves in {SECONDS} s, {GUESTS} talkers, {ROOMS} rooms",
            SECONDS * CHANGES_A_SECOND
        );
        println!("  ticks                        {:>10}", to.run - from.run);
        println!("  late, or longer than a tick  {:>10}", to.late - from.late);
        println!("  the longest, µs              {:>10}", to.longest_us);
        println!("  steps refused                {:>10}", control.handle.stats().steps_refused);
        println!(
            "  resident memory, KiB         {:>10} before, {} after",
            before / 1_024,
            after / 1_024
        );
    });
}

/// What the engine's thread counts.
#[derive(Default)]
struct Ticks {
    run: AtomicU64,
    late: AtomicU64,
    longest_us: AtomicU64,
}

struct Reading {
    run: u64,
    late: u64,
    longest_us: u64,
}

impl Ticks {
    fn read(&self) -> Reading {
        Reading {
            run: self.run.load(Relaxed),
            late: self.late.load(Relaxed),
            longest_us: self.longest_us.load(Relaxed),
        }
    }
}

/// Ticks at absolute deadlines, and skips those that have passed.
fn keep_time(mut engine: Engine, ticks: &Ticks, stop: &AtomicBool) {
    let start = Instant::now();
    let mut number = 0;
    while !stop.load(Relaxed) {
        number += 1;
        let deadline = start + TICK * number;
        thread::sleep(deadline.saturating_duration_since(Instant::now()));
        let began = Instant::now();
        engine.tick(Time(0) + TICK * number, &mut NoInbox, &mut Nowhere);
        let took = began.elapsed();
        let is_late = began.saturating_duration_since(deadline) >= LATE_AFTER || took >= TICK;
        ticks.run.fetch_add(1, Relaxed);
        ticks.late.fetch_add(u64::from(is_late), Relaxed);
        ticks.longest_us.fetch_max(took.as_micros() as u64, Relaxed);
    }
}

struct Control {
    handle: EngineHandle,
    topology: Topology,
    ports: Vec<PortId>,
    rooms: Vec<RoomId>,
    /// Where each guest is.
    places: Vec<Option<RoomId>>,
    changes: u64,
    under_way: usize,
}

impl Control {
    fn new(mut handle: EngineHandle, capacities: &Capacities) -> Control {
        let mut topology = Topology::new(capacities);
        let mut plan = Plan::new();
        let rooms: Vec<RoomId> = (0..ROOMS).map(|_| made(handle.reserve_room())).collect();
        rooms.iter().for_each(|room| topology.add_room(&mut plan, *room, Policy::NBest(3)));
        let ports: Vec<PortId> = (0..GUESTS).map(|_| made(handle.reserve_port())).collect();
        for (member, port) in ports.iter().enumerate() {
            let body = Box::new(Talker::new(member, Rate::Narrow));
            topology.add_port(&mut plan, *port, body, Media::plain(Rate::Narrow));
        }
        made(handle.submit(plan).map_err(|_| "the ring of plans is empty"));
        let places = vec![None; GUESTS];
        Control { handle, topology, ports, rooms, places, changes: 0, under_way: 1 }
    }

    /// As many changes, at their pace.
    fn change(&mut self, changes: u64) {
        let start = Instant::now();
        for done in 0..changes {
            let due = start + Duration::from_nanos(done * 1_000_000_000 / CHANGES_A_SECOND);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.fetch();
            while !self.handle.has_room() {
                thread::yield_now();
                self.fetch();
            }
            self.change_one();
        }
    }

    /// A guest leaves the room it is in, or joins another one.
    fn change_one(&mut self) {
        self.changes += 1;
        // Prime to the number of guests, so that everyone has a turn.
        let guest = (self.changes * 7 % GUESTS as u64) as usize;
        let room = self.rooms[(self.changes / 3) as usize % ROOMS];
        let port = self.ports[guest];
        let mut plan = Plan::new();
        match self.places[guest].take() {
            Some(place) => drop(made(self.topology.unjoin(&mut plan, port, place))),
            None => {
                made(self.topology.join(&mut plan, port, room, Directions::Both));
                self.places[guest] = Some(room);
            }
        }
        made(self.handle.submit(plan).map_err(|_| "there was room"));
        self.under_way += 1;
    }

    fn fetch(&mut self) {
        while let Some(notice) = self.handle.poll() {
            self.under_way -= usize::from(matches!(notice, Notice::Applied { .. }));
        }
    }

    /// Until everything has been heard.
    fn settle(&mut self) {
        while self.under_way > 0 {
            self.fetch();
            thread::sleep(Duration::from_millis(1));
        }
    }
}
