//! The way home: a bounded ring of notices, and what happens when nobody empties it.
//!
//! Nothing that happens once is ever lost. An event that finds the ring full waits in a backlog;
//! the backlog has room for every event that a port can have once in its life, because a port's
//! key is not used again before the plan that removes it has come home, and plans come home
//! after the events before them. Events that may repeat without bound (keys, starvation) may
//! take up a part of the backlog only; beyond that they are dropped and counted.

use std::collections::VecDeque;

use rtrb::{Producer, PushError};

use super::handle::Parcel;
use crate::capacities::Capacities;
use crate::port::{PortEvent, PortId};

/// Events a port has at most once in its life: latched, started, finished, goodbye.
const SINGULAR_EVENTS: usize = 4;
/// Part of the backlog for events that may repeat, in events a port.
const REPEATED_EVENTS: usize = 2;

/// What travels home in the return ring.
#[derive(Debug)]
pub(super) enum Homeward {
    /// A plan whose first frame was mixed in this tick.
    Applied { parcel: Parcel, tick: u64 },
    /// What a port said.
    Event { port: PortId, event: PortEvent },
}

/// The engine's end of the return ring.
#[derive(Debug)]
pub(super) struct WayHome {
    ring: Producer<Homeward>,
    backlog: VecDeque<Homeward>,
    events_waiting: usize,
    events_max: usize,
    repeated_max: usize,
    pub(super) retried: u64,
    pub(super) dropped: u64,
}

impl WayHome {
    pub(super) fn new(ring: Producer<Homeward>, capacities: &Capacities) -> Self {
        let repeated_max = capacities.ports * REPEATED_EVENTS;
        let events_max = repeated_max + capacities.ports * SINGULAR_EVENTS;
        Self {
            ring,
            backlog: VecDeque::with_capacity(events_max + capacities.plans),
            events_waiting: 0,
            events_max,
            repeated_max,
            retried: 0,
            dropped: 0,
        }
    }

    /// Sends what waits, until the ring is full again.
    pub(super) fn retry(&mut self) {
        while let Some(first) = self.backlog.pop_front() {
            self.retried += 1;
            let is_event = matches!(first, Homeward::Event { .. });
            if let Err(PushError::Full(first)) = self.ring.push(first) {
                self.backlog.push_front(first);
                return;
            }
            self.events_waiting -= usize::from(is_event);
        }
    }

    /// Sends an event, or keeps it for later.
    pub(super) fn event(&mut self, port: PortId, event: PortEvent) {
        let Err(late) = self.send(Homeward::Event { port, event }) else { return };
        let limit = if may_repeat(event) { self.repeated_max } else { self.events_max };
        if self.events_waiting >= limit {
            self.dropped += 1;
            return;
        }
        self.events_waiting += 1;
        self.backlog.push_back(late);
    }

    /// Whether plans may come in. While anything waits they may not, so those that wait are
    /// never more than one tick takes in, for which there is room.
    pub(super) fn is_clear(&self) -> bool {
        self.backlog.is_empty()
    }

    /// Sends a plan, or keeps it for later.
    pub(super) fn applied(&mut self, parcel: Parcel, tick: u64) {
        if let Err(late) = self.send(Homeward::Applied { parcel, tick }) {
            self.backlog.push_back(late);
        }
    }

    /// Sends at once, but never past what waits.
    fn send(&mut self, homeward: Homeward) -> Result<(), Homeward> {
        if !self.backlog.is_empty() {
            return Err(homeward);
        }
        self.ring.push(homeward).map_err(|PushError::Full(homeward)| homeward)
    }
}

fn may_repeat(event: PortEvent) -> bool {
    matches!(event, PortEvent::Digit { .. } | PortEvent::Starved { .. })
}
