//! A caller: says its tone in RTP packets, presses keys, and records what comes back.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use media_io::rtp::{Header, Packet, Sequence, Timestamp};
use media_io::telephone_event::Payload;
use mixer::port::Channel;
use mixer::time::Time;
use sip::{CallKey, Rejection};

use super::network::{Impairment, Line};
use super::phone::{Phone, TELEPHONE_EVENT};
use super::wires::Departure;
use crate::tone::Tone;

/// Samples per ms.
const SAMPLES_PER_MS: u32 = 8;

/// How long a key is held down, in packets.
const KEY_PACKETS: u16 = 5;

/// How often the last packet of a key is sent (RFC 4733, 2.5.1.4).
const KEY_ENDS: u16 = 3;

/// Someone on the phone.
#[derive(Debug)]
pub struct Caller {
    /// The call.
    pub call: CallKey,
    /// Where the phone listens, and sends from.
    pub address: SocketAddr,
    /// Whether the phone sends packets at all.
    pub sends: bool,
    /// Whether what it sends is the tone, or silence.
    pub speaks: bool,
    /// What the server answered to the INVITE.
    pub answer: Option<Vec<u8>>,
    /// Why the server did not take the call.
    pub rejection: Option<Rejection>,
    /// The reason in the server's BYE.
    pub bye: Option<String>,
    /// Every RTP packet that came, with the time at which it left the server.
    pub packets: Vec<Received>,
    /// What was heard, by RTP timestamp: what was not sent is silence.
    pub heard: Vec<i16>,
    /// Keys that came, as codes of RFC 4733.
    pub keys: Vec<u8>,
    /// RTCP packets that came.
    pub reports: Vec<Vec<u8>>,
    /// The RTP port of the server that the phone sends to.
    pub server_port: Option<u16>,
    pub(super) phone: Phone,
    pub(super) version: u32,
    pub(super) line: Line,
    tone: Tone,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    /// Everything it said, as its codec left it.
    spoken: Vec<i16>,
    next_packet: Time,
    pressed: VecDeque<u8>,
    key: Option<Key>,
    /// RTP timestamp of the first sample of the recording.
    begin: Option<u32>,
    keys_begun: BTreeSet<u32>,
}

/// A key that is down.
#[derive(Clone, Copy, Debug)]
struct Key {
    event: u8,
    start: u32,
    packet: u16,
}

/// An RTP packet that a caller got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// When it left the server.
    pub at: Time,
    /// Its header.
    pub header: Header,
    /// Bytes of its payload.
    pub len: usize,
}

impl Caller {
    pub(super) fn new(
        call: CallKey,
        address: SocketAddr,
        phone: Phone,
        tone: Tone,
        seed: u64,
        first_packet: Time,
    ) -> Caller {
        Caller {
            call,
            address,
            sends: false,
            speaks: true,
            answer: None,
            rejection: None,
            bye: None,
            packets: Vec::new(),
            heard: Vec::new(),
            keys: Vec::new(),
            reports: Vec::new(),
            version: 1,
            server_port: None,
            line: Line::new(seed, phone.line),
            phone,
            tone,
            ssrc: seed as u32,
            sequence: (seed >> 32) as u16,
            timestamp: (seed >> 16) as u32,
            spoken: Vec::new(),
            next_packet: first_packet,
            pressed: VecDeque::new(),
            key: None,
            begin: None,
            keys_begun: BTreeSet::new(),
        }
    }

    /// Presses keys, one after the other: codes of RFC 4733.
    pub fn press(&mut self, events: &[u8]) {
        self.pressed.extend(events);
    }

    /// Everything it said so far, as its codec left it.
    #[must_use]
    pub fn spoken(&self) -> &[i16] {
        &self.spoken
    }

    /// Its line to the server becomes another.
    pub fn impair(&mut self, impairment: Impairment) {
        self.line.impairment = impairment;
    }

