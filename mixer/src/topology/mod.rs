//! Who is joined to whom: the control side's picture of the engine's streams.
//!
//! Three kinds of end point exist in the draft; here connections and dialogs are both *ports*,
//! and conferences are *rooms*. A join lays directed streams between two of them, by three rules
//! (draft 5.3, after CCXML 1.0 section 10.4):
//!
//! 1. Joining two that are joined already replaces their streams.
//! 2. A port listens to one source. A join that gives it another tears the old stream down.
//!    A source feeds any number of listeners, and a room listens to any number of sources.
//! 3. All other streams stay.

mod error;

use std::collections::BTreeSet;

pub use error::{JoinError, UnjoinError, Unknown};

use crate::capacities::Capacities;
use crate::plan::Plan;
use crate::port::{Port, PortId};
use crate::room::{Policy, RoomId};

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

/// A directed stream of audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    /// Who is heard.
    pub from: EndPoint,
    /// Who hears.
    pub to: EndPoint,
}

/// Two end points that are joined, `a < b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The one.
    pub a: EndPoint,
    /// The other.
    pub b: EndPoint,
    /// The streams between them that exist now.
    pub directions: Directions,
    /// Whether the port of the two is always in the room's mix (`mediapreferred`).
    pub preferred: bool,
}

/// All end points of one engine and the streams between them. A value on the control side: each
/// operation changes it and writes the steps that make the engine follow into a [`Plan`]. Plans
/// must be submitted in the order in which they were written.
#[derive(Debug)]
pub struct Topology {
    streams_max: usize,
}

impl Topology {
    /// An empty topology for an engine of this size.
    #[must_use]
    pub fn new(capacities: &Capacities) -> Self {
        Self { streams_max: capacities.streams }
    }

    /// Adds a port under a key from [`EngineHandle::reserve_port`](crate::EngineHandle::reserve_port).
    /// It hears nothing and is heard by nobody until it is joined.
    pub fn add_port(&mut self, _plan: &mut Plan, _port: PortId, _body: Box<dyn Port>) {
        let _ = self.streams_max;
    }

    /// Adds a room under a key from [`EngineHandle::reserve_room`](crate::EngineHandle::reserve_room).
    pub fn add_room(&mut self, _plan: &mut Plan, _room: RoomId, _policy: Policy) {}

    /// Changes how a room selects.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such room.
    pub fn set_policy(
        &mut self,
        _plan: &mut Plan,
        room: RoomId,
        _policy: Policy,
    ) -> Result<(), Unknown> {
        Err(Unknown(room.into()))
    }

    /// Joins `a` and `b`. Replaces the streams between them if there are any (rule 1); returns
    /// the streams that were torn down because a port now listens to another source (rule 2).
    /// `preferred` is `mediapreferred`, and means something when a port speaks into a room.
    ///
    /// # Errors
    /// See [`JoinError`]. Neither the topology nor the plan has changed then.
    pub fn join(
        &mut self,
        _plan: &mut Plan,
        a: impl Into<EndPoint>,
        b: impl Into<EndPoint>,
        _directions: Directions,
        _preferred: bool,
    ) -> Result<Vec<Stream>, JoinError> {
        let _ = b.into();
        Err(JoinError::Itself(a.into()))
    }

    /// Ends the join of `a` and `b`; returns the streams that existed between them.
    ///
    /// # Errors
    /// See [`UnjoinError`]. Neither the topology nor the plan has changed then.
    pub fn unjoin(
        &mut self,
        _plan: &mut Plan,
        a: impl Into<EndPoint>,
        b: impl Into<EndPoint>,
    ) -> Result<Vec<Stream>, UnjoinError> {
        Err(UnjoinError::NotJoined(a.into(), b.into()))
    }

    /// Removes a port or a room with all its streams, which are returned.
    ///
    /// # Errors
    /// [`Unknown`] when there is no such end point.
    pub fn remove(
        &mut self,
        _plan: &mut Plan,
        end_point: impl Into<EndPoint>,
    ) -> Result<Vec<Stream>, Unknown> {
        Err(Unknown(end_point.into()))
    }

    /// Whether the end point exists.
    pub fn contains(&self, _end_point: impl Into<EndPoint>) -> bool {
        false
    }

    /// Every pair that is joined, in order.
    pub fn joins(&self) -> impl Iterator<Item = Joined> {
        std::iter::empty()
    }

    /// The pairs that an end point is part of, in order.
    pub fn joins_of(&self, _end_point: impl Into<EndPoint>) -> impl Iterator<Item = Joined> {
        std::iter::empty()
    }

    /// The source that a port listens to.
    #[must_use]
    pub fn source_of(&self, _port: PortId) -> Option<EndPoint> {
        None
    }

    /// The ports that can be heard by `port` when all of them speak and are selected: a row of
    /// the hearing matrix. Walks the rooms that lead to it.
    #[must_use]
    pub fn audible_to(&self, _port: PortId) -> BTreeSet<PortId> {
        BTreeSet::new()
    }
}
