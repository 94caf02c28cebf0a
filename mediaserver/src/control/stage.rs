//! The control side's grip on the engine: the topology, the plans on their way, and what is owed
//! once each of them has been heard.

use std::collections::{BTreeMap, VecDeque};

use mixer::EngineHandle;
use mixer::engine::Notice;
use mixer::plan::{Plan, PlanId};
use mixer::topology::Topology;

/// Plans that may wait for the engine's ring before new requests and calls are refused: what the
/// busiest second makes. What ends something, or plays what was prepared, is planned all the same:
/// that is bounded by what there is.
const WAITING_MAX: usize = 8_192;

/// Submits plans in the order in which the topology wrote them and remembers, for each, what has
/// to be done when its first frame has been mixed (`T`).
#[derive(Debug)]
pub(super) struct Stage<T> {
    pub(super) handle: EngineHandle,
    pub(super) topology: Topology,
    waiting: VecDeque<(Plan, Vec<T>)>,
    under_way: BTreeMap<PlanId, Vec<T>>,
}

impl<T> Stage<T> {
    pub(super) fn new(handle: EngineHandle) -> Stage<T> {
        let topology = Topology::new(handle.capacities());
        Stage { handle, topology, waiting: VecDeque::new(), under_way: BTreeMap::new() }
    }

    /// Sends a plan on its way; `owed` comes back from [`Stage::applied`]. A plan that finds the
    /// ring full waits here, with all later ones behind it.
    pub(super) fn submit(&mut self, plan: Plan, owed: Vec<T>) {
        self.waiting.push_back((plan, owed));
        self.flush();
    }

    /// What is owed for a plan whose first frame has been mixed.
    pub(super) fn applied(&mut self, plan: PlanId) -> Vec<T> {
        let owed = self.under_way.remove(&plan).unwrap_or_default();
        self.flush();
        owed
    }

    /// The next notice from the engine.
    pub(super) fn poll(&mut self) -> Option<Notice> {
        self.handle.poll()
    }

    /// Whether the engine is so far behind that nothing new should be asked of it.
    pub(super) fn is_behind(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    /// Plans that have not been heard yet.
    pub(super) fn plans_under_way(&self) -> usize {
        self.waiting.len() + self.under_way.len()
    }

    fn flush(&mut self) {
        while self.handle.has_room() {
            let Some((plan, owed)) = self.waiting.pop_front() else { return };
            match self.handle.submit(plan) {
                Ok(id) => drop(self.under_way.insert(id, owed)),
                Err(busy) => return self.waiting.push_front((busy.plan, owed)),
            }
        }
    }
}
