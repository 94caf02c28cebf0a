//! The open sockets of a network thread, by the slot of their port.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;

use mixer::port::{Channel, PortId};
use mixer::time::Time;
use rustix::event::epoll::{self, EventData, EventFlags};

use super::gate::{Gate, Guard};
use super::pacing::Allowance;
use super::ports::SocketPair;

/// A port's sockets and what it may still receive.
pub(super) struct Open {
    pub(super) port: PortId,
    /// Where the leg sends to, by channel: what comes from there is its peer's.
    peers: [Option<SocketAddr>; 2],
    /// For the peer and for everybody else: a stranger's flood does not use up what is the peer's.
    of_peer: Allowance,
    of_others: Allowance,
    pub(super) gate: Gate,
    pair: SocketPair,
}

impl Open {
    fn new(port: PortId, pair: SocketPair, guard: Guard) -> Open {
        let (of_peer, of_others) = (Allowance::full(), Allowance::full());
        Open { port, peers: [None; 2], of_peer, of_others, gate: Gate::new(guard), pair }
    }

    /// The leg has sent something to `peer`.
    pub(super) fn learn(&mut self, channel: Channel, peer: SocketAddr) {
        self.peers[usize::from(channel == Channel::Rtcp)] = Some(peer);
    }

    /// Takes one datagram's worth of what `from` may send, if there is one.
    pub(super) fn allows(&mut self, channel: Channel, from: SocketAddr, now: Time) -> bool {
        if self.peers[usize::from(channel == Channel::Rtcp)] == Some(from) {
            self.of_peer.take(now)
        } else {
            self.of_others.take(now)
        }
    }

    pub(super) fn socket(&self, channel: Channel) -> &UdpSocket {
        match channel {
            Channel::Rtp => &self.pair.rtp,
            Channel::Rtcp => &self.pair.rtcp,
        }
    }
}

/// Every open pair.
pub(super) struct Sockets {
    slots: Vec<Option<Open>>,
    /// Ports of the engines.
    slots_max: usize,
}

impl Sockets {
    pub(super) fn new(slots_max: usize) -> Sockets {
        Sockets { slots: Vec::new(), slots_max }
    }

    /// Adds a pair to a free slot and lets `epoll` watch it.
    pub(super) fn open(
        &mut self,
        epoll: &OwnedFd,
        port: PortId,
        pair: SocketPair,
        guard: Guard,
    ) -> io::Result<()> {
        let index = port.slot as usize;
        if index >= self.slots_max {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || None);
        }
        epoll::add(epoll, &pair.rtp, token(port.slot, Channel::Rtp), EventFlags::IN)?;
        epoll::add(epoll, &pair.rtcp, token(port.slot, Channel::Rtcp), EventFlags::IN)?;
        self.slots[index] = Some(Open::new(port, pair, guard));
        Ok(())
    }

    /// Closes the pair of this generation of the slot, if it is open; `epoll` forgets closed
    /// sockets by itself.
    pub(super) fn close(&mut self, port: PortId) -> bool {
        let slot = self.slots.get_mut(port.slot as usize);
        slot.is_some_and(|slot| slot.take_if(|open| open.port == port).is_some())
    }

    /// The pair of a port, if it is open.
    pub(super) fn of(&mut self, port: PortId) -> Option<&mut Open> {
        self.slots.get_mut(port.slot as usize)?.as_mut().filter(|open| open.port == port)
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
