//! Rooms in which nobody is: what they cost in time and memory.

use std::fs;

use mixer::Plan;
use mixer::inbox::NoInbox;
use mixer::room::Policy;

use crate::hall::Hall;
use crate::measure::{head, line};

const ROOMS: usize = 50_000;

/// Bytes of a page as /proc counts them.
const PAGE: usize = 4_096;

/// Measures 50,000 idle rooms.
pub(crate) fn run() {
    head("one tick, nobody there");
    let mut empty = open(0);
    line("no room", || empty.tick(&mut NoInbox));

    let before = resident();
    let mut hall = Hall::new(0, ROOMS);
    let with_engine = resident();
    open_rooms(&mut hall, ROOMS);
    let with_rooms = resident();
    line("50,000 idle rooms", || hall.tick(&mut NoInbox));

    let each = |more: usize, less: usize| more.saturating_sub(less) / ROOMS;
    println!("resident memory of each idle room");
    println!("  the engine's tables as made          {:>6} bytes", each(with_engine, before));
    println!("  more when open, control side included{:>6} bytes", each(with_rooms, with_engine));
}

fn open(rooms: usize) -> Hall {
    let mut hall = Hall::new(0, rooms);
    open_rooms(&mut hall, rooms);
    hall
}

/// Opens the rooms in plans of a hundred, as many application servers would rather than one.
fn open_rooms(hall: &mut Hall, rooms: usize) {
    for batch in 0..rooms.div_ceil(100) {
        let mut plan = Plan::new();
        for _ in batch * 100..rooms.min(batch * 100 + 100) {
            hall.add_room(&mut plan, Policy::NBest(3));
        }
        hall.submit(plan);
        hall.tick(&mut NoInbox);
    }
}

/// Bytes of memory that this process has in use.
pub(crate) fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok());
    pages.map_or(0, |pages: usize| pages * PAGE)
}
