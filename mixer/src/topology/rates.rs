//! At which rate a room mixes: the highest among its members, as they come and go.
//!
//! Counted, so that a join into a room of thousands looks at nobody else.

use super::{EndPoint, Topology};
use crate::plan::{Plan, Step};
use crate::port::Rate;

/// Members by rate.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rates([u32; Rate::ALL.len()]);

impl Rates {
    fn count(&mut self, rate: Rate, comes: bool) {
        let members = &mut self.0[rate as usize];
        *members = if comes { *members + 1 } else { members.saturating_sub(1) };
    }

    /// The highest of those that are there; that of G.711 when nobody is.
    fn highest(&self) -> Rate {
        Rate::ALL.into_iter().rev().find(|rate| self.0[*rate as usize] > 0).unwrap_or_default()
    }
}

impl Topology {
    /// The rate of a port, or the one at which a room mixes; that of G.711 for what is not there.
    #[must_use]
    pub fn rate_of(&self, end_point: impl Into<EndPoint>) -> Rate {
        match end_point.into() {
            EndPoint::Port(port) => self.ports.get(&port).map(|node| node.rate),
            EndPoint::Room(room) => self.rooms.get(&room).map(|node| node.rates.highest()),
        }
        .unwrap_or_default()
    }

    /// A port and a room were joined, or are joined no longer. Other pairs change no rate: a room
    /// that hears another one converts what comes from there.
    pub(super) fn count_pair(&mut self, plan: &mut Plan, key: (EndPoint, EndPoint), comes: bool) {
        if let (EndPoint::Port(port), EndPoint::Room(_)) = key {
            let rate = self.ports.get(&port).map(|node| node.rate).unwrap_or_default();
            self.count_member(plan, key.1, rate, comes);
        }
    }

    pub(super) fn count_member(
        &mut self,
        plan: &mut Plan,
        room: EndPoint,
        rate: Rate,
        comes: bool,
    ) {
        let EndPoint::Room(room) = room else { return };
        let Some(node) = self.rooms.get_mut(&room) else { return };
        let before = node.rates.highest();
        node.rates.count(rate, comes);
        let now = node.rates.highest();
        if now != before {
            for shard in self.shards() {
                plan.push(shard, Step::SetRate { room, rate: now });
            }
        }
    }
}
