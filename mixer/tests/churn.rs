//! A minute of 10,000 joins and leaves a second into rooms in which people speak: the engine
//! allocates nothing, refuses nothing, and is as empty afterwards as it was before.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{CAPACITIES, SETTLING_TICKS, Studio};
use mixer::Capacities;
use mixer::room::Policy;
use mixer::topology::Directions::Both;

const ROOMS: &str = "RSTU";
const RESIDENTS: &str = "abcd";
const GUESTS: &str = "efghijklmnopqrst";
const SECONDS: usize = 60;
const TICKS_A_SECOND: usize = 50;
const CHANGES_A_TICK: usize = 10_000 / TICKS_A_SECOND;

#[test]
fn ten_thousand_joins_and_leaves_a_second() {
    let capacities = Capacities { plans: 256, notices: 1_024, ..CAPACITIES };
    let mut studio = Studio::with(capacities);
    ROOMS.chars().for_each(|room| studio.open(room, Policy::NBest(3)));
    for (resident, room) in RESIDENTS.chars().zip(ROOMS.chars()) {
        studio.call(resident).be_deaf();
        studio.join(resident, room, Both);
    }
    GUESTS.chars().for_each(|guest| studio.call(guest).be_deaf());
    studio.run(SETTLING_TICKS);
    let before = (studio.stats(), studio.topology.joins().count());
    let mut where_is = vec![None; GUESTS.len()];
    studio.notices.clear();
    let (mut next, mut home) = (0, 0);
    for _ in 0..SECONDS * TICKS_A_SECOND {
        for _ in 0..CHANGES_A_TICK {
            change(&mut studio, &mut where_is, next);
            next += 1;
        }
        studio.tick();
        home += studio.applied().len();
        studio.notices.clear();
    }
    assert_eq!((next, home), (600_000, 600_000), "every plan came home in its tick");
    for (index, room) in where_is.into_iter().enumerate() {
        let guest = GUESTS.chars().nth(index).unwrap();
        room.map(|room| studio.unjoin(guest, room).unwrap());
    }
    studio.run(SETTLING_TICKS);
    let after = studio.stats();
    assert_eq!((after.ports, after.rooms), (before.0.ports, before.0.rooms));
    assert_eq!(studio.topology.joins().count(), before.1);
    studio.check_soundness();
}

/// One guest after the other leaves the room it is in, or joins the next one.
fn change(studio: &mut Studio, where_is: &mut [Option<char>], number: usize) {
    // A number that is prime to that of the guests, so that neighbours never follow each other.
    let index = number * 7 % where_is.len();
    let guest = GUESTS.chars().nth(index).unwrap();
    match where_is[index].take() {
        Some(room) => drop(studio.unjoin(guest, room).unwrap()),
        None => {
            let room = ROOMS.chars().nth(number / 16 % ROOMS.len()).unwrap();
            studio.join(guest, room, Both);
            where_is[index] = Some(room);
        }
    }
}
