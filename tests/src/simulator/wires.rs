//! The two ends of the engines' network, for a tick that may not allocate: a bag of datagrams for
//! it to read and a tray of slots for it to fill.

use std::net::SocketAddr;

use mixer::Capacities;
use mixer::inbox::Inbox;
use mixer::port::{Channel, Datagram, Outbox, Outgoing, PortEvent, PortId};
use mixer::time::Time;

/// Datagrams that leave in one tick at most.
const SLOTS: usize = 512;

/// Bytes of the longest datagram the server sends: 60 ms of G.711 with its header is 492.
const DATAGRAM_BYTES: usize = 1_200;

/// A datagram on its way to the server.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) port: PortId,
    pub(super) from: SocketAddr,
    pub(super) arrival: Time,
    pub(super) bytes: Vec<u8>,
}

/// What an engine finds in a tick, oldest first.
#[derive(Debug, Default)]
pub(super) struct Mailbag {
    pub(super) letters: Vec<Letter>,
    read: usize,
}

impl Mailbag {
    /// The letters of one tick for each engine, in the order of their arrival.
    pub(super) fn sorted(mut letters: Vec<Letter>, capacities: &Capacities) -> Vec<Mailbag> {
        letters.sort_by_key(|letter| letter.arrival);
        let mut bags: Vec<Mailbag> = (0..capacities.shards()).map(|_| Mailbag::default()).collect();
        for letter in letters {
            bags[usize::from(capacities.shard_of(letter.port))].letters.push(letter);
        }
        bags
    }
}

impl Inbox for Mailbag {
    fn next(&mut self) -> Option<Datagram<'_>> {
        let letter = self.letters.get(self.read)?;
        self.read += 1;
        Some(Datagram {
            port: letter.port,
            channel: Channel::Rtp,
            from: letter.from,
            arrival: letter.arrival,
            bytes: &letter.bytes,
        })
    }
}

/// A datagram that left the server.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    pub(super) port: PortId,
    pub(super) channel: Channel,
    pub(super) to: SocketAddr,
    pub(super) not_before: Time,
    pub(super) bytes: Vec<u8>,
}

/// What the engines send in a tick.
pub(super) struct Tray {
    slots: Vec<Departure>,
    used: usize,
}

impl Tray {
    pub(super) fn new() -> Tray {
        let nowhere = Departure {
            port: PortId { slot: 0, generation: 0 },
            channel: Channel::Rtp,
            to: SocketAddr::from(([0, 0, 0, 0], 0)),
            not_before: Time(0),
            bytes: vec![0; DATAGRAM_BYTES],
        };
        Tray { slots: vec![nowhere; SLOTS], used: 0 }
    }

    /// Takes what was sent.
    pub(super) fn empty(&mut self) -> Vec<Departure> {
        let used = std::mem::take(&mut self.used);
        let departed = self.slots[..used].to_vec();
        for slot in &mut self.slots[..used] {
            slot.bytes.resize(DATAGRAM_BYTES, 0);
        }
        departed
    }
}

impl Outbox for Tray {
    fn send(&mut self, datagram: Outgoing<'_>) {
        let slot = &mut self.slots[self.used];
        self.used += 1;
        slot.port = datagram.port;
        slot.channel = datagram.channel;
        slot.to = datagram.to;
        slot.not_before = datagram.not_before;
        slot.bytes.truncate(datagram.bytes.len());
        slot.bytes.copy_from_slice(datagram.bytes);
    }

    fn notify(&mut self, _: PortId, _: PortEvent) {
        unreachable!("the engine takes events home itself");
    }
}
