//! A leg between a hand-moved clock and an outbox that remembers.

use std::net::SocketAddr;
use std::time::Duration;

use media_io::codec::PCMU;
use media_io::leg::{Format, LegConfig, LegHandle, LegStatistics, Remote, RtpLeg, leg};
use media_io::rtp::Packet;
use mixer::port::{
    Activity, Channel, Datagram, Frame, Heard, Outbox, Outgoing, Port, PortEvent, PortId, Sink,
    Source,
};
use mixer::realtime::forbid_allocation;
use mixer::time::{TICK, Time};

pub const PORT: PortId = PortId { slot: 7, generation: 1 };
pub const EVENT_TYPE: u8 = 101;

pub fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// Where the peer of the tests says it is.
pub fn peer_address() -> SocketAddr {
    address("192.0.2.1:4000")
}

/// PCMU in packets of 20 ms with telephone-event, to a peer whose address is known.
pub fn config() -> LegConfig {
    let mut format = Format::new(&PCMU, 0);
    format.telephone_event = Some(EVENT_TYPE);
    config_of(format)
}

/// A leg of this format, to a peer whose address is known.
pub fn config_of(format: Format) -> LegConfig {
    let mut config = LegConfig::new(PORT, 1, "leg@test".to_owned(), format);
    config.remote = Some(Remote::new(peer_address()));
    config
}

/// A datagram that left.
#[derive(Clone, Debug)]
pub struct Sent {
    pub channel: Channel,
    pub to: SocketAddr,
    pub not_before: Time,
    pub bytes: Vec<u8>,
}

impl Sent {
    pub fn rtp(&self) -> Packet<'_> {
        Packet::parse(&self.bytes).unwrap()
    }
}

/// An outbox that does not allocate: it is used under the trap.
struct Tray {
    sent: Vec<(Channel, SocketAddr, Time, usize, [u8; 1_500])>,
    events: Vec<PortEvent>,
}

impl Outbox for Tray {
    fn send(&mut self, datagram: Outgoing<'_>) {
        assert!(self.sent.len() < self.sent.capacity(), "more packets in a tick than expected");
        assert_eq!(datagram.port, PORT);
        let mut bytes = [0; 1_500];
        bytes[..datagram.bytes.len()].copy_from_slice(datagram.bytes);
        let len = datagram.bytes.len();
        self.sent.push((datagram.channel, datagram.to, datagram.not_before, len, bytes));
    }

    fn notify(&mut self, port: PortId, event: PortEvent) {
        assert!(self.events.len() < self.events.capacity(), "more events in a tick than expected");
        assert_eq!(port, PORT);
        self.events.push(event);
    }
}

/// A leg in a call.
pub struct Call {
    leg: RtpLeg,
    pub handle: LegHandle,
    tray: Tray,
    /// The time of the next tick.
    pub now: Time,
    /// Everything sent and reported so far.
    pub sent: Vec<Sent>,
    pub events: Vec<PortEvent>,
}

impl Call {
    pub fn new(config: LegConfig) -> Call {
        let (leg, handle) = leg(config);
        let tray = Tray { sent: Vec::with_capacity(256), events: Vec::with_capacity(256) };
        Call { leg, handle, tray, now: Time(0), sent: Vec::new(), events: Vec::new() }
    }

    /// A datagram reaches the leg's socket now.
    pub fn arrive(&mut self, channel: Channel, from: SocketAddr, bytes: &[u8]) {
        self.arrive_at(self.now, channel, from, bytes);
    }

    pub fn arrive_at(&mut self, arrival: Time, channel: Channel, from: SocketAddr, bytes: &[u8]) {
        let datagram = Datagram { port: PORT, channel, from, arrival, bytes };
        forbid_allocation(|| self.leg.receive(self.now, datagram, &mut self.tray));
        self.empty_tray();
    }

    pub fn relay_digit(&mut self, event: u8) {
        self.leg.relay_digit(event);
    }

    /// One tick in which the leg hears nothing.
    pub fn tick(&mut self) -> (Activity, Frame) {
        self.tick_hearing(Heard::Nothing)
    }

    pub fn tick_hearing(&mut self, heard: Heard<'_>) -> (Activity, Frame) {
        let mut frame = [0; 160];
        let activity = self.tick_into(&mut frame, heard);
        (activity, frame)
    }

    /// One tick of a leg of any rate.
    pub fn tick_into(&mut self, frame: &mut [i16], heard: Heard<'_>) -> Activity {
        let activity = forbid_allocation(|| {
            let activity = self.leg.read(self.now, frame, &mut self.tray);
            self.leg.write(self.now, heard, &mut self.tray);
            activity
        });
        self.empty_tray();
        self.now = self.now + TICK;
        activity
    }

    /// What the leg left encoded so many ticks ago, 0 being the last one.
    pub fn decode(&mut self, age: usize, frame: &mut [i16]) {
        forbid_allocation(|| self.leg.decode(age, frame));
    }

    pub fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end {
            self.tick();
        }
    }

    /// Takes the RTP packets sent since the last call.
    pub fn take_rtp(&mut self) -> Vec<Sent> {
        let (rtp, rest) = self.sent.drain(..).partition(|sent| sent.channel == Channel::Rtp);
        self.sent = rest;
        rtp
    }

    /// Takes the RTCP packets sent since the last call.
    pub fn take_rtcp(&mut self) -> Vec<Sent> {
        let (rtcp, rest) = self.sent.drain(..).partition(|sent| sent.channel == Channel::Rtcp);
        self.sent = rest;
        rtcp
    }

    pub fn statistics(&mut self) -> LegStatistics {
        self.handle.statistics()
    }

    fn empty_tray(&mut self) {
        for (channel, to, not_before, len, bytes) in self.tray.sent.drain(..) {
            self.sent.push(Sent { channel, to, not_before, bytes: bytes[..len].to_vec() });
        }
        self.events.append(&mut self.tray.events);
        self.tray.events.reserve(256);
    }
}
