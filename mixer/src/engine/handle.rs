//! The control side's half of an engine, or of several that work together.

use std::collections::BTreeMap;
use std::sync::Arc;

use rtrb::{Consumer, Producer};
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

/// A plan, or an engine's part of it, on its way there or home.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) id: PlanId,
    pub(super) steps: Vec<Step>,
}

/// The ends of one engine's rings and what it publishes.
#[derive(Debug)]
pub(super) struct Shore {
    pub(super) plans: Producer<Parcel>,
    pub(super) homeward: Consumer<Homeward>,
    pub(super) stats: Arc<Published>,
    pub(super) meters: Arc<Meters>,
}

/// Reserves keys, submits plans and receives notices. One owner, any thread, never blocks.
///
/// * Keys: [`reserve_port`](Self::reserve_port), [`reserve_room`](Self::reserve_room), and the
///   `release_` pair for keys that were never used;
///   [`reserve_port_at`](Self::reserve_port_at) and
///   [`reserve_port_beside`](Self::reserve_port_beside) when it matters at which engine.
/// * Plans: [`has_room`](Self::has_room), [`submit`](Self::submit).
/// * Notices: [`poll`](Self::poll), until it returns `None`, a few times a second at least.
/// * Insight: [`stats`](Self::stats), [`talkers`](Self::talkers), [`capacities`](Self::capacities).
#[derive(Debug)]
pub struct EngineHandle {
    capacities: Capacities,
    /// By shard.
    ports: Vec<Keys>,
    rooms: Keys,
    plans_submitted: u64,
    /// Plans of which a part is under way, with the number of parts and what came home of them.
    under_way: BTreeMap<PlanId, UnderWay>,
    shores: Vec<Shore>,
    /// Whose notices are looked at next.
    next_shore: usize,
}

#[derive(Debug, Default)]
struct UnderWay {
    parts: usize,
    home: Vec<Step>,
}

impl EngineHandle {
    pub(super) fn new(capacities: Capacities, shores: Vec<Shore>) -> Self {
        let share = capacities.share_of(capacities.ports);
        let ports = (0..capacities.shards()).map(|shard| {
            let first = shard * share;
            Keys::new(first, capacities.ports.saturating_sub(first).min(share))
        });
        Self {
            ports: ports.collect(),
            rooms: Keys::new(0, capacities.rooms),
            plans_submitted: 0,
            under_way: BTreeMap::new(),
            capacities,
            shores,
            next_shore: 0,
        }
    }

    /// A key for a new port. It is given back when the plan that removes the port comes home.
    ///
    /// Of several engines the first that has room gets it: those who are joined to one another hear
    /// each other a tick later if they are at different engines, so that a second one is used only
    /// when the first is full.
    ///
    /// # Errors
    /// [`Full`] when as many ports exist as the engines can hold.
    pub fn reserve_port(&mut self) -> Result<PortId, Full> {
        let limit = self.capacities.ports;
        let key = self.ports.iter_mut().find_map(Keys::reserve);
        let (slot, generation) = key.ok_or(Full { what: "ports", limit })?;
        Ok(PortId { slot, generation })
    }

    /// A key for a new port that is to be at a certain engine, if there is room.
    ///
    /// # Errors
    /// [`Full`] when as many ports exist as the engines can hold.
    pub fn reserve_port_at(&mut self, shard: usize) -> Result<PortId, Full> {
        match self.ports.get_mut(shard).and_then(Keys::reserve) {
            Some((slot, generation)) => Ok(PortId { slot, generation }),
            None => self.reserve_port(),
        }
    }

    /// A key for a new port that is to be at the engine of another one, if there is room.
    ///
    /// # Errors
    /// [`Full`] when as many ports exist as the engines can hold.
    pub fn reserve_port_beside(&mut self, other: PortId) -> Result<PortId, Full> {
        self.reserve_port_at(usize::from(self.capacities.shard_of(other)))
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
        let shard = usize::from(self.capacities.shard_of(port));
        if let Some(keys) = self.ports.get_mut(shard) {
            keys.release(port.slot, port.generation);
        }
    }

    /// Gives back the key of a room that no plan ever added.
    pub fn release_room(&mut self, room: RoomId) {
        self.rooms.release(room.slot, room.generation);
    }

