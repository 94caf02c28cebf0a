//! Datagrams in transit between the threads.

use std::net::{Ipv4Addr, SocketAddr};

use mixer::port::{Channel, PortId};
use mixer::time::Time;

/// Bytes of the largest datagram: what an Ethernet frame carries.
pub const MAX_DATAGRAM: usize = 1_500;

/// A datagram that crosses a ring.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) port: PortId,
    pub(super) channel: Channel,
    /// Who sent it, or whom to send it to.
    pub(super) peer: SocketAddr,
    /// When it arrived, or before when it must not leave.
    pub(super) time: Time,
    len: u16,
    bytes: [u8; MAX_DATAGRAM],
}

impl Slot {
    pub(super) fn empty() -> Slot {
        Slot {
            port: PortId { slot: 0, generation: 0 },
            channel: Channel::Rtp,
            peer: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            time: Time(0),
            len: 0,
            bytes: [0; MAX_DATAGRAM],
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Lets a datagram be written in; what it returns is its length.
    pub(super) fn fill_with<E>(
        &mut self,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        self.len = write(&mut self.bytes)?.min(MAX_DATAGRAM) as u16;
        Ok(())
    }

    /// Copies a datagram in; `false` if it is too long.
    pub(super) fn fill(&mut self, bytes: &[u8]) -> bool {
        let Some(room) = self.bytes.get_mut(..bytes.len()) else { return false };
        room.copy_from_slice(bytes);
        self.len = bytes.len() as u16;
        true
    }
}
