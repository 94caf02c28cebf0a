//! Where the engine finds the datagrams of a tick.

use crate::port::Datagram;

/// Datagrams that arrived since the last tick, oldest first. Runs on the engine thread, under
/// the allocation trap.
pub trait Inbox {
    /// The next datagram, or `None` when the tick has them all. The datagram borrows the inbox,
    /// so that it can lie in a ring that the network thread fills.
    fn next(&mut self) -> Option<Datagram<'_>>;
}

/// An inbox that is always empty, for engines without a network.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoInbox;

impl Inbox for NoInbox {
    fn next(&mut self) -> Option<Datagram<'_>> {
        None
    }
}
