//! RTP legs, codecs, jitter, DTMF, RTCP, files and resampling; `net` touches the OS.
