//! The open sockets of a network thread, by the slot of their port.

use std::io;
use std::net::UdpSocket;
use std::os::fd::OwnedFd;

use mixer::port::{Channel, PortId};
use rustix::event::epoll::{self, EventData, EventFlags};

use super::pacing::Allowance;
use super::ports::SocketPair;

/// Most ports a thread serves: the slots of its engine.
const SLOTS_MAX: u32 = 65_536;

/// A port's sockets and what it may still receive.
pub(super) struct Open {
    pub(super) port: PortId,
    pub(super) allowance: Allowance,
    pair: SocketPair,
}

impl Open {
    pub(super) fn socket(&self, channel: Channel) -> &UdpSocket {
        match channel {
            Channel::Rtp => &self.pair.rtp,
            Channel::Rtcp => &self.pair.rtcp,
        }
    }
}

/// Every open pair.
#[derive(Default)]
pub(super) struct Sockets {
    slots: Vec<Option<Open>>,
}

impl Sockets {
    /// Adds a pair to a free slot and lets `epoll` watch it.
    pub(super) fn open(
        &mut self,
        epoll: &OwnedFd,
        port: PortId,
        pair: SocketPair,
    ) -> io::Result<()> {
        if port.slot >= SLOTS_MAX {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let index = port.slot as usize;
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || None);
        }
        epoll::add(epoll, &pair.rtp, token(port.slot, Channel::Rtp), EventFlags::IN)?;
        epoll::add(epoll, &pair.rtcp, token(port.slot, Channel::Rtcp), EventFlags::IN)?;
        self.slots[index] = Some(Open { port, allowance: Allowance::full(), pair });
        Ok(())
    }

    /// Closes the pair of this generation of the slot, if it is open; `epoll` forgets closed
    /// sockets by itself.
    pub(super) fn close(&mut self, port: PortId) -> bool {
        let slot = self.slots.get_mut(port.slot as usize);
        slot.is_some_and(|slot| slot.take_if(|open| open.port == port).is_some())
    }

    /// The pair of a port, if it is open.
    pub(super) fn of(&self, port: PortId) -> Option<&Open> {
        self.slots.get(port.slot as usize)?.as_ref().filter(|open| open.port == port)
    }

    /// The port whose sockets are open in the slot of this one, of whichever generation.
    pub(super) fn in_slot_of(&self, port: PortId) -> Option<PortId> {
        self.slots.get(port.slot as usize)?.as_ref().map(|open| open.port)
    }

    /// The pair and the channel that an event of `epoll` is about.
    pub(super) fn by_token(&mut self, token: u64) -> Option<(&mut Open, Channel)> {
        let channel = if token & 1 == 0 { Channel::Rtp } else { Channel::Rtcp };
        let open = self.slots.get_mut(usize::try_from(token >> 1).ok()?)?.as_mut()?;
        Some((open, channel))
    }
}

fn token(slot: u32, channel: Channel) -> EventData {
    EventData::new_u64((u64::from(slot) << 1) | u64::from(channel == Channel::Rtcp))
}
