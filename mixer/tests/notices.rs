//! The way home: full rings lose nothing that happens once, and stale keys do no harm.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{CAPACITIES, Studio};
use mixer::Capacities;
use mixer::plan::Plan;
use mixer::port::PortEvent;
use mixer::topology::Directions::Both;

const NARROW: Capacities = Capacities { plans: 4, notices: 2, ports: 8, ..CAPACITIES };

#[test]
fn events_wait_while_nobody_fetches_notices() {
    let mut studio = Studio::with(NARROW);
    for name in "abcd".chars() {
        studio.call(name);
        studio.tick();
    }
    studio.notices.clear();
    for event in [PortEvent::Started, PortEvent::Finished] {
        for name in "abcd".chars() {
            studio.line(name).emit(event);
        }
        studio.tick_unattended();
    }
    let line = studio.callers[&'d'].1.clone();
    studio.remove('d');
    (0..10).for_each(|_| studio.tick_unattended());
    assert!(studio.stats().notices_retried > 0);
    assert_eq!(studio.stats().plans, 4, "plans wait until notices are fetched");
    studio.run(10);
    assert!(line.is_freed());
    let events: Vec<_> = studio.events().into_iter().map(|(_, event)| event).collect();
    assert_eq!(events, [[PortEvent::Started; 4], [PortEvent::Finished; 4]].concat());
    assert_eq!(studio.applied().len(), 1);
    assert_eq!(studio.stats().events_dropped, 0);
    assert_eq!(studio.stats().ports, 3);
}

#[test]
fn a_flood_of_digits_does_not_crowd_out_what_happens_once() {
    let mut studio = Studio::with(NARROW);
    studio.call('a');
    studio.call('b');
    studio.tick();
    studio.notices.clear();
    for _ in 0..100 {
        studio.line('a').emit(PortEvent::Digit { event: 1 });
        studio.tick_unattended();
    }
    studio.line('b').emit(PortEvent::Finished);
    studio.tick_unattended();
    studio.run(20);
    let events = studio.events();
    assert_eq!(events.last(), Some(&(studio.port('b'), PortEvent::Finished)));
    let digits = events.len() as u64 - 1;
    assert_eq!(digits + studio.stats().events_dropped, 100);
}

#[test]
fn the_engine_keeps_mixing_while_the_control_side_sleeps() {
    let mut studio = Studio::with(NARROW);
    studio.call('a');
    studio.call('b');
    studio.join('a', 'b', Both);
    (0..500).for_each(|_| studio.tick_unattended());
    assert_eq!(studio.stats().ticks, 500);
    studio.check("a:b b:a");
}

#[test]
fn a_full_command_ring_hands_the_plan_back() {
    let mut studio = Studio::with(NARROW);
    for _ in 0..4 {
        assert!(studio.handle.has_room());
        studio.handle.submit(Plan::new()).unwrap();
    }
    assert!(!studio.handle.has_room());
    let busy = studio.handle.submit(Plan::new()).unwrap_err();
    assert_eq!(busy.limit, 4);
    studio.tick();
    let last = studio.handle.submit(busy.plan).unwrap();
    studio.run(3);
    assert_eq!(studio.applied().last(), Some(&last));
    assert_eq!(studio.applied().len(), 5);
}

#[test]
fn tables_have_an_end() {
    let mut studio = Studio::with(NARROW);
    let ports: Vec<_> = (0..8).map(|_| studio.handle.reserve_port().unwrap()).collect();
    assert_eq!(studio.handle.reserve_port().unwrap_err().limit, 8);
    studio.handle.release_port(ports[3]);
    studio.handle.release_port(ports[3]);
    let again = studio.handle.reserve_port().unwrap();
    assert_eq!((again.slot, again.generation), (ports[3].slot, ports[3].generation + 1));
    assert!(studio.handle.reserve_port().is_err());
}

#[test]
fn datagrams_for_a_port_that_is_gone_are_counted() {
    let mut studio = Studio::with_all("ab");
    let (a, b) = (studio.port('a'), studio.port('b'));
    studio.run(1);
    studio.inbox.letters.extend([(a, vec![]), (b, vec![])]);
    studio.run(1);
    studio.remove('a');
    studio.run(1);
    studio.call('c');
    let c = studio.port('c');
    assert_eq!((a.slot, a.generation + 1), (c.slot, c.generation));
    studio.run(1);
    studio.inbox.letters.extend([(a, vec![]), (b, vec![]), (c, vec![])]);
    studio.run(1);
    assert_eq!(studio.line('b').datagrams(), 2);
    assert_eq!(studio.line('c').datagrams(), 1);
    assert_eq!((studio.stats().datagrams, studio.stats().datagrams_stale), (4, 1));
}

#[test]
fn an_inbox_that_never_ends_does_not_stop_the_tick() {
    let mut studio = Studio::with_all("a");
    studio.run(1);
    let a = studio.port('a');
    studio.inbox.letters.extend((0..200).map(|_| (a, vec![])));
    studio.run(1);
    assert_eq!(studio.line('a').datagrams(), CAPACITIES.datagrams_per_tick);
    assert_eq!(studio.stats().inbox_overruns, 1);
}

#[test]
fn silent_rooms_are_left_alone() {
    let mut studio = Studio::with_all("abRS");
    studio.join('a', 'R', Both);
    studio.join('b', 'R', Both);
    studio.run(5);
    assert_eq!(studio.stats().live_rooms, 1);
    studio.line('a').be_silent(true);
    studio.line('b').be_silent(true);
    studio.run(5);
    assert_eq!(studio.stats().live_rooms, 0);
    assert_eq!(studio.handle.talkers(studio.rooms[&'R']).count(), 0);
}
