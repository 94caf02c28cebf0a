//! Who is joined to whom: the control side's picture of the streams of the engine, or of all engines
//! that work together.
//!
//! Three kinds of end point exist in the draft; here connections and dialogs are both *ports*,
//! and conferences are *rooms*. A join lays directed streams between two of them, by three rules
//! (draft 5.3, after CCXML 1.0 section 10.4):
//!
//! 1. Joining two that are joined already replaces their streams.
//! 2. A port listens to one source. A join that gives it another tears the old stream down.
//!    A source feeds any number of listeners, and a room listens to any number of sources.
//! 3. All other streams stay.
//!
//! No operation but the removal of an end point walks its members: a join into a room of
//! thousands costs what a join into a room of three costs.

mod audience;
mod audit;
mod error;
mod lay;
mod links;
mod manner;
mod rates;
mod streams;

use std::collections::{BTreeMap, BTreeSet};

pub use audit::Joined;
pub use error::{JoinError, UnjoinError, Unknown};
pub use manner::{Manner, Treatment};

use crate::capacities::Capacities;
use crate::engine::frames_of;
use crate::plan::{Luggage, Plan, Shard, Step, StreamId};
use crate::port::{Media, Port, PortId, Rate};
use crate::room::{Policy, RoomId};
use audience::Listeners;
use links::LinkGraph;
use rates::Rates;
use streams::StreamIds;

/// Either kind of end point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndPoint {
    /// A connection or a dialog.
    Port(PortId),
    /// A conference.
    Room(RoomId),
}

impl From<PortId> for EndPoint {
    fn from(port: PortId) -> Self {
        EndPoint::Port(port)
    }
}

impl From<RoomId> for EndPoint {
    fn from(room: RoomId) -> Self {
        EndPoint::Room(room)
    }
}

/// Which streams a join of `a` and `b` lays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directions {
    /// Each hears the other: full duplex.
    Both,
    /// Audio flows from `a` to `b` only (the draft's `receive` with `a` = `id1`).
    AToB,
    /// Audio flows from `b` to `a` only (the draft's `transmit`).
    BToA,
    /// Joined, and silent both ways.
    Neither,
}

impl Directions {
    fn from_streams(a_to_b: bool, b_to_a: bool) -> Self {
        match (a_to_b, b_to_a) {
            (true, true) => Directions::Both,
            (true, false) => Directions::AToB,
            (false, true) => Directions::BToA,
            (false, false) => Directions::Neither,
        }
    }

    fn a_to_b(self) -> bool {
        matches!(self, Directions::Both | Directions::AToB)
    }

    fn b_to_a(self) -> bool {
        matches!(self, Directions::Both | Directions::BToA)
    }

    fn reversed(self) -> Self {
        Self::from_streams(self.b_to_a(), self.a_to_b())
    }
}

/// A directed stream of audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    /// Who is heard.
    pub from: EndPoint,
    /// Who hears.
    pub to: EndPoint,
}

/// All end points of one engine and the streams between them. A value on the control side: each
/// operation changes it and writes the steps that make the engine follow into a [`Plan`]. Plans
/// must be submitted in the order in which they were written.
///
/// * Changes: [`add_port`](Self::add_port), [`set_media`](Self::set_media),
///   [`add_room`](Self::add_room), [`set_policy`](Self::set_policy), [`join`](Self::join), [`unjoin`](Self::unjoin),
///   [`give_floor`](Self::give_floor), [`remove`](Self::remove).
/// * Questions: [`contains`](Self::contains), [`joins`](Self::joins),
///   [`joins_of`](Self::joins_of), [`source_of`](Self::source_of), [`rate_of`](Self::rate_of),
///   [`audible_to`](Self::audible_to).
#[derive(Debug)]
pub struct Topology {
    ports: BTreeMap<PortId, PortNode>,
    rooms: BTreeMap<RoomId, RoomNode>,
    pairs: BTreeMap<(EndPoint, EndPoint), Pair>,
    links: LinkGraph,
    /// Places for streams, by shard.
    stream_ids: Vec<StreamIds>,
    capacities: Capacities,
}

type Partners = BTreeSet<EndPoint>;

#[derive(Debug, Default)]
struct PortNode {
    rate: Rate,
    source: Option<EndPoint>,
    /// Ports that listen to it directly.
    listeners: Listeners,
    partners: Partners,
}

#[derive(Debug, Default)]
struct RoomNode {
    /// How many members there are of each rate.
    rates: Rates,
    /// Ports that listen to it.
    listeners: Listeners,
    partners: Partners,
}

/// What exists between two joined end points `(a, b)`, `a < b`; a port comes before a room.
#[derive(Debug, Default)]
struct Pair {
    forward: bool,
    backward: bool,
    preferred: bool,
    has_floor: bool,
    treatment: Treatment,
    is_levelled: bool,
    /// Where the engine keeps the stream of a port into a room.
    stream: Option<StreamId>,
}

