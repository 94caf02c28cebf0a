//! The other end: a stream of packets whose every sample tells where it belongs.

use media_io::codec::PCMU;
use media_io::rtp::{Header, Sequence, Timestamp};

use super::call::EVENT_TYPE;

/// Makes RTP packets.
#[derive(Clone, Debug)]
pub struct Peer {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    pub packet_ms: u32,
    /// Samples said so far.
    pub said: usize,
}

impl Peer {
    pub fn new(packet_ms: u32) -> Peer {
        // Both wrap within the first second.
        Peer {
            ssrc: 0xfeed,
            sequence: u16::MAX - 20,
            timestamp: u32::MAX - 3_000,
            packet_ms,
            said: 0,
        }
    }

    /// The next packet of audio.
    pub fn audio(&mut self) -> Vec<u8> {
        let samples = self.packet_ms as usize * 8;
        let bytes: Vec<u8> = (self.said..self.said + samples).map(byte_at).collect();
        let packet = self.packet(0, false, &bytes);
        self.said += samples;
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(samples as u32);
        packet
    }

    /// Audio passes, but nothing is sent.
    pub fn keep_quiet(&mut self, samples: usize) {
        self.said += samples;
        self.timestamp = self.timestamp.wrapping_add(samples as u32);
    }

    /// A packet of telephone-event, with the next sequence number.
    pub fn event(&mut self, marker: bool, event: u8, end: bool, duration: u16) -> Vec<u8> {
        let [high, low] = duration.to_be_bytes();
        let payload = [event, (u8::from(end) << 7) | 10, high, low];
        let packet = self.packet(EVENT_TYPE, marker, &payload);
        self.sequence = self.sequence.wrapping_add(1);
        packet
    }

    pub fn packet(&self, payload_type: u8, marker: bool, payload: &[u8]) -> Vec<u8> {
        let header = Header {
            marker,
            payload_type,
            sequence: Sequence(self.sequence),
            timestamp: Timestamp(self.timestamp),
            ssrc: self.ssrc,
        };
        [&header.to_bytes(), payload].concat()
    }
}

/// The byte a peer sends for its n-th sample: loud, never silence, and without a period.
pub fn byte_at(sample: usize) -> u8 {
    let mixed = (sample as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 56) as u8) & 0xbf
}

/// What is heard of the n-th sample.
pub fn sample_at(sample: usize) -> i16 {
    let mut out = [0];
    (PCMU.decoder)().decode(&[byte_at(sample)], &mut out);
    out[0]
}

/// Where in the peer's speech this audio begins, if it is in it as a whole.
pub fn find(heard: &[i16], said: usize) -> Option<usize> {
    let speech: Vec<i16> = (0..said).map(sample_at).collect();
    speech.windows(heard.len()).position(|window| window == heard)
}
