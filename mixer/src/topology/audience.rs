//! Which engines hear a room or a port, so that those who speak elsewhere are handed to them, and
//! to nobody else.
//!
//! Counted: only a shard's first listener and its last one concern anybody else.

use super::{EndPoint, Topology};
use crate::capacities::SHARDS_MAX;
use crate::plan::{Plan, Shard, Shards, Step};
use crate::port::PortId;
use crate::room::RoomId;

/// Listeners by shard, and what the engines were told of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listeners {
    count: [u32; SHARDS_MAX],
    told: Shards,
}

impl Listeners {
    /// Returns whether the set of shards has changed.
    fn count(&mut self, shard: Shard, comes: bool) -> bool {
        let before = self.shards();
        let count = &mut self.count[usize::from(shard)];
        *count = if comes { *count + 1 } else { count.saturating_sub(1) };
        self.shards() != before
    }

    fn shards(&self) -> Shards {
        let listening = self.count.iter().enumerate().filter(|(_, count)| **count > 0);
        listening.fold(0, |shards, (shard, _)| shards | 1 << shard)
    }
}

impl Topology {
    /// A port listens to a source, or does so no longer.
    pub(super) fn count_listener(
        &mut self,
        plan: &mut Plan,
        listener: PortId,
        source: EndPoint,
        comes: bool,
    ) {
        if self.capacities.shards() == 1 {
            return;
        }
        let shard = self.capacities.shard_of(listener);
        match source {
            EndPoint::Port(port) => {
                let Some(node) = self.ports.get_mut(&port) else { return };
                if node.listeners.count(shard, comes) {
                    let shards = node.listeners.shards();
                    let step = Step::SetListeners { port, shards };
                    plan.push(self.capacities.shard_of(port), step);
                }
            }
            EndPoint::Room(room) => {
                let Some(node) = self.rooms.get_mut(&room) else { return };
                if node.listeners.count(shard, comes) {
                    for upstream in self.links.upstream(room) {
                        self.tell_audience(plan, upstream);
                    }
                }
            }
        }
    }

    /// Tells the engines who hears a room, itself or through rooms that hear it, if that has
    /// changed.
    pub(super) fn tell_audience(&mut self, plan: &mut Plan, room: RoomId) {
        if self.capacities.shards() == 1 {
            return;
        }
        let downstream = self.links.downstream(room);
        let hears = |room: &RoomId| self.rooms.get(room).map_or(0, |node| node.listeners.shards());
        let shards = downstream.iter().fold(0, |shards, room| shards | hears(room));
        let Some(node) = self.rooms.get_mut(&room) else { return };
        if std::mem::replace(&mut node.listeners.told, shards) != shards {
            for shard in self.shards() {
                plan.push(shard, Step::SetAudience { room, shards });
            }
        }
    }
}
