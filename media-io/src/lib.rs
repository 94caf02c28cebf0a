//! Everything between the network or a file and a frame of the engine.
//!
//! A call's media is a [`leg`]: a port of the engine (`mixer::port`) on one side, RTP packets on
//! the other. It is put together from parts that know nothing of each other: [`rtp`] reads and
//! writes packets, [`codec`] turns payloads into samples and back, [`jitter`] puts what arrives
//! in order and in time, [`rtcp`] reports and judges reports, [`telephone_event`] carries keys.
//! [`sdp`] negotiates what a leg is to speak. A dialog's media is a [`player`] over what [`sound`]
//! decodes and [`resample`] brings to the rate of who hears it; a [`tone`] needs no file. A
//! [`recorder`] takes what is heard off the engine and into files; a [`device`] is the machine's own
//! sound card.
//!
//! All of it is pure: time, seeds and bytes are handed in, so it runs the same in a test that
//! makes its own time. Only [`net`] and, where it is built in, [`device`] touch the operating
//! system: they move datagrams and samples between it and rings.
//!
//! What runs on the engine thread (`read`, `write` and `receive` of a port, and the engine's ends
//! of `net`) never locks, allocates, frees or logs. Nothing read from the network can make it
//! panic or grow: every buffer has a named limit at the top of its file, and what goes beyond is
//! dropped and counted; [`fuzz`] holds the readers to it for any bytes.

pub mod codec;
pub mod device;
#[doc(hidden)]
pub mod fuzz;
pub mod jitter;
pub mod leg;
pub mod net;
pub mod player;
mod random;
pub mod recorder;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod sound;
pub mod srtp;
pub mod telephone_event;
pub mod tone;
pub mod wav;
