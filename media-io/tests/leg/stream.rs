//! A peer that speaks any codec: real speech, encoded ahead, and what a decoder that loses nothing
//! makes of it.

use std::sync::LazyLock;

use media_io::codec::{Codec, Framing, TICK_BYTES_MAX};
use media_io::rtp::{Header, Sequence, Timestamp};
use speech::{Talker, Voice};

pub const PAYLOAD_TYPE: u8 = 111;

/// Identifier of the header extension for levels.
pub const LEVEL_ID: u8 = 3;

static VOICE: LazyLock<Vec<i16>> = LazyLock::new(|| Talker::new(Voice::Woman, 48_000).talk(7, 8));

/// Packets of one source, in order.
pub struct Stream {
    pub codec: &'static Codec,
    payload_type: u8,
    payloads: Vec<Vec<u8>>,
    ticks_per_packet: usize,
    /// What is heard of it, at the codec's rate.
    pub expected: Vec<i16>,
    /// Whether packets tell how loud they are.
    pub levels: bool,
}

impl Stream {
    /// Speech in packets of so many ticks.
    pub fn new(codec: &'static Codec, ticks_per_packet: usize) -> Stream {
        let mut encoder = (codec.encoding(None).encoder)();
        let step = 48_000 / codec.rate.hz() as usize;
        let voice: Vec<i16> = VOICE.iter().step_by(step).copied().collect();
        let mut payload = [0; TICK_BYTES_MAX];
        let ticks = voice.chunks_exact(codec.rate.frame_samples()).map(|tick| {
            let len = encoder.encode(tick, &mut payload);
            payload[..len].to_vec()
        });
        let ticks: Vec<_> = ticks.collect();
        let payloads = ticks.chunks_exact(ticks_per_packet).map(|ticks| join(codec, ticks));
        Stream::of(codec, ticks_per_packet, payloads.collect())
    }

    /// A stream of these payloads.
    pub fn of(codec: &'static Codec, ticks_per_packet: usize, payloads: Vec<Vec<u8>>) -> Stream {
        let mut decoder = (codec.decoder)();
        let mut expected = Vec::new();
        let mut samples = [0; 5_760];
        for payload in &payloads {
            let count = decoder.decode(payload, &mut samples);
            expected.extend_from_slice(&samples[..count]);
        }
        let payload_type = codec.static_payload_type.unwrap_or(PAYLOAD_TYPE);
        Stream { codec, payload_type, payloads, ticks_per_packet, expected, levels: false }
    }

    pub fn len(&self) -> usize {
        self.payloads.len()
    }

    /// The n-th packet.
    pub fn packet(&self, n: usize) -> Vec<u8> {
        let units = self.ticks_per_packet as u32 * self.codec.clock_rate_hz / 50;
        let header = Header {
            marker: n == 0,
            payload_type: self.payload_type,
            sequence: Sequence(u16::MAX - 20).plus(n as u16),
            // It wraps within the first second.
            timestamp: Timestamp(u32::MAX - 20_000).plus(n as u32 * units),
            ssrc: 0xfeed,
        };
        let mut packet = header.to_bytes().to_vec();
        if self.levels {
            packet[0] |= 0x10;
            packet.extend([0xbe, 0xde, 0, 1, LEVEL_ID << 4, 0x80 | level(n), 0, 0]);
        }
        packet.extend(&self.payloads[n]);
        packet
    }

    /// The n-th tick of what is to be heard.
    pub fn tick(&self, n: usize) -> &[i16] {
        let samples = self.codec.rate.frame_samples();
        &self.expected[n * samples..(n + 1) * samples]
    }
}

/// How loud the n-th packet says it is.
pub fn level(n: usize) -> u8 {
    20 + (n % 50) as u8
}

fn join(codec: &Codec, ticks: &[Vec<u8>]) -> Vec<u8> {
    match codec.framing {
        Framing::Bytes { .. } => ticks.concat(),
        Framing::Frames { join, .. } => {
            let slices: Vec<&[u8]> = ticks.iter().map(Vec::as_slice).collect();
            let mut packet = vec![0; ticks.len() * TICK_BYTES_MAX];
            let len = join(&slices, &mut packet);
            packet.truncate(len);
            packet
        }
    }
}

/// How far `heard` is from what was expected, in dB below it.
pub fn snr_db(expected: &[i16], heard: &[i16]) -> f64 {
    assert_eq!(expected.len(), heard.len());
    let energy = |samples: &mut dyn Iterator<Item = f64>| -> f64 { samples.map(|s| s * s).sum() };
    let signal = energy(&mut expected.iter().map(|s| f64::from(*s)));
    let pairs = expected.iter().zip(heard);
    let noise = energy(&mut pairs.map(|(a, b)| f64::from(*a) - f64::from(*b)));
    10.0 * (signal.max(1.0) / noise.max(1.0)).log10()
}
