//! How much one engine can hold. Everything is reserved at construction and never grows.

/// Most direct and indirect links that may lead into, or out of, one room. A room's mix is
/// gathered from all rooms upstream of it, so this bounds the work of one room in one tick.
pub const LINKED_ROOMS_MAX: usize = 64;

/// The sizes of an engine's tables and rings.
///
/// At its defaults an engine takes about 11 MB: 4,096 ports of 1,780 bytes (frames, limiter, backlog
/// of events; the ports' own state comes on top), 2,048 rooms of 1,150 bytes, 8,192 streams of 100
/// bytes, 16,384 talkers of 24 bytes, and the rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacities {
    /// Connections and dialogs at one time. Default 4,096: more legs than one core can serve
    /// (3,000) and their dialogs.
    pub ports: usize,
    /// Rooms at one time. Default 2,048: two legs a room when every room is small.
    pub rooms: usize,
    /// Rooms that make a sound in one tick. Default 2,048: all of them. A room beyond is silent for
    /// that tick, and counted.
    pub live_rooms: usize,
    /// Ports speaking into rooms, counted once for each room. Default 8,192: every port speaks
    /// into two.
    pub streams: usize,
    /// Talkers of all rooms in one tick, counted once for each room. Default 16,384: with
    /// N = 3, 5,461 rooms in full discussion. A talker beyond is not heard, and counted.
    pub talkers: usize,
    /// Plans under way to the engine, and plans it takes on in one tick. Default 1,024: five
    /// times the 200 a tick that 10,000 joins a second make.
    pub plans: usize,
    /// Notices under way home. Default 8,192: each leg may report a digit in two successive
    /// ticks while the control side sleeps.
    pub notices: usize,
    /// Datagrams taken from the inbox in one tick; the rest waits for the next. Default 32,768:
    /// eight a leg, which clears a stall of 160 ms in one tick.
    pub datagrams_per_tick: usize,
}

impl Default for Capacities {
    fn default() -> Self {
        Self {
            ports: 4_096,
            rooms: 2_048,
            live_rooms: 2_048,
            streams: 8_192,
            talkers: 16_384,
            plans: 1_024,
            notices: 8_192,
            datagrams_per_tick: 32_768,
        }
    }
}
