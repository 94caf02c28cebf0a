//! What goes out: from payloads of a tick and keys to packets of the negotiated length.

use std::net::SocketAddr;
use std::time::Duration;

use mixer::port::{Channel, Outbox, Outgoing, PortId};
use mixer::time::{TICK, Time};

use super::config::{Format, PACKET_MS_MAX};
use super::pending::Pending;
use crate::codec::{Framing, PACKET_TICKS_MAX, TICK_BYTES_MAX, TICK_MS};
use crate::rtcp::SenderInfo;
use crate::rtp::{HEADER_LEN, Header, Sequence, Timestamp};
use crate::telephone_event::{Fragment, Sender};

/// Bytes around the frames of a packet of several (RFC 6716, 3.2.5).
const FRAMING_MAX: usize = 2 + 2 * PACKET_TICKS_MAX;

/// Bytes of the largest packet.
const PACKET_MAX: usize = HEADER_LEN + PACKET_TICKS_MAX * TICK_BYTES_MAX + FRAMING_MAX;

const _: () = assert!(PACKET_MS_MAX as usize == PACKET_TICKS_MAX * TICK_MS);

/// The sending half of a leg. Its timestamp advances with every tick, whether anything is sent or
/// not; its sequence number with every packet.
#[derive(Debug)]
pub(super) struct Outbound {
    port: PortId,
    pub(super) ssrc: u32,
    sequence: Sequence,
    /// Timestamp of the first sample that waits.
    timestamp: Timestamp,
    pending: Pending,
    /// When the last tick was due.
    last_tick: Option<Time>,
    /// Nothing was sent last: the next packet begins a talkspurt.
    paused: bool,
    digits: Sender,
    /// Timestamp of the key on the line.
    event_start: Timestamp,
    packet: [u8; PACKET_MAX],
    pub(super) packets: u64,
    pub(super) bytes: u64,
    pub(super) digits_sent: u64,
    pub(super) digits_dropped: u64,
}

impl Outbound {
    pub(super) fn new(port: PortId, random: &mut u64, format: &Format) -> Outbound {
        let mut draw = || crate::random::next(random);
        Outbound {
            port,
            ssrc: draw() as u32,
            sequence: Sequence(draw() as u16),
            timestamp: Timestamp(draw() as u32),
            pending: Pending::new(),
            last_tick: None,
            paused: true,
            digits: Sender::new(format.packet_ms()),
            event_start: Timestamp(0),
            packet: [0; PACKET_MAX],
            packets: 0,
            bytes: 0,
            digits_sent: 0,
            digits_dropped: 0,
        }
    }

    /// A tick begins. The time of ticks that the engine had to skip passes on the line as well: as a
    /// pause, so that what is said afterwards is not late for ever.
    pub(super) fn on_tick(&mut self, now: Time, format: &Format) {
        let last = self.last_tick.replace(now);
        let ticks = last.map_or(1, |last| now.since(last).as_nanos() / TICK.as_nanos());
        let skipped = u32::try_from(ticks.saturating_sub(1)).unwrap_or(0);
        if skipped > 0 {
            self.fall_silent(skipped.wrapping_mul(Units::of(format).tick));
        }
    }

    /// Takes a tick of audio, encoded, or nothing for silence, and sends the packets that it
    /// completes.
    pub(super) fn send(
        &mut self,
        now: Time,
        payload: &[u8],
        format: &Format,
        to: SocketAddr,
        out: &mut dyn Outbox,
    ) {
        let grains = Grains::of(format);
        let waiting = self.pending.grains();
        // Every packet ends at a multiple of this after the beginning of a tick. It is whole in
        // that tick, so that it may leave one such step before its own end and never has to wait
        // for its last sample; and all leave evenly.
        let step = gcd(gcd(grains.packet, grains.tick), waiting);
        let mut end = grains.packet.saturating_sub(waiting);
        self.pending.push(payload, format.send.codec.framing, Units::of(format).tick);
        while self.pending.grains() >= grains.packet {
            let wait = Duration::from_nanos(end.saturating_sub(step) as u64 * grains.nanos);
            self.send_packet(now + wait, grains.packet, format, to, out);
            end += grains.packet;
        }
    }

    /// Lets a tick pass in which nothing may be sent. Keys that wait are dropped: nobody means
    /// them to be heard after a hold.
    pub(super) fn pause(&mut self, format: &Format) {
        self.fall_silent(Units::of(format).tick);
        self.digits_dropped += self.digits.clear() as u64;
    }

