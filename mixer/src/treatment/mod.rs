//! What may be done to one leg's voice before it is mixed: bringing it to one loudness, and keeping
//! keys and loud tones out.
//!
//! Each treatment is a machine that hears every frame of 20 ms as it comes and answers with a
//! [`Gains`]: how loud the frame to be mixed shall be, every 5 ms of it. None touches a sample, so
//! that several can be multiplied and applied in one go ([`Gains::shape`]). Machines that silence
//! answer for a frame that was heard some frames ago: a key is known for a key after 35 ms, and by
//! then its beginning must not have left ([`silencer`]).
//!
//! The detectors work at 8 kHz whatever the leg's rate ([`narrow`]): every tone they look for is
//! below 4 kHz.

pub(crate) mod agc;
pub(crate) mod dtmf;
pub(crate) mod gains;
mod narrow;
pub(crate) mod rumble;
mod silencer;
mod sinusoid;
mod tables;
pub(crate) mod tone;
#[cfg(test)]
mod trials;

pub(crate) use gains::Gains;

/// Hops of a frame: the detectors look, and gains move, every 5 ms.
pub(crate) const HOPS: usize = 4;

/// Frames by which what is mixed lags behind what is heard while keys are clamped: 40 ms.
///
/// A key of the shortest kind lasts 40 ms (ITU-T Q.24, table A-1), and 35 ms of it are needed to
/// tell it from speech. With one frame, 25 ms would have to do, which Q.24 wants rejected as too
/// short for a key: up to 10 ms of keys were heard, and speech was taken for one five times an hour.
pub(crate) const LOOKAHEAD_FRAMES: usize = 2;
