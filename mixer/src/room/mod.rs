//! Rooms: what the draft calls a conference, as far as its audio goes.

pub(crate) mod selection;

/// Names a room of one engine. Like a `PortId`, it is reserved by the control side before the
/// room crosses over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId {
    /// Slot in the engine's table of rooms.
    pub slot: u32,
    /// How often the slot had been used before.
    pub generation: u32,
}

/// Who of those that speak into a room is mixed (`audiomixingpolicy` and `audiomixingnbest`,
/// draft 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The n loudest; with 0, everyone who makes a sound. Preferred members (`mediapreferred`)
    /// are always in and not counted.
    NBest(u16),
    /// Those who were given the floor
    /// ([`Topology::give_floor`](crate::Topology::give_floor)), and preferred ones. Of a linked
    /// room, those whom that room chose.
    Manual,
}

impl Default for Policy {
    /// `nbest` with 0, as in the draft: everyone.
    fn default() -> Self {
        Policy::NBest(0)
    }
}