    /// Puts a key behind those that wait.
    pub(super) fn push_digit(&mut self, event: u8, format: &Format) {
        if format.telephone_event.is_none() || !self.digits.push(event) {
            self.digits_dropped += 1;
        }
    }

    /// The format is another one now. What waits in another codec is not worth a packet of its
    /// own: it is less than one.
    pub(super) fn on_format(&mut self, before: &Format, format: &Format) {
        if before.send.codec != format.send.codec {
            self.fall_silent(0);
        }
        self.digits.set_packet_ms(format.packet_ms());
        if format.telephone_event.is_none() {
            self.digits_dropped += self.digits.clear() as u64;
        }
    }

    /// The figures of a sender report that is made in this tick, after [`send`](Self::send) or
    /// [`pause`](Self::pause): the tick began a frame before the sample that comes next.
    pub(super) fn figures(&self, format: &Format) -> SenderInfo {
        let next = self.timestamp.plus(self.pending.units());
        SenderInfo {
            ntp: 0,
            rtp: next.0.wrapping_sub(Units::of(format).tick),
            packets: self.packets as u32,
            bytes: self.bytes as u32,
        }
    }

    /// What waits is given up, and so much time passes without a packet.
    fn fall_silent(&mut self, units: u32) {
        self.timestamp = self.timestamp.plus(self.pending.units().wrapping_add(units));
        self.pending.clear();
        self.paused = true;
    }

    fn send_packet(
        &mut self,
        not_before: Time,
        grains: usize,
        format: &Format,
        to: SocketAddr,
        out: &mut dyn Outbox,
    ) {
        let units = Units::of(format).packet;
        let framing = format.send.codec.framing;
        let audio_len = self.pending.take(grains, framing, units, &mut self.packet[HEADER_LEN..]);
        let event = format.telephone_event.and_then(|payload_type| {
            let units = format.packet_ms() * (format.event_clock_hz / 1_000);
            self.digits.next(units as usize).map(|fragment| (payload_type, fragment))
        });
        let (header, payload_len) = match event {
            Some((payload_type, fragment)) => self.event_packet(payload_type, fragment),
            None => (self.header(format.send.payload_type, self.paused, self.timestamp), audio_len),
        };
        self.packet[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        let bytes = &self.packet[..HEADER_LEN + payload_len];
        out.send(Outgoing { port: self.port, channel: Channel::Rtp, to, not_before, bytes });
        self.packets += 1;
        self.bytes += payload_len as u64;
        self.sequence = self.sequence.plus(1);
        self.timestamp = self.timestamp.plus(units);
        self.paused = false;
    }

    /// All packets of a key carry the timestamp of its beginning (RFC 4733, 2.5.1.2).
    fn event_packet(&mut self, payload_type: u8, fragment: Fragment) -> (Header, usize) {
        if fragment.first {
            self.event_start = self.timestamp;
            self.digits_sent += 1;
        }
        let payload = fragment.payload.to_bytes();
        self.packet[HEADER_LEN..HEADER_LEN + payload.len()].copy_from_slice(&payload);
        (self.header(payload_type, fragment.first, self.event_start), payload.len())
    }

    fn header(&self, payload_type: u8, marker: bool, timestamp: Timestamp) -> Header {
        Header { marker, payload_type, sequence: self.sequence, timestamp, ssrc: self.ssrc }
    }
}

/// Lengths in units of the RTP clock.
struct Units {
    tick: u32,
    packet: u32,
}

impl Units {
    fn of(format: &Format) -> Units {
        let per_ms = format.send.codec.clock_rate_hz / 1_000;
        Units { tick: TICK_MS as u32 * per_ms, packet: format.packet_ms() * per_ms }
    }
}

/// What cannot be cut: bytes, or frames. So many are in a tick and in a packet, and each lasts so
/// long.
struct Grains {
    tick: usize,
    packet: usize,
    nanos: u64,
}

impl Grains {
    fn of(format: &Format) -> Grains {
        let packet_ms = format.packet_ms() as usize;
        match format.send.codec.framing {
            Framing::Bytes { per_ms, .. } => Grains {
                tick: TICK_MS * per_ms,
                packet: packet_ms * per_ms,
                nanos: 1_000_000 / per_ms as u64,
            },
            Framing::Frames { .. } => {
                Grains { tick: 1, packet: packet_ms / TICK_MS, nanos: TICK.as_nanos() as u64 }
            }
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
