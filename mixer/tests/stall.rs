//! The control side stands still for ten seconds while plans and events pile up: the engine goes on,
//! counts what it had to put off, and afterwards nothing is lost that happens once.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{CAPACITIES, Studio};
use mixer::Plan;
use mixer::plan::PlanId;
use mixer::port::PortEvent;
use mixer::topology::Directions::Both;

const TEN_SECONDS: usize = 500;

#[test]
fn a_control_side_that_stalls_for_ten_seconds_loses_nothing() {
    let mut studio = Studio::with_all("abcdR");
    "abcd".chars().for_each(|name| drop(studio.join(name, 'R', Both)));
    studio.run(2);
    studio.notices.clear();
    let sent_before = studio.stats().plans;

    // The ring of plans is filled to the brim, and the ports have so much to tell that the ring of
    // notices overflows: keys in each tick, and what happens once.
    let mut sent = 0;
    while studio.handle.has_room() {
        studio.handle.submit(Plan::new()).unwrap();
        sent += 1;
    }
    assert_eq!(sent, CAPACITIES.plans as u64);
    let rejected = studio.handle.submit(Plan::new()).unwrap_err();
    assert_eq!(rejected.limit, CAPACITIES.plans);

    let heard_before = studio.line('a').recording().len();
    for tick in 0..TEN_SECONDS {
        for name in "abcd".chars() {
            studio.line(name).emit(PortEvent::Digit { event: (tick % 10) as u8 });
        }
        if tick == TEN_SECONDS / 2 {
            studio.line('c').emit(PortEvent::Goodbye);
        }
        studio.tick_unattended();
    }

    // It kept time: everyone heard every tick of it.
    let stats = studio.stats();
    let heard = studio.line('a').recording().len() - heard_before;
    assert_eq!(heard, TEN_SECONDS * 160);
    assert!(stats.notices_retried > 0, "the ring of notices was full");
    assert!(stats.events_dropped > 0, "more keys than anyone could keep");

    // The control side is back: all plans come home in order, and who said goodbye is known.
    studio.run(20);
    let applied = studio.applied();
    let first = sent_before + 1;
    assert_eq!(applied, (first..first + sent).map(PlanId).collect::<Vec<_>>());
    let goodbyes = studio.events().iter().filter(|(_, event)| *event == PortEvent::Goodbye).count();
    assert_eq!(goodbyes, 1);
    assert_eq!(studio.hearing(), "a:bcd b:acd c:abd d:abc");
}
