//! Codecs: one descriptor each, named as in SDP (RFC 3551, table 4; RFC 7587).
//!
//! A codec has two sides. Towards the network it counts time on the clock of RTP; towards the
//! engine it has a rate of 8, 16 or 48 kHz, mono, 16 bit linear. The two differ for G.722, which
//! samples at 16 kHz and counts at 8 kHz (RFC 3551, 4.5.2).
//!
//! Descriptors are constant; what has a state is made from them on the control side: a
//! [`Decoder`] for each leg, an [`Encoder`] for each distinct mix. On the engine thread none of
//! them allocates, and none panics whatever the payload.
//!
//! To add a codec, write one file with its descriptor and name it in [`CODECS`].

mod companding;
mod g722;
mod l16;
mod opus;
mod pcma;
mod pcmu;
mod sampled;

use mixer::encoder::{Encoder, EncodingId};
use mixer::port::Rate;

pub use g722::G722;
pub use l16::{L16_NARROW, L16_WIDE};
pub use opus::OPUS;
pub(crate) use opus::celt;
pub use pcma::PCMA;
pub use pcmu::PCMU;

/// Every codec the server speaks, the preferred one first.
pub static CODECS: [&Codec; 6] = [&OPUS, &G722, &PCMU, &PCMA, &L16_WIDE, &L16_NARROW];

/// Milliseconds of a tick.
pub const TICK_MS: usize = 20;

/// Bytes of the longest payload of a tick: 20 ms of L16 at 16 kHz.
pub const TICK_BYTES_MAX: usize = 640;

/// Ticks in the longest packet sent: 60 ms.
pub const PACKET_TICKS_MAX: usize = 3;

/// What a leg needs to know of a codec.
pub struct Codec {
    /// Encoding name as in `a=rtpmap`; compared without regard to case.
    pub name: &'static str,
    /// Payload type fixed by RFC 3551, if it has one.
    pub static_payload_type: Option<u8>,
    /// Clock of the RTP timestamp, in Hz.
    pub clock_rate_hz: u32,
    /// Channels as in `a=rtpmap`. What is sent is mono whatever it says: RFC 7587, 7 has every
    /// Opus stream called `opus/48000/2`.
    pub channels: u8,
    /// Rate of the audio on the engine's side.
    pub rate: Rate,
    /// What we say of it in `a=fmtp`; empty for nothing.
    pub fmtp: &'static str,
    /// Whether our own offers name it. What takes much of a line is only answered.
    pub offered: bool,
    /// Whether decoding costs so much that it is worth putting off until somebody listens.
    pub costly: bool,
    /// Whether its decoder makes up what is lost by itself.
    pub conceals: bool,
    /// How payloads of ticks become payloads of packets.
    pub framing: Framing,
    /// The ways it can be encoded, that of the highest bit rate first; never empty.
    pub encodings: &'static [Encoding],
    /// Makes a decoder. Allocates.
    pub decoder: fn() -> Box<dyn Decoder>,
    /// How much time a payload holds, in units of the RTP clock, without decoding it; 0 if it is
    /// none.
    pub units_in: fn(payload: &[u8]) -> usize,
}

/// One way of encoding.
#[derive(Clone, Copy, Debug)]
pub struct Encoding {
    /// Its name in the engine.
    pub id: EncodingId,
    /// What it takes of the line on average, headers not counted.
    pub bitrate_bps: u32,
    /// Makes an encoder. Allocates.
    pub encoder: fn() -> Box<dyn Encoder>,
}

/// How payloads of ticks become payloads of packets.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    /// A stream of bytes that can be cut and put together anywhere.
    Bytes {
        /// Bytes of each ms.
        per_ms: usize,
        /// What silence consists of.
        silence: u8,
    },
    /// One frame for each tick, never cut.
    Frames {
        /// A frame of silence.
        silence: &'static [u8],
        /// Puts up to [`PACKET_TICKS_MAX`] frames into one packet; returns its length.
        join: fn(frames: &[&[u8]], packet: &mut [u8]) -> usize,
    },
}

/// Turns payloads into audio, in the order of the stream. Made on the control side, used on the
/// engine thread.
pub trait Decoder: Send {
    /// Decodes the next payload; returns the samples written, as many as fit. 0 says that this is
    /// no payload of the codec.
    fn decode(&mut self, payload: &[u8], samples: &mut [i16]) -> usize;

    /// Makes up what is missing before the next payload, in whole multiples of 2.5 ms. `false`
    /// where the codec knows no better than to repeat what was heard last, which is the caller's.
    fn conceal(&mut self, _samples: &mut [i16]) -> bool {
        false
    }

    /// Recovers what is missing right before `next`, a payload that is still to be decoded, from
    /// what that one repeats of it. `false` if it repeats nothing.
    fn recover(&mut self, _next: &[u8], _samples: &mut [i16]) -> bool {
        false
    }

    /// Forgets the stream.
    fn reset(&mut self) {}
}

impl Codec {
    /// The codec of this line of `a=rtpmap`: `PCMU/8000`, `opus/48000/2`. Without channels one
    /// is meant.
    #[must_use]
    pub fn by_rtpmap(name: &str, clock_rate_hz: u32, channels: u8) -> Option<&'static Codec> {
        CODECS.into_iter().find(|codec| {
            codec.name.eq_ignore_ascii_case(name)
                && codec.clock_rate_hz == clock_rate_hz
                && codec.channels == channels
        })
    }

    /// The codec to which RFC 3551 gave this payload type.
    #[must_use]
    pub fn by_static_payload_type(payload_type: u8) -> Option<&'static Codec> {
        CODECS.into_iter().find(|codec| codec.static_payload_type == Some(payload_type))
    }

    /// Time of a tick in units of the RTP clock.
    #[must_use]
    pub fn units_per_tick(&self) -> usize {
        self.clock_rate_hz as usize / 1_000 * TICK_MS
    }

    /// The best way of encoding that keeps to a bit rate, or the one that exceeds it least.
    #[must_use]
    pub fn encoding(&self, bitrate_bps_max: Option<u32>) -> &'static Encoding {
        let most = bitrate_bps_max.unwrap_or(u32::MAX);
        let fitting = self.encodings.iter().find(|encoding| encoding.bitrate_bps <= most);
        fitting.unwrap_or(&self.encodings[self.encodings.len() - 1])
    }
}

/// Makes an encoder of this name. Allocates; `None` for a name that no codec has.
#[must_use]
pub fn encoder(id: EncodingId) -> Option<Box<dyn Encoder>> {
    let mut encodings = CODECS.iter().flat_map(|codec| codec.encodings);
    encodings.find(|encoding| encoding.id == id).map(|encoding| (encoding.encoder)())
}

impl PartialEq for Codec {
    fn eq(&self, other: &Codec) -> bool {
        self.name == other.name && self.clock_rate_hz == other.clock_rate_hz
    }
}

impl Eq for Codec {}

impl PartialEq for Encoding {
    fn eq(&self, other: &Encoding) -> bool {
        self.id == other.id
    }
}

impl Eq for Encoding {}

impl std::fmt::Debug for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Codec({}/{})", self.name, self.clock_rate_hz)
    }
}
