//! Questions about a topology; none of them changes it.

use std::collections::BTreeSet;

use super::{Directions, EndPoint, Pair, Topology};
use crate::port::PortId;
use crate::room::RoomId;

/// Two end points that are joined, `a < b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The one; the port when a port and a room are joined.
    pub a: EndPoint,
    /// The other.
    pub b: EndPoint,
    /// The streams between them that exist now.
    pub directions: Directions,
    /// Whether the port of the two is always in the room's mix (`mediapreferred`).
    pub preferred: bool,
}

impl Topology {
    /// Whether the end point exists.
    pub fn contains(&self, end_point: impl Into<EndPoint>) -> bool {
        match end_point.into() {
            EndPoint::Port(port) => self.ports.contains_key(&port),
            EndPoint::Room(room) => self.rooms.contains_key(&room),
        }
    }

    /// Every pair that is joined, in order.
    pub fn joins(&self) -> impl Iterator<Item = Joined> {
        self.pairs.iter().map(|(key, pair)| joined(*key, pair))
    }

    /// The pairs that an end point is part of, in order of the other one.
    pub fn joins_of(&self, end_point: impl Into<EndPoint>) -> impl Iterator<Item = Joined> {
        let end_point = end_point.into();
        self.partners(end_point).into_iter().flatten().filter_map(move |partner| {
            let key = Pair::key(end_point, *partner);
            self.pairs.get(&key).map(|pair| joined(key, pair))
        })
    }

    /// The source that a port listens to.
    #[must_use]
    pub fn source_of(&self, port: PortId) -> Option<EndPoint> {
        self.ports.get(&port)?.source
    }

    /// The ports that can be heard by `port` when all of them speak and are selected: a row of
    /// the hearing matrix. Walks the members of the rooms that lead to it.
    #[must_use]
    pub fn audible_to(&self, port: PortId) -> BTreeSet<PortId> {
        match self.source_of(port) {
            None => BTreeSet::new(),
            Some(EndPoint::Port(source)) => BTreeSet::from([source]),
            Some(EndPoint::Room(room)) => {
                let mut audible = self.audible_in(room);
                audible.remove(&port);
                audible
            }
        }
    }

    fn audible_in(&self, room: RoomId) -> BTreeSet<PortId> {
        self.links.upstream(room).into_iter().flat_map(|room| self.speakers(room)).collect()
    }

    fn speakers(&self, room: RoomId) -> impl Iterator<Item = PortId> {
        self.joins_of(room).filter_map(|joined| match (joined.a, joined.directions) {
            (EndPoint::Port(port), Directions::Both | Directions::AToB) => Some(port),
            _ => None,
        })
    }
}

fn joined((a, b): (EndPoint, EndPoint), pair: &Pair) -> Joined {
    Joined {
        a,
        b,
        directions: Directions::from_streams(pair.forward, pair.backward),
        preferred: pair.preferred,
    }
}
