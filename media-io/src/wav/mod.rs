//! WAVE files in memory: reading any common kind as a mono clip, writing mono PCM.
//!
//! - [`decode`]: bytes of a file → [`Clip`] at the rate the engine wants. PCM of 8 to 32 bit, float
//!   of 32 and 64 bit, µ-law and A-law, any rate and channel count within [`Limits`]; several
//!   channels are averaged.
//! - [`Recorder`]: writes mono 16 bit PCM, for what a caller heard.
//! - [`WavFault`]: what is wrong with a file and at which byte, in words for a person.
//!
//! Parts: `riff` finds the format and the samples in the chunks, `format` understands the `fmt `
//! chunk, `samples` turns bytes into numbers, `blocks` does that piece by piece for a long file,
//! `fault` and `record` are what their names say.
//!
//! The chunks are walked by our own reader, after the crates were weighed: hound reads no G.711;
//! symphonia's WAVE reader (0.6.1) says no byte offsets and not which format it refused, wants a
//! G.711 `fmt ` chunk of exactly 18 bytes although 16 are common, fails on a `fact` chunk that is
//! not 4 bytes long, allocates whatever length an INFO chunk claims, and its channel-mask repair
//! shifts out of range for 32 and more channels. Samples are decoded by symphonia.

mod blocks;
mod decode;
mod fault;
mod format;
mod record;
mod riff;
mod samples;

pub(crate) use blocks::Blocks;
pub(crate) use decode::to_i16;
pub use decode::{Clip, Limits, decode};
pub use fault::WavFault;
pub use format::{Encoding, Format};
pub use record::{RecordError, Recorder};
