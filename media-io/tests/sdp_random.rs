//! Offers made of random pieces: none panics, and what is accepted is answered as it should.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{IpAddr, Ipv4Addr};

use media_io::sdp::{LocalMedia, Negotiated, answer, answer_again};
use proptest::prelude::*;

fn local() -> LocalMedia {
    LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000, 4_711)
}

fn text(negotiated: &Negotiated) -> &str {
    std::str::from_utf8(&negotiated.sdp).unwrap()
}

/// Pieces of which descriptions are made, good and bad.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("v=0".to_owned()),
        Just("o=- 1 1 IN IP4 198.51.100.7".to_owned()),
        Just("c=IN IP4 198.51.100.7".to_owned()),
        Just("c=IN IP4 0.0.0.0".to_owned()),
        "m=(audio|video|application) (0|9|6000|65535)(/2)? (RTP/AVP|RTP/SAVP|TCP/MS)( [0-9]{1,3}){0,5}",
        "a=(rtpmap|fmtp|ptime|maxptime|rtcp|setup|connection):[ -~]{0,20}",
        "a=(sendrecv|sendonly|recvonly|inactive|rtcp-mux)",
        "[a-z]=[ -~]{0,30}",
        "\\PC{0,20}",
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = answer(&bytes, &local());
    }

    #[test]
    fn whatever_is_accepted_is_answered_medium_for_medium(
        lines in proptest::collection::vec(line(), 0..20),
    ) {
        let offer = format!("v=0\r\nc=IN IP4 198.51.100.7\r\n{}\r\n", lines.join("\r\n"));
        if let Ok(negotiated) = answer(offer.as_bytes(), &local()) {
            let offered = offer.matches("\r\nm=").count();
            prop_assert_eq!(text(&negotiated).matches("\r\nm=").count(), offered);
            prop_assert!(text(&negotiated).matches(" 40000 ").count() <= 1);
            let again = answer_again(offer.as_bytes(), &local(), &negotiated).unwrap();
            prop_assert_eq!(again, negotiated);
        }
    }
}