    /// Sends what is due by `now`.
    pub(super) fn send(&mut self, now: Time) {
        let packet_time = Duration::from_millis(self.phone.packet_ms.into())
            .mul_f64(1.0 / (1.0 + self.phone.drift_ppm / 1e6));
        while self.next_packet <= now {
            let packet = self.next_packet();
            if self.sends {
                self.line.send(self.next_packet, packet);
            }
            self.next_packet = self.next_packet + packet_time;
        }
    }

    /// A datagram of the server arrives.
    pub(super) fn receive(&mut self, departure: Departure) {
        if departure.channel == Channel::Rtcp {
            return self.reports.push(departure.bytes);
        }
        let packet = Packet::parse(&departure.bytes).expect("the server sends RTP");
        let (header, len) = (packet.header, packet.payload.len());
        self.packets.push(Received { at: departure.not_before, header, len });
        match header.payload_type {
            TELEPHONE_EVENT => self.receive_key(header.timestamp.0, packet.payload),
            payload_type => {
                assert_eq!(payload_type, self.phone.payload_type(), "not the negotiated codec");
                self.record(header.timestamp.0, packet.payload);
            }
        }
    }

    fn receive_key(&mut self, timestamp: u32, payload: &[u8]) {
        let payload = Payload::parse(payload).expect("a telephone-event");
        if self.keys_begun.insert(timestamp) {
            self.keys.push(payload.event);
        }
    }

    fn record(&mut self, timestamp: u32, payload: &[u8]) {
        let begin = *self.begin.get_or_insert(timestamp);
        let at = timestamp.wrapping_sub(begin) as usize;
        let mut samples = vec![0; payload.len()];
        (self.phone.codec.decoder)().decode(payload, &mut samples);
        assert!(at < 1 << 28, "the timestamp went back");
        self.heard.resize(self.heard.len().max(at + samples.len()), 0);
        self.heard[at..at + samples.len()].copy_from_slice(&samples);
    }

    fn next_packet(&mut self) -> Vec<u8> {
        let count = self.phone.packet_ms * SAMPLES_PER_MS;
        let spoken = self.tone.samples(count as usize);
        let silence = vec![0; count as usize];
        let (payload_type, marker, timestamp, payload) = match self.key_packet(count) {
            Some((marker, timestamp, payload)) => (TELEPHONE_EVENT, marker, timestamp, payload),
            None => {
                let samples = if self.speaks { &spoken } else { &silence };
                let mut payload = vec![0; samples.len()];
                (self.phone.codec.encoding(None).encoder)().encode(samples, &mut payload);
                self.remember(&payload);
                (self.phone.payload_type(), false, self.timestamp, payload)
            }
        };
        let header = Header {
            marker,
            payload_type,
            sequence: Sequence(self.sequence),
            timestamp: Timestamp(timestamp),
            ssrc: self.ssrc,
        };
        self.timestamp = self.timestamp.wrapping_add(count);
        self.sequence = self.sequence.wrapping_add(u16::from(self.sends));
        [&header.to_bytes(), payload.as_slice()].concat()
    }

    fn remember(&mut self, payload: &[u8]) {
        let mut samples = vec![0; payload.len()];
        (self.phone.codec.decoder)().decode(payload, &mut samples);
        self.spoken.extend(samples);
    }

    /// All packets of a key carry the timestamp of its beginning, the last ones the end bit.
    fn key_packet(&mut self, count: u32) -> Option<(bool, u32, Vec<u8>)> {
        let Key { event, start, packet } = match self.key.take() {
            Some(key) => key,
            None => Key { event: self.pressed.pop_front()?, start: self.timestamp, packet: 1 },
        };
        let end = packet >= KEY_PACKETS;
        if packet + 1 < KEY_PACKETS + KEY_ENDS {
            self.key = Some(Key { event, start, packet: packet + 1 });
        }
        let duration = packet.min(KEY_PACKETS) * count as u16;
        let payload = Payload { event, end, volume: 10, duration };
        Some((packet == 1, start, payload.to_bytes().to_vec()))
    }
}
