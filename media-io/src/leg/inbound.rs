//! What comes in: from an accepted RTP packet to audio and keys.

use mixer::port::Activity;
use mixer::time::Time;

use super::config::Format;
use crate::jitter::{self, Content, Decoders, JitterBuffer};
use crate::rtcp::{Accepted, Reception};
use crate::rtp::Packet;
use crate::telephone_event;

/// The receiving half of a leg.
#[derive(Debug)]
pub(super) struct Inbound {
    pub(super) jitter: JitterBuffer,
    source: Option<Reception>,
    /// Another source that has begun to speak; it takes over with its second packet in sequence,
    /// if the present one stays silent in between.
    candidate: Option<Reception>,
    digits: telephone_event::Receiver,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    pub(super) duplicates: u64,
    pub(super) digits_received: u64,
}

/// What a packet means beyond its audio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// A key was pressed.
    pub(super) digit: Option<u8>,
    /// The source is another one now.
    pub(super) source_changed: bool,
}

impl Inbound {
    pub(super) fn new(jitter: jitter::Config, decoders: Decoders) -> Inbound {
        Inbound {
            jitter: JitterBuffer::new(jitter, decoders),
            source: None,
            candidate: None,
            digits: telephone_event::Receiver::default(),
            packets: 0,
            bytes: 0,
            duplicates: 0,
            digits_received: 0,
        }
    }

    /// Takes a packet of the peer. `listening` is false while the peer was told not to send: then
    /// its packets are counted and not heard.
    pub(super) fn receive(
        &mut self,
        arrival: Time,
        packet: &Packet<'_>,
        format: &Format,
        listening: bool,
    ) -> News {
        let Some(source_changed) = self.choose_source(packet) else { return News::default() };
        let Some(source) = &mut self.source else { return News::default() };
        self.packets += 1;
        self.bytes += packet.payload.len() as u64;
        let sequence = packet.header.sequence;
        match if source_changed { Accepted::Yes } else { source.receive(sequence) } {
            Accepted::Yes => {}
            Accepted::Duplicate => {
                self.duplicates += 1;
                return News::default();
            }
            Accepted::No => return News::default(),
            Accepted::Restarted => self.begin_anew(),
        }
        let digit = self.hear(arrival, packet, format, listening);
        News { digit, source_changed }
    }

    /// The next tick of audio, decoded unless that can wait.
    pub(super) fn read(&mut self, now: Time, frame: &mut [i16]) -> Activity {
        match self.jitter.advance(now) {
            Content::Silence => Activity::Silent,
            Content::Audio => {
                self.jitter.decode(0, frame);
                Activity::Active
            }
            Content::Deferrable { level } => Activity::Encoded { level_dbov: level },
        }
    }

    /// The present source.
    pub(super) fn source(&self) -> Option<&Reception> {
        self.source.as_ref()
    }

    /// The present source, to report on it.
    pub(super) fn source_mut(&mut self) -> Option<&mut Reception> {
        self.source.as_mut()
    }

    /// Forgets the source: the next packet may come from any.
    pub(super) fn forget_source(&mut self) {
        self.source = None;
        self.candidate = None;
        self.begin_anew();
    }

    /// Drops the audio that waits and the key that is held.
    pub(super) fn begin_anew(&mut self) {
        self.jitter.reset();
        self.digits.reset();
    }

    /// Whether the packet is one of the present source, and whether that is a new one. `None` if
    /// it is of another source that has not taken over.
    fn choose_source(&mut self, packet: &Packet<'_>) -> Option<bool> {
        let (ssrc, sequence) = (packet.header.ssrc, packet.header.sequence);
        let Some(source) = &self.source else {
            self.source = Some(Reception::new(ssrc, sequence));
            return Some(false);
        };
        if source.ssrc() == ssrc {
            self.candidate = None;
            return Some(false);
        }
        let mut candidate = self
            .candidate
            .take()
            .filter(|candidate| candidate.ssrc() == ssrc)
            .unwrap_or_else(|| Reception::new(ssrc, sequence));
        candidate.receive(sequence);
        if !candidate.is_valid() {
            self.candidate = Some(candidate);
            return None;
        }
        self.source = Some(candidate);
        self.begin_anew();
        Some(true)
    }

    fn hear(
        &mut self,
        arrival: Time,
        packet: &Packet<'_>,
        format: &Format,
        listening: bool,
    ) -> Option<u8> {
        let header = packet.header;
        if format.is_event(header.payload_type) {
            let payload = telephone_event::Payload::parse(packet.payload)?;
            let digit = self
                .digits
                .receive(header.sequence, header.timestamp, header.marker, payload)
                .filter(|_| listening);
            self.digits_received += u64::from(digit.is_some());
            return digit;
        }
        let codec = format.codec_of(header.payload_type)?;
        self.digits.on_audio(header.sequence);
        self.source.as_mut()?.time(arrival, header.timestamp, codec.clock_rate_hz);
        if listening {
            self.jitter.push(jitter::Packet {
                arrival,
                sequence: header.sequence,
                timestamp: header.timestamp,
                codec,
                level: level(packet, format),
                payload: packet.payload,
            });
        }
        None
    }
}

fn level(packet: &Packet<'_>, format: &Format) -> Option<u8> {
    packet.extension?.audio_level(format.audio_level?)
}