impl Pair {
    fn key(a: EndPoint, b: EndPoint) -> (EndPoint, EndPoint) {
        if a < b { (a, b) } else { (b, a) }
    }

    fn flag(&mut self, forward: bool) -> &mut bool {
        if forward { &mut self.forward } else { &mut self.backward }
    }
}

impl Topology {
    /// An empty topology for an engine of this size.
    #[must_use]
    pub fn new(capacities: &Capacities) -> Self {
        Self {
            ports: BTreeMap::new(),
            rooms: BTreeMap::new(),
            pairs: BTreeMap::new(),
            links: LinkGraph::default(),
            stream_ids: (0..capacities.shards())
                .map(|_| StreamIds::new(capacities.share_of(capacities.streams)))
                .collect(),
            capacities: *capacities,
        }
    }

    /// Adds a port under a key from
    /// [`EngineHandle::reserve_port`](crate::EngineHandle::reserve_port). It hears nothing and is
    /// heard by nobody until it is joined.
    pub fn add_port(&mut self, plan: &mut Plan, port: PortId, body: Box<dyn Port>, media: Media) {
        let Media { rate, encoder } = media;
        let previous = self.ports.insert(port, PortNode { rate, ..PortNode::default() });
        debug_assert!(previous.is_none(), "a key names one port");
        let luggage =
            Luggage { body: Some(body), frames: frames_of(rate), encoder, ..Luggage::default() };
        plan.push(self.capacities.shard_of(port), Step::AddPort { port, rate, luggage });
    }

    /// Tells the engine that a port speaks and listens differently from now on.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such port.
    pub fn set_media(
        &mut self,
        plan: &mut Plan,
        port: PortId,
        media: Media,
    ) -> Result<(), Unknown> {
        let Media { rate, encoder } = media;
        let node = self.ports.get_mut(&port).ok_or(Unknown(port.into()))?;
        let before = std::mem::replace(&mut node.rate, rate);
        let partners = node.partners.clone();
        for room in partners {
            self.count_member(plan, room, before, false);
            self.count_member(plan, room, rate, true);
        }
        let luggage = Luggage { frames: frames_of(rate), encoder, ..Luggage::default() };
        plan.push(self.capacities.shard_of(port), Step::SetMedia { port, rate, luggage });
        Ok(())
    }

    /// Adds a room under a key from
    /// [`EngineHandle::reserve_room`](crate::EngineHandle::reserve_room).
    pub fn add_room(&mut self, plan: &mut Plan, room: RoomId, policy: Policy) {
        self.open_room(plan, room, policy, room);
    }

    /// Adds a room that is to hear another one, and to hear it as its own listeners do: who is
    /// preferred there is so here, and what is said into this room is added for those who listen to
    /// it. Joining the two is the caller's.
    pub fn add_audience(&mut self, plan: &mut Plan, room: RoomId, policy: Policy, of: RoomId) {
        self.open_room(plan, room, policy, of);
    }

    fn open_room(&mut self, plan: &mut Plan, room: RoomId, policy: Policy, home: RoomId) {
        let previous = self.rooms.insert(room, RoomNode::default());
        debug_assert!(previous.is_none(), "a key names one room");
        for shard in self.shards() {
            let links = self.links.compile(room);
            plan.push(shard, Step::AddRoom { room, policy, home, links });
        }
    }

    /// Changes how a room selects.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such room.
    pub fn set_policy(
        &mut self,
        plan: &mut Plan,
        room: RoomId,
        policy: Policy,
    ) -> Result<(), Unknown> {
        self.require(room.into())?;
        for shard in self.shards() {
            plan.push(shard, Step::SetPolicy { room, policy });
        }
        Ok(())
    }

    /// Joins `a` and `b`. Replaces the streams between them if there are any (rule 1); returns
    /// the streams that were torn down because a port now listens to another source (rule 2).
    ///
    /// A pair whose last stream is torn down by rule 2 is joined no longer. A pair joined in
    /// neither direction is joined, until it is unjoined.
    ///
    /// # Errors
    /// See [`JoinError`]. Neither the topology nor the plan has changed then.
    pub fn join(
        &mut self,
        plan: &mut Plan,
        a: impl Into<EndPoint>,
        b: impl Into<EndPoint>,
        manner: impl Into<Manner>,
    ) -> Result<Vec<Stream>, JoinError> {
        let (a, b) = (a.into(), b.into());
        let manner = manner.into();
        self.require(a)?;
        self.require(b)?;
        if a == b {
            return Err(JoinError::Itself(a));
        }
        let key = Pair::key(a, b);
        let directions = if key.0 == a { manner.directions } else { manner.directions.reversed() };
        self.require_stream(key, directions)?;
        if let (EndPoint::Room(a), EndPoint::Room(b)) = key {
            self.relink(plan, a, b, directions)?;
        }
        self.enter(plan, key);
        self.prefer(plan, key, manner.preferred);
        self.treat(plan, key, manner);
        Ok(self.lay(plan, key, directions))
    }

