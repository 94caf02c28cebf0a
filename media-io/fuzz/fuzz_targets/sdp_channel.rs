//! Whatever is offered as an MSCP channel, it is answered or refused.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use media_io::sdp::channel::{LocalChannel, answer_channel, is_channel_offer};

fuzz_target!(|text: &[u8]| {
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let local = LocalChannel { ip, port: 5_000, session_id: 1, version: 1, connected: true };
    let answered = answer_channel(text, &local);
    assert!(answered.is_err() || is_channel_offer(text));
});
