//! The control side's half of an engine.

use std::sync::Arc;

use rtrb::{Consumer, Producer, PushError};
use thiserror::Error;

use super::homeward::Homeward;
use super::keys::Keys;
use super::meter::{Meters, Talking};
use super::notice::Notice;
use super::stats::{Published, Stats};
use crate::capacities::Capacities;
use crate::plan::{Plan, PlanId, Step};
use crate::port::PortId;
use crate::room::RoomId;

/// A table of the engine is full.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("all {limit} {what} of the engine are in use")]
pub struct Full {
    /// What there are too many of.
    pub what: &'static str,
    /// How many there can be.
    pub limit: usize,
}

/// A plan that did not fit into the ring, to be submitted again later.
#[derive(Debug, Error)]
#[error("{} plans are under way to the engine already", .limit)]
pub struct Busy {
    /// The plan, unchanged.
    pub plan: Plan,
    /// `Capacities::plans`.
    pub limit: usize,
}

/// A plan on its way to the engine or home.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) id: PlanId,
    pub(super) plan: Plan,
}

/// Reserves keys, submits plans and receives notices. One owner, any thread, never blocks.
///
/// * Keys: [`reserve_port`](Self::reserve_port), [`reserve_room`](Self::reserve_room), and the
///   `release_` pair for keys that were never used.
/// * Plans: [`has_room`](Self::has_room), [`submit`](Self::submit).
/// * Notices: [`poll`](Self::poll), until it returns `None`, a few times a second at least.
/// * Insight: [`stats`](Self::stats), [`talkers`](Self::talkers), [`capacities`](Self::capacities).
#[derive(Debug)]
pub struct EngineHandle {
    capacities: Capacities,
    ports: Keys,
    rooms: Keys,
    plans_submitted: u64,
    plans: Producer<Parcel>,
    homeward: Consumer<Homeward>,
    stats: Arc<Published>,
    meters: Arc<Meters>,
}

impl EngineHandle {
    pub(super) fn new(
        capacities: Capacities,
        plans: Producer<Parcel>,
        homeward: Consumer<Homeward>,
        stats: Arc<Published>,
        meters: Arc<Meters>,
    ) -> Self {
        Self {
            ports: Keys::new(capacities.ports),
            rooms: Keys::new(capacities.rooms),
            plans_submitted: 0,
            capacities,
            plans,
            homeward,
            stats,
            meters,
        }
    }

    /// A key for a new port. It is given back when the plan that removes the port comes home.
    ///
    /// # Errors
    /// [`Full`] when as many ports exist as the engine can hold.
    pub fn reserve_port(&mut self) -> Result<PortId, Full> {
        let (slot, generation) =
            self.ports.reserve().ok_or(Full { what: "ports", limit: self.capacities.ports })?;
        Ok(PortId { slot, generation })
    }

    /// A key for a new room. It is given back when the plan that removes the room comes home.
    ///
    /// # Errors
    /// [`Full`] when as many rooms exist as the engine can hold.
    pub fn reserve_room(&mut self) -> Result<RoomId, Full> {
        let (slot, generation) =
            self.rooms.reserve().ok_or(Full { what: "rooms", limit: self.capacities.rooms })?;
        Ok(RoomId { slot, generation })
    }

    /// Gives back the key of a port that no plan ever added.
    pub fn release_port(&mut self, port: PortId) {
        self.ports.release(port.slot, port.generation);
    }

    /// Gives back the key of a room that no plan ever added.
    pub fn release_room(&mut self, room: RoomId) {
        self.rooms.release(room.slot, room.generation);
    }

    /// Whether the next [`submit`](Self::submit) will succeed. Ask before changing the topology.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !self.plans.is_full()
    }

    /// Sends a plan to the engine, which carries it out at its next tick, after all earlier
    /// ones. [`Notice::Applied`] with the same id tells when it has been heard.
    ///
    /// # Errors
    /// [`Busy`] with the plan when too many are under way.
    pub fn submit(&mut self, plan: Plan) -> Result<PlanId, Busy> {
        let id = PlanId(self.plans_submitted + 1);
        match self.plans.push(Parcel { id, plan }) {
            Ok(()) => {
                self.plans_submitted += 1;
                Ok(id)
            }
            Err(PushError::Full(parcel)) => {
                Err(Busy { plan: parcel.plan, limit: self.capacities.plans })
            }
        }
    }

    /// The next notice, oldest first. Frees what a plan brought home.
    pub fn poll(&mut self) -> Option<Notice> {
        Some(match self.homeward.pop().ok()? {
            Homeward::Event { port, event } => Notice::Port { port, event },
            Homeward::Applied { parcel, tick } => {
                self.release_removed(&parcel.plan);
                Notice::Applied { plan: parcel.id, tick }
            }
        })
    }

    /// The engine's counters as of its last tick.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats.load()
    }

    /// Who was mixed in a room in the last tick, with levels; at most
    /// [`METERED_TALKERS_MAX`](super::METERED_TALKERS_MAX) of them.
    pub fn talkers(&self, room: RoomId) -> impl Iterator<Item = Talking> {
        self.meters.read(room).filter_map(|reading| {
            let generation = self.ports.current(reading.slot)?;
            reading.of(PortId { slot: reading.slot, generation })
        })
    }

    /// The sizes the engine was built with.
    #[must_use]
    pub fn capacities(&self) -> &Capacities {
        &self.capacities
    }

    fn release_removed(&mut self, plan: &Plan) {
        for step in &plan.steps {
            match step {
                Step::RemovePort { port, .. } => self.release_port(*port),
                Step::RemoveRoom { room, .. } => self.release_room(*room),
                _ => {}
            }
        }
    }
}
