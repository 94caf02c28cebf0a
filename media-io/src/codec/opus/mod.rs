//! opus: RFC 6716, in RTP by RFC 7587, at 48 kHz in mono.
//!
//! Decoded is all there is, stereo brought to mono. Encoded is one kind of frame: CELT over the
//! whole band, 20 ms long. `docs/dependencies.md` has the figures behind that choice and behind
//! the crate that does the work.

pub(crate) mod celt;
mod decoder;
mod encoder;
mod packet;

use mixer::encoder::EncodingId;
use mixer::port::Rate;

use super::{Codec, Encoding, Framing};
use decoder::OpusDecoder;
use encoder::OpusEncoder;

/// The descriptor of opus.
pub static OPUS: Codec = Codec {
    name: "opus",
    static_payload_type: None,
    clock_rate_hz: 48_000,
    channels: 2,
    rate: Rate::Full,
    fmtp: "useinbandfec=1;stereo=0",
    offered: true,
    costly: true,
    conceals: true,
    framing: Framing::Frames { silence: &encoder::SILENCE, join: packet::join },
    encodings: &[
        encoding::<16, 48_000>(),
        encoding::<17, 32_000>(),
        encoding::<18, 24_000>(),
        encoding::<19, 16_000>(),
    ],
    decoder: || Box::new(OpusDecoder::new()),
    units_in: packet::units_in,
};

const fn encoding<const ID: u16, const BITRATE_BPS: u32>() -> Encoding {
    Encoding {
        id: EncodingId(ID),
        bitrate_bps: BITRATE_BPS,
        encoder: || Box::new(OpusEncoder::new(EncodingId(ID), BITRATE_BPS)),
    }
}