    /// Whether the next [`submit`](Self::submit) will succeed. Ask before changing the topology.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.shores.iter().all(|shore| !shore.plans.is_full())
    }

    /// Sends a plan to the engines that have a part in it; each carries that out at its next tick,
    /// after all earlier ones. [`Notice::Applied`] with the same id tells when all of it has been
    /// heard.
    ///
    /// # Errors
    /// [`Busy`] with the plan when too many are under way.
    pub fn submit(&mut self, plan: Plan) -> Result<PlanId, Busy> {
        if !self.has_room() {
            return Err(Busy { plan, limit: self.capacities.plans });
        }
        self.plans_submitted += 1;
        let id = PlanId(self.plans_submitted);
        // A plan without steps comes home from the first engine.
        let is_empty = plan.is_empty();
        let parts = split(plan, self.shores.len()).into_iter().enumerate();
        let mut sent = 0;
        for (shard, steps) in
            parts.filter(|(shard, steps)| !steps.is_empty() || (is_empty && *shard == 0))
        {
            let shore = &mut self.shores[shard];
            // There is room: nobody else sends.
            let pushed = shore.plans.push(Parcel { id, steps });
            sent += usize::from(pushed.is_ok());
        }
        if sent > 1 {
            self.under_way.insert(id, UnderWay { parts: sent, home: Vec::new() });
        }
        Ok(id)
    }

    /// The next notice. What comes from one engine comes in order; one that falls behind holds up
    /// nothing but the plans that it has a part in, so that a later plan of others may be home before
    /// them. Frees what a plan brought home.
    pub fn poll(&mut self) -> Option<Notice> {
        loop {
            match self.pop()? {
                Homeward::Event { port, event } => return Some(Notice::Port { port, event }),
                Homeward::Applied { parcel, tick } => {
                    let plan = parcel.id;
                    if self.arrived(parcel) {
                        return Some(Notice::Applied { plan, tick });
                    }
                }
            }
        }
    }

    fn pop(&mut self) -> Option<Homeward> {
        for _ in 0..self.shores.len() {
            if let Ok(homeward) = self.shores[self.next_shore].homeward.pop() {
                return Some(homeward);
            }
            self.next_shore = (self.next_shore + 1) % self.shores.len();
        }
        None
    }

    /// A plan, or a part of one, came home. Returns whether all of it has.
    fn arrived(&mut self, parcel: Parcel) -> bool {
        let Parcel { id, mut steps } = parcel;
        if let Some(under_way) = self.under_way.get_mut(&id) {
            under_way.parts -= 1;
            under_way.home.append(&mut steps);
            if under_way.parts > 0 {
                return false;
            }
            steps = self.under_way.remove(&id).map(|under_way| under_way.home).unwrap_or_default();
        }
        self.release_removed(&steps);
        true
    }

    /// The counters as of the last tick, of all engines together.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let all = self.shores.iter().map(|shore| shore.stats.load());
        all.reduce(Stats::together).unwrap_or_default()
    }

    /// Who was mixed in a room in the last tick, with levels; at most
    /// [`METERED_TALKERS_MAX`](super::METERED_TALKERS_MAX) of each engine.
    pub fn talkers(&self, room: RoomId) -> impl Iterator<Item = Talking> {
        let readings = self.shores.iter().flat_map(move |shore| shore.meters.read(room));
        readings.filter_map(|reading| {
            let generation = self.ports.iter().find_map(|keys| keys.current(reading.slot))?;
            reading.of(PortId { slot: reading.slot, generation })
        })
    }

    /// The sizes the engine was built with.
    #[must_use]
    pub fn capacities(&self) -> &Capacities {
        &self.capacities
    }

    fn release_removed(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::RemovePort { port, .. } => self.release_port(*port),
                // Each engine has a part of the room, and its key is given back once.
                Step::RemoveRoom { room, .. } => self.release_room(*room),
                _ => {}
            }
        }
    }
}

/// The steps of each engine, in order.
fn split(plan: Plan, shards: usize) -> Vec<Vec<Step>> {
    if shards == 1 {
        return vec![plan.steps.into_iter().map(|(_, step)| step).collect()];
    }
    let mut parts: Vec<Vec<Step>> = std::iter::repeat_with(Vec::new).take(shards).collect();
    for (shard, step) in plan.steps {
        if let Some(part) = parts.get_mut(usize::from(shard)) {
            part.push(step);
        }
    }
    parts
}
