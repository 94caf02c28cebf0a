//! How much an engine, or several that work together, can hold. Everything is reserved at construction and never grows.

use crate::plan::Shard;
use crate::port::PortId;

/// Most direct and indirect links that may lead into, or out of, one room. A room's mix is
/// gathered from all rooms upstream of it, so this bounds the work of one room in one tick.
pub const LINKED_ROOMS_MAX: usize = 64;

/// Most engines that can work together.
pub const SHARDS_MAX: usize = 16;

/// Most talkers of one room that one engine hands to another in one tick. Of a room that mixes more
/// (`nbest` with 0), the loudest.
pub const RELAYED_TALKERS_MAX: usize = 64;

/// Ticks of voices under way from one engine to another. With N = 3, 170 rooms that are spread over
/// two engines, in full discussion. One more is not heard there, and counted.
pub const RELAYS_MAX: usize = 512;

/// The sizes of an engine's tables and rings.
///
/// At its defaults an engine takes about 65 MB, most of it one outlet (5.6 KB), one rendition (3.1 KB)
/// and one judge (1.6 KB) for each of 4,096 ports, and a sum (3.8 KB) for each of 2,048 live rooms. A
/// room that is silent takes some 250 bytes. What ports remember and encode with comes with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacities {
    /// Engines that work together, each on a thread of its own, 1 to [`SHARDS_MAX`]. The ports are
    /// shared out among them; a room may have members at all of them. Default 1.
    pub shards: usize,
    /// Connections and dialogs at one time. Default 4,096: 3,000 legs and their dialogs.
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

impl Capacities {
    /// How many engines there are.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.shards.clamp(1, SHARDS_MAX)
    }

    /// What of `total` one of the engines has.
    #[must_use]
    pub fn share_of(&self, total: usize) -> usize {
        total.div_ceil(self.shards())
    }

    /// The engine that a port belongs to, of [`shards`](Self::shards).
    #[must_use]
    pub fn shard_of(&self, port: PortId) -> Shard {
        let ports = self.share_of(self.ports).max(1);
        (port.slot as usize / ports).min(self.shards() - 1) as Shard
    }
}

impl Default for Capacities {
    fn default() -> Self {
        Self {
            shards: 1,
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
