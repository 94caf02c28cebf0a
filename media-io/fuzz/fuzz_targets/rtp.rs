//! What is read as RTP lies within the datagram.

#![no_main]

use libfuzzer_sys::fuzz_target;
use media_io::rtp::{HEADER_LEN, Packet};

fuzz_target!(|datagram: &[u8]| {
    if let Some(packet) = Packet::parse(datagram) {
        assert!(packet.payload.len() + HEADER_LEN <= datagram.len());
    }
});
