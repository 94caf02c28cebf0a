//! RTP legs, codecs, jitter, DTMF, RTCP, files and resampling; `net` touches the OS.

pub mod codec;
pub mod jitter;
pub mod leg;
pub mod net;
pub mod player;
mod random;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod telephone_event;
pub mod wav;
