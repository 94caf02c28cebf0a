//! Encoders: what makes payloads of mixes, once for all who hear the same.
//!
//! The engine knows nothing of codecs. It keeps a store of encoders, one for each port that asked
//! for one, and lets each distinct mix that is heard in some encoding use one of them. That is
//! always enough, because every port hears one mix.

use std::any::Any;
use std::fmt;

/// Bytes of the longest payload of one tick: what an Opus frame may have (RFC 6716, 3.4, R2), and
/// L16 at 16 kHz does.
pub const PAYLOAD_MAX: usize = 1_275;

/// How many different encodings one engine can hear at a time. Listeners of one more get samples
/// without a payload, which is counted.
pub const ENCODINGS_MAX: usize = 16;

/// Names a way of encoding: codec and parameters. Payloads of equal names are interchangeable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EncodingId(pub u16);

/// Turns the ticks of one mix into payloads. Made on the control side; all other calls are made on
/// the engine thread, inside the tick, under the allocation trap.
pub trait Encoder: Send {
    /// Which encoding this makes.
    fn id(&self) -> EncodingId;

    /// Whether each payload depends on its own frame alone, as in G.711.
    fn is_stateless(&self) -> bool;

    /// Encodes one tick at the encoding's rate into `payload`, which holds [`PAYLOAD_MAX`] bytes;
    /// returns the bytes written.
    fn encode(&mut self, frame: &[i16], payload: &mut [u8]) -> usize;

    /// Forgets what was encoded before: the next frame begins a stream, for decoders that have heard
    /// silence or nothing.
    fn reset(&mut self);

    /// Takes over the state of another encoder of the same encoding, so that a decoder which has
    /// followed that one can follow this one. Leaves itself reset when `other` is of another kind.
    fn follow(&mut self, other: &dyn Encoder);

    /// For [`follow`](Self::follow).
    fn as_any(&self) -> &dyn Any;
}

impl fmt::Debug for dyn Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoder({})", self.id().0)
    }
}
