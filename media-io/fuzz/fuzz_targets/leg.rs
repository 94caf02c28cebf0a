//! Whatever arrives on the two ports of a leg, it goes on. Each datagram begins with its length;
//! the top bits say on which port it arrives and whether a tick follows.

#![no_main]

use std::net::{Ipv4Addr, SocketAddr};

use libfuzzer_sys::fuzz_target;
use media_io::codec::PCMU;
use media_io::leg::{Format, LegConfig, Remote, leg};
use mixer::port::{
    Channel, Datagram, Heard, Outbox, Outgoing, Port, PortEvent, PortId, Sink, Source,
};
use mixer::time::{TICK, Time};

const PORT: PortId = PortId { slot: 0, generation: 0 };

struct Nowhere;

impl Outbox for Nowhere {
    fn send(&mut self, _: Outgoing<'_>) {}
    fn notify(&mut self, _: PortId, _: PortEvent) {}
}

fuzz_target!(|input: &[u8]| {
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 4_000));
    let mut format = Format::new(&PCMU, 0);
    format.telephone_event = Some(101);
    let mut config = LegConfig::new(PORT, 1, "fuzz".to_owned(), format);
    config.remote = Some(Remote::new(peer));
    let (mut leg, _handle) = leg(config);
    let mut now = Time(0);
    let mut rest = input;
    while let [high, low, tail @ ..] = rest {
        let len = usize::from(u16::from_be_bytes([high & 0x07, *low])).min(tail.len());
        let (bytes, after) = tail.split_at(len);
        rest = after;
        let channel = if high & 0x80 == 0 { Channel::Rtp } else { Channel::Rtcp };
        let datagram = Datagram { port: PORT, channel, from: peer, arrival: now, bytes };
        leg.receive(now, datagram, &mut Nowhere);
        if high & 0x40 != 0 {
            leg.read(now, &mut [0; 160], &mut Nowhere);
            leg.write(now, Heard::Nothing, &mut Nowhere);
            now = now + TICK;
        }
    }
});
