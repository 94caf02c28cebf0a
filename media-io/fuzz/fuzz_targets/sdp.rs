//! Whatever a peer sends as SDP, it is answered or refused; an answer given twice stays the same.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use media_io::sdp::{LocalMedia, Refusal, accept_answer, answer, answer_again, offer, offer_again};

fuzz_target!(|text: &[u8]| {
    let local = LocalMedia::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000, 1);
    if let Ok(ours) = offer(&local) {
        let _ = accept_answer(ours, text, &local);
    }
    let Ok(first) = answer(text, &local) else { return };
    assert_eq!(answer_again(text, &local, &first), Ok(first.clone()));
    if let Ok(second) = offer_again(&local, &first) {
        // Media of ours on top of all of theirs may be more than we would read.
        let peer = answer(&second.sdp, &local);
        let readable = matches!(peer, Ok(_) | Err(Refusal::TooLarge { .. }));
        assert!(readable, "our own offer is refused: {peer:?}");
    }
});
