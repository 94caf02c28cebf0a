//! RTP packets (RFC 3550, 5.1) and the arithmetic of what wraps in them.

mod extension;
mod header;
mod wrapping;

pub use extension::{AUDIO_LEVEL_URI, Extension};
pub use header::{HEADER_LEN, Header, Packet, VERSION};
pub use wrapping::{Sequence, Timestamp};
