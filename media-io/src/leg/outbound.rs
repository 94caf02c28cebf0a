//! What goes out: from ticks of audio and keys to packets of the negotiated length.

use std::net::SocketAddr;
use std::time::Duration;

use mixer::port::{Channel, FRAME_SAMPLES, Outbox, Outgoing, PortId, SAMPLE_RATE_HZ};
use mixer::time::{TICK, Time};

use super::config::{Format, PACKET_MS_MAX};
use crate::rtcp::SenderInfo;
use crate::rtp::{HEADER_LEN, Header, Sequence, Timestamp};
use crate::telephone_event::{Fragment, Sender};

/// Samples in the longest packet sent.
const PACKET_SAMPLES_MAX: usize = PACKET_MS_MAX as usize * (SAMPLE_RATE_HZ / 1_000) as usize;

/// Samples that wait at most: a tick on top of a packet that is almost whole.
const PENDING_MAX: usize = PACKET_SAMPLES_MAX + FRAME_SAMPLES;

/// Bytes of the largest packet: two per sample are enough for every codec of telephony.
const PACKET_MAX: usize = HEADER_LEN + 2 * PACKET_SAMPLES_MAX;

const NANOS_PER_SAMPLE: u64 = 1_000_000_000 / SAMPLE_RATE_HZ as u64;

/// The sending half of a leg. Its timestamp advances with every tick, whether anything is sent or
/// not; its sequence number with every packet.
#[derive(Debug)]
pub(super) struct Outbound {
    port: PortId,
    pub(super) ssrc: u32,
    sequence: Sequence,
    /// Timestamp of the first sample that waits.
    timestamp: Timestamp,
    pending: [i16; PENDING_MAX],
    len: usize,
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
            pending: [0; PENDING_MAX],
            len: 0,
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
    pub(super) fn on_tick(&mut self, now: Time) {
        let last = self.last_tick.replace(now);
        let ticks = last.map_or(1, |last| now.since(last).as_nanos() / TICK.as_nanos());
        let skipped = u32::try_from(ticks.saturating_sub(1)).unwrap_or(0);
        if skipped == 0 {
            return;
        }
        let samples = skipped.wrapping_mul(FRAME_SAMPLES as u32).wrapping_add(self.len as u32);
        self.timestamp = self.timestamp.plus(samples);
        self.len = 0;
        self.paused = true;
    }

    /// Takes a tick of audio and sends the packets that it completes.
    pub(super) fn send(
        &mut self,
        now: Time,
        audio: &[i16],
        format: &Format,
        to: SocketAddr,
        out: &mut dyn Outbox,
    ) {
        let packet_samples = format.packet_samples();
        // Every packet ends at a multiple of this after the beginning of a tick. It is whole in
        // that tick, so that it may leave one such step before its own end and never has to wait
        // for its last sample; and all leave evenly.
        let step = gcd(gcd(packet_samples, FRAME_SAMPLES), self.len);
        let mut end = packet_samples.saturating_sub(self.len);
        self.pending[self.len..self.len + FRAME_SAMPLES].copy_from_slice(audio);
        self.len += FRAME_SAMPLES;
        while self.len >= packet_samples {
            let wait = end.saturating_sub(step) as u64 * NANOS_PER_SAMPLE;
            let not_before = now + Duration::from_nanos(wait);
            self.send_packet(not_before, packet_samples, format, to, out);
            end += packet_samples;
        }
    }

    /// Lets a tick pass in which nothing may be sent. Keys that wait are dropped: nobody means
    /// them to be heard after a hold.
    pub(super) fn pause(&mut self) {
        self.timestamp = self.timestamp.plus((self.len + FRAME_SAMPLES) as u32);
        self.len = 0;
        self.paused = true;
        self.digits_dropped += self.digits.clear() as u64;
    }

    /// Puts a key behind those that wait.
    pub(super) fn push_digit(&mut self, event: u8, format: &Format) {
        if format.telephone_event.is_none() || !self.digits.push(event) {
            self.digits_dropped += 1;
        }
    }

    /// The format is another one now.
    pub(super) fn on_format(&mut self, format: &Format) {
        self.digits.set_packet_ms(format.packet_ms());
        if format.telephone_event.is_none() {
            self.digits_dropped += self.digits.clear() as u64;
        }
    }

    /// The figures of a sender report that is made in this tick, after [`send`](Self::send) or
    /// [`pause`](Self::pause): the tick began a frame before the sample that comes next.
    pub(super) fn figures(&self) -> SenderInfo {
        let next = self.timestamp.plus(self.len as u32);
        SenderInfo {
            ntp: 0,
            rtp: next.0.wrapping_sub(FRAME_SAMPLES as u32),
            packets: self.packets as u32,
            bytes: self.bytes as u32,
        }
    }

    fn send_packet(
        &mut self,
        not_before: Time,
        samples: usize,
        format: &Format,
        to: SocketAddr,
        out: &mut dyn Outbox,
    ) {
        let event = format.telephone_event.and_then(|payload_type| {
            self.digits.next(samples).map(|fragment| (payload_type, fragment))
        });
        let (header, payload_len) = match event {
            Some((payload_type, fragment)) => self.event_packet(payload_type, fragment),
            None => self.audio_packet(samples, format),
        };
        self.packet[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        let bytes = &self.packet[..HEADER_LEN + payload_len];
        out.send(Outgoing { port: self.port, channel: Channel::Rtp, to, not_before, bytes });
        self.packets += 1;
        self.bytes += payload_len as u64;
        self.sequence = self.sequence.plus(1);
        self.timestamp = self.timestamp.plus(samples as u32);
        self.paused = false;
        self.pending.copy_within(samples..self.len, 0);
        self.len -= samples;
    }

    fn audio_packet(&mut self, samples: usize, format: &Format) -> (Header, usize) {
        let encode = format.send.codec.encode;
        let len = encode(&self.pending[..samples], &mut self.packet[HEADER_LEN..]);
        (self.header(format.send.payload_type, self.paused, self.timestamp), len)
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

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
