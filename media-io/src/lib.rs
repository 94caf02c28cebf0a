//! RTP legs, codecs, jitter, DTMF, RTCP, files and resampling; `net` touches the OS.

pub mod player;
pub mod resample;
pub mod wav;