    /// Gives a port the floor of a room, or takes it back; it counts in a room whose policy is
    /// [`Policy::Manual`] and lasts until the two are unjoined.
    ///
    /// # Errors
    /// See [`UnjoinError`]. Neither the topology nor the plan has changed then.
    pub fn give_floor(
        &mut self,
        plan: &mut Plan,
        port: PortId,
        room: RoomId,
        has_floor: bool,
    ) -> Result<(), UnjoinError> {
        let key = (port.into(), room.into());
        self.require(key.0)?;
        self.require(key.1)?;
        let Some(pair) = self.pairs.get_mut(&key) else {
            return Err(UnjoinError::NotJoined(key.0, key.1));
        };
        let changed = std::mem::replace(&mut pair.has_floor, has_floor) != has_floor;
        if let (true, Some(stream)) = (changed, pair.stream) {
            plan.push(self.capacities.shard_of(port), Step::GiveFloor { stream, has_floor });
        }
        Ok(())
    }

    /// Who has the floor of a room, in the order of their keys.
    pub fn has_floor(&self, room: RoomId) -> impl Iterator<Item = PortId> {
        let partners = self.rooms.get(&room).into_iter().flat_map(|room| &room.partners);
        partners.filter_map(move |partner| match partner {
            EndPoint::Port(port) => {
                let pair = self.pairs.get(&((*port).into(), room.into()));
                pair.is_some_and(|pair| pair.has_floor).then_some(*port)
            }
            EndPoint::Room(_) => None,
        })
    }

    /// Ends the join of `a` and `b`; returns the streams that existed between them.
    ///
    /// # Errors
    /// See [`UnjoinError`]. Neither the topology nor the plan has changed then.
    pub fn unjoin(
        &mut self,
        plan: &mut Plan,
        a: impl Into<EndPoint>,
        b: impl Into<EndPoint>,
    ) -> Result<Vec<Stream>, UnjoinError> {
        let (a, b) = (a.into(), b.into());
        self.require(a)?;
        self.require(b)?;
        let key = Pair::key(a, b);
        if !self.pairs.contains_key(&key) {
            return Err(UnjoinError::NotJoined(a, b));
        }
        Ok(self.part(plan, key))
    }

    /// Removes a port or a room with all its streams, which are returned. Its key can be used
    /// again when the plan has come home.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such end point.
    pub fn remove(
        &mut self,
        plan: &mut Plan,
        end_point: impl Into<EndPoint>,
    ) -> Result<Vec<Stream>, Unknown> {
        let end_point = end_point.into();
        self.require(end_point)?;
        let partners = self.partners(end_point).cloned().unwrap_or_default();
        let mut streams = Vec::with_capacity(partners.len());
        for partner in partners {
            streams.append(&mut self.part(plan, Pair::key(end_point, partner)));
        }
        match end_point {
            EndPoint::Port(port) => {
                self.ports.remove(&port);
                let step = Step::RemovePort { port, luggage: Luggage::default() };
                plan.push(self.capacities.shard_of(port), step);
            }
            EndPoint::Room(room) => {
                self.rooms.remove(&room);
                for shard in self.shards() {
                    plan.push(shard, Step::RemoveRoom { room, links: Default::default() });
                }
            }
        }
        Ok(streams)
    }
}

// Checks, which change nothing.
impl Topology {
    fn require(&self, end_point: EndPoint) -> Result<(), Unknown> {
        if self.contains(end_point) { Ok(()) } else { Err(Unknown(end_point)) }
    }

    fn require_stream(
        &self,
        key: (EndPoint, EndPoint),
        directions: Directions,
    ) -> Result<(), JoinError> {
        let (EndPoint::Port(port), EndPoint::Room(_)) = key else { return Ok(()) };
        let has_stream = self.pairs.get(&key).is_some_and(|pair| pair.stream.is_some());
        let ids = &self.stream_ids[usize::from(self.capacities.shard_of(port))];
        if directions.a_to_b() && !has_stream && ids.is_exhausted() {
            return Err(JoinError::StreamsFull { limit: ids.limit() });
        }
        Ok(())
    }

    fn shards(&self) -> impl Iterator<Item = Shard> + use<> {
        0..self.capacities.shards() as Shard
    }

    fn partners(&self, end_point: EndPoint) -> Option<&Partners> {
        match end_point {
            EndPoint::Port(port) => self.ports.get(&port).map(|node| &node.partners),
            EndPoint::Room(room) => self.rooms.get(&room).map(|node| &node.partners),
        }
    }
}
