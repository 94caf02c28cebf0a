//! What the control side tells the engine: lists of steps that take effect together.
//!
//! | stage | thread | what happens |
//! |---|---|---|
//! | prepare | control | [`Topology`](crate::topology::Topology) writes the steps, boxes are made |
//! | swap | engine, start of a tick | every step is carried out, each in O(1) |
//! | retire | engine, end of that tick | what the plan removed is put into the plan |
//! | free | control | the plan comes home, is dropped, and its keys can be used again |
//!
//! A port or room that is removed is heard once more while it fades out, which is why it is
//! taken out at the end of the tick and not at the start.

use std::fmt;

use crate::encoder::Encoder;
use crate::port::{Port, PortId, Rate};
use crate::room::{Policy, RoomId};
use crate::topology::Treatment;

/// Numbers the plans of one engine in the order of their submission, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanId(pub u64);

/// Steps that the engine carries out together, at the boundary of a tick. An empty plan is a
/// legal one: it comes home after the next tick.
///
/// With several engines, each carries out the steps that are its own; the plan is home when all of
/// them have.
#[derive(Debug, Default)]
pub struct Plan {
    pub(crate) steps: Vec<(Shard, Step)>,
}

/// Which of several engines that work together.
pub type Shard = u16;

/// A set of shards, a bit for each.
pub(crate) type Shards = u32;

impl Plan {
    /// A plan without steps.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Number of steps. The engine's work for a plan is proportional to it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn push(&mut self, shard: Shard, step: Step) {
        self.steps.push((shard, step));
    }
}

/// What a port listens to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Feed {
    /// Nothing is joined to it.
    #[default]
    Nothing,
    /// Another port, directly.
    Port(PortId),
    /// A room's mix, less what the listener itself says.
    Room(RoomId),
}

impl Feed {
    pub(crate) fn is_port(self) -> bool {
        matches!(self, Feed::Port(_))
    }

    pub(crate) fn is_room(self) -> bool {
        matches!(self, Feed::Room(_))
    }
}

/// Names the place of one port→room stream in the engine's table. Given out by the topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamId(pub(crate) u32);

/// One change, O(1) on the engine.
pub(crate) enum Step {
    /// A port moves in; what is in the options is gone from them once it has.
    AddPort { port: PortId, rate: Rate, luggage: Luggage },
    /// A port leaves after this tick; its things travel home.
    RemovePort { port: PortId, luggage: Luggage },
    /// A port speaks and listens differently; swapped with what it had, which travels home. The
    /// luggage has no body.
    SetMedia { port: PortId, rate: Rate, luggage: Luggage },
    /// A room opens. Who is preferred in `home`, itself or another one, is so here.
    AddRoom { room: RoomId, policy: Policy, home: RoomId, links: Links },
    /// A room closes after this tick; its links travel home.
    RemoveRoom { room: RoomId, links: Links },
    /// A room selects differently.
    SetPolicy { room: RoomId, policy: Policy },
    /// A room mixes at another rate.
    SetRate { room: RoomId, rate: Rate },
    /// Other shards hear a room, or do so no longer: a bit for each shard.
    SetAudience { room: RoomId, shards: Shards },
    /// Ports of other shards listen to a port directly, or do so no longer.
    SetListeners { port: PortId, shards: Shards },
    /// Links of rooms changed; swapped with the old ones, which travel home.
    SetLinks { room: RoomId, links: Links },
    /// A port speaks into a room from now on.
    Speak { stream: StreamId, port: PortId, room: RoomId, preferred: bool, treatment: Treatment },
    /// It has, or has no longer, the floor of a room that is managed by hand.
    GiveFloor { stream: StreamId, has_floor: bool },
    /// It is, or is no longer, always in the mix.
    Prefer { stream: StreamId, preferred: bool },
    /// What it says is treated differently on its way into the room.
    Treat { stream: StreamId, treatment: Treatment },
    /// It speaks into the room no longer.
    Hush { stream: StreamId },
    /// A port listens to something else from now on, levelled or as it is.
    Listen { port: PortId, feed: Feed, is_levelled: bool },
}

/// What a port owns in the engine: made on the control side, freed there when it is gone.
#[derive(Default)]
pub(crate) struct Luggage {
    pub(crate) body: Option<Box<dyn Port>>,
    /// Room for the last ticks it said.
    pub(crate) frames: Box<[i16]>,
    /// Its contribution to the store of encoders.
    pub(crate) encoder: Option<Box<dyn Encoder>>,
    /// The one it takes home in exchange for another.
    pub(crate) former_encoder: Option<Box<dyn Encoder>>,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::AddPort { port, .. } => write!(f, "AddPort({port:?})"),
            Step::RemovePort { port, .. } => write!(f, "RemovePort({port:?})"),
            Step::SetMedia { port, rate, .. } => write!(f, "SetMedia({port:?}, {rate:?})"),
            Step::AddRoom { room, policy, .. } => write!(f, "AddRoom({room:?}, {policy:?})"),
            Step::RemoveRoom { room, .. } => write!(f, "RemoveRoom({room:?})"),
            Step::SetPolicy { room, policy } => write!(f, "SetPolicy({room:?}, {policy:?})"),
            Step::SetRate { room, rate } => write!(f, "SetRate({room:?}, {rate:?})"),
            Step::SetAudience { room, shards } => write!(f, "SetAudience({room:?}, {shards:#x})"),
            Step::SetListeners { port, shards } => write!(f, "SetListeners({port:?}, {shards:#x})"),
            Step::SetLinks { room, links } => write!(f, "SetLinks({room:?}, {links:?})"),
            Step::Speak { port, room, preferred, .. } => {
                write!(f, "Speak({port:?}, {room:?}, preferred: {preferred})")
            }
            Step::Prefer { stream, preferred } => write!(f, "Prefer({stream:?}, {preferred})"),
            Step::GiveFloor { stream, has_floor } => {
                write!(f, "GiveFloor({stream:?}, {has_floor})")
            }
            Step::Treat { stream, treatment } => write!(f, "Treat({stream:?}, {treatment:?})"),
            Step::Hush { stream } => write!(f, "Hush({stream:?})"),
            Step::Listen { port, feed, .. } => write!(f, "Listen({port:?}, {feed:?})"),
        }
    }
}

/// The rooms that can be heard in a room, and the rooms in which it can be heard: direct and
/// indirect ones, the room itself first. Compiled by the topology, so that the engine never
/// walks a graph.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// Slots of the rooms whose talkers are candidates here.
    pub(crate) upstream: Box<[u32]>,
    /// Slots of the rooms in which the talkers of this one are candidates.
    pub(crate) downstream: Box<[u32]>,
}
