//! The engine on a thread of its own while the control side works: every plan comes home, in
//! order, whatever the two do at the same time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(clippy::disallowed_methods)] // Threads are what this is about.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::{NoNetwork, Studio};
use mixer::engine::Notice;
use mixer::inbox::NoInbox;
use mixer::plan::{Plan, PlanId};
use mixer::time::{TICK, Time};
use mixer::topology::Directions::{BToA, Both};

const PLANS: u64 = 2_000;

#[test]
fn plans_come_home_in_order() {
    let Studio { mut engines, mut handle, mut topology, callers, rooms, .. } =
        Studio::with_all("abcR");
    // The tape would not last.
    callers.values().for_each(|(_, line)| line.be_deaf());
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut now = Time::default();
            while !stop.load(Ordering::Relaxed) {
                now = now + TICK;
                engines[0].tick(now, &mut NoInbox, &mut NoNetwork);
            }
        });
        let (mut sent, mut home) = (4, 0);
        while home < PLANS {
            if sent < PLANS && handle.has_room() {
                let mut plan = Plan::new();
                let caller = callers[&['a', 'b', 'c'][(sent % 3) as usize]].0;
                let directions = if sent % 2 == 0 { Both } else { BToA };
                topology.join(&mut plan, caller, rooms[&'R'], directions).unwrap();
                handle.submit(plan).unwrap();
                sent += 1;
            }
            while let Some(notice) = handle.poll() {
                home += 1;
                assert!(matches!(notice, Notice::Applied { plan: PlanId(id), .. } if id == home));
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(handle.stats().plans, PLANS);
    assert_eq!(handle.stats().steps_refused, 0);
}
