//! Which rooms hear which rooms, and what follows from it for each of them.
//!
//! Sidebars may form chains and rings. A room hears everything that reaches it on any path, so
//! the engine needs the transitive closure; it is compiled here, for the rooms that a change can
//! concern and no others.

use std::collections::{BTreeMap, BTreeSet};

use crate::capacities::LINKED_ROOMS_MAX;
use crate::plan::Links;
use crate::room::RoomId;

/// The graph of room→room links. Rooms without links are not in it.
#[derive(Debug, Default)]
pub(super) struct LinkGraph {
    hears: BTreeMap<RoomId, BTreeSet<RoomId>>,
    heard_by: BTreeMap<RoomId, BTreeSet<RoomId>>,
}

impl LinkGraph {
    pub(super) fn insert(&mut self, from: RoomId, to: RoomId) {
        self.hears.entry(to).or_default().insert(from);
        self.heard_by.entry(from).or_default().insert(to);
    }

    pub(super) fn remove(&mut self, from: RoomId, to: RoomId) {
        remove_edge(&mut self.hears, to, from);
        remove_edge(&mut self.heard_by, from, to);
    }

    /// Rooms that can be heard in `room`, itself included.
    pub(super) fn upstream(&self, room: RoomId) -> BTreeSet<RoomId> {
        closure(&self.hears, room)
    }

    /// Rooms in which `room` can be heard, itself included.
    pub(super) fn downstream(&self, room: RoomId) -> BTreeSet<RoomId> {
        closure(&self.heard_by, room)
    }

    /// Rooms whose closures a change of links at `room` can concern, itself included.
    pub(super) fn concerned(&self, room: RoomId) -> BTreeSet<RoomId> {
        let mut rooms = self.upstream(room);
        rooms.append(&mut self.downstream(room));
        rooms
    }

    /// Whether the closures of all these rooms stay within [`LINKED_ROOMS_MAX`].
    pub(super) fn fits(&self, rooms: &BTreeSet<RoomId>) -> bool {
        rooms.iter().all(|room| {
            self.upstream(*room).len() <= LINKED_ROOMS_MAX
                && self.downstream(*room).len() <= LINKED_ROOMS_MAX
        })
    }

    /// What the engine must know about `room`.
    pub(super) fn compile(&self, room: RoomId) -> Links {
        Links {
            upstream: slots(room, &self.upstream(room)),
            downstream: slots(room, &self.downstream(room)),
        }
    }
}

type Edges = BTreeMap<RoomId, BTreeSet<RoomId>>;

fn remove_edge(edges: &mut Edges, from: RoomId, to: RoomId) {
    let Some(ends) = edges.get_mut(&from) else { return };
    ends.remove(&to);
    if ends.is_empty() {
        edges.remove(&from);
    }
}

fn closure(edges: &Edges, start: RoomId) -> BTreeSet<RoomId> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(room) = open.pop() {
        for next in edges.get(&room).into_iter().flatten() {
            if seen.insert(*next) {
                open.push(*next);
            }
        }
    }
    seen
}

fn slots(first: RoomId, rooms: &BTreeSet<RoomId>) -> Box<[u32]> {
    let others = rooms.iter().filter(|room| **room != first);
    std::iter::once(&first).chain(others).map(|room| room.slot).collect()
}
