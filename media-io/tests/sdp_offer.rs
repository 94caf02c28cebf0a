//! Our own offers, for calls that come without one, and the answers to them.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{IpAddr, Ipv4Addr};

use media_io::codec::{PCMA, PCMU};
use media_io::leg::{Accepted, Direction};
use media_io::sdp::{
    LocalMedia, Negotiated, Refusal, accept_answer, answer, answer_again, offer, offer_again,
};
use proptest::prelude::*;

/// A server that speaks G.711 and nothing else: these tests are about the rules of an offer.
fn local() -> LocalMedia {
    LocalMedia { codecs: vec![&PCMU, &PCMA], ..everything() }
}

fn everything() -> LocalMedia {
    LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000, 4_711)
}

fn peer() -> LocalMedia {
    LocalMedia::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), 6_000, 99)
}

fn from_peer(media: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n{media}"
    )
}

fn accepted(answer: &str) -> Result<Negotiated, Refusal> {
    accept_answer(offer(&local()).unwrap(), from_peer(answer).as_bytes(), &local())
}

fn text(sdp: &[u8]) -> &str {
    std::str::from_utf8(sdp).unwrap()
}

#[test]
fn an_offer_holds_all_we_speak_and_no_more_than_a_line_can_bear() {
    assert_eq!(
        text(&offer(&everything()).unwrap().sdp),
        "v=0\r\n\
         o=- 4711 1 IN IP4 192.0.2.1\r\n\
         s=-\r\n\
         c=IN IP4 192.0.2.1\r\n\
         t=0 0\r\n\
         m=audio 40000 RTP/AVP 96 9 0 8 101 97\r\n\
         a=rtpmap:96 opus/48000/2\r\n\
         a=fmtp:96 useinbandfec=1;stereo=0\r\n\
         a=rtpmap:9 G722/8000\r\n\
         a=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-16\r\n\
         a=rtpmap:97 telephone-event/48000\r\n\
         a=fmtp:97 0-16\r\n\
         a=extmap:1/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n\
         a=ptime:20\r\n\
         a=sendrecv\r\n"
    );
}

#[test]
fn an_offer_of_g711_is_as_short_as_ever() {
    assert_eq!(
        text(&offer(&local()).unwrap().sdp),
        "v=0\r\n\
         o=- 4711 1 IN IP4 192.0.2.1\r\n\
         s=-\r\n\
         c=IN IP4 192.0.2.1\r\n\
         t=0 0\r\n\
         m=audio 40000 RTP/AVP 0 8 101\r\n\
         a=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-16\r\n\
         a=ptime:20\r\n\
         a=sendrecv\r\n"
    );
}

#[test]
fn an_offer_keeps_our_order_of_preference() {
    let mut local = local();
    local.codecs = vec![&PCMA, &PCMU];
    assert!(text(&offer(&local).unwrap().sdp).contains("m=audio 40000 RTP/AVP 8 0 101\r\n"));
}

#[test]
fn the_answer_decides_what_is_sent() {
    let negotiated = accepted(
        "m=audio 6000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-15\r\na=ptime:30\r\na=recvonly\r\n",
    )
    .unwrap();
    assert_eq!(negotiated.format.send, Accepted { payload_type: 8, codec: &PCMA });
    assert_eq!(negotiated.format.telephone_event, Some(101));
    assert_eq!(negotiated.format.packet_ms, 30);
    assert_eq!(negotiated.direction, Direction::SendOnly);
    assert_eq!(negotiated.remote.unwrap().rtp.to_string(), "198.51.100.7:6000");
    assert!(!negotiated.flash);
    assert_eq!(negotiated.sdp, offer(&local()).unwrap().sdp);
}

#[test]
fn two_of_us_agree() {
    let offered = offer(&local()).unwrap();
    let theirs = answer(&offered.sdp, &peer()).unwrap();
    let ours = accept_answer(offered, &theirs.sdp, &local()).unwrap();
    assert_eq!(ours.format, theirs.format);
    assert_eq!((ours.flash, theirs.flash), (true, true));
    assert_eq!(ours.remote.unwrap().rtp.port(), 6_000);
    assert_eq!(theirs.remote.unwrap().rtp.port(), 40_000);
}

#[test]
fn an_answer_with_its_own_payload_type_is_understood_both_ways() {
    let negotiated = accepted("m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 PCMU/8000\r\n").unwrap();
    assert_eq!(negotiated.format.send, Accepted { payload_type: 96, codec: &PCMU });
    assert_eq!(negotiated.format.codec_of(0), Some(&PCMU));
    assert_eq!(negotiated.format.codec_of(8), None);
}

#[test]
fn answers_that_do_not_fit_are_refused() {
    assert_eq!(accepted("m=audio 0 RTP/AVP 0\r\n"), Err(Refusal::Rejected));
    assert!(matches!(accepted("m=audio 6000 RTP/AVP 18\r\n"), Err(Refusal::NoCommonCodec { .. })));
    assert!(matches!(accepted(""), Err(Refusal::Malformed { .. })));
    let refusal = accepted("m=video 6000 RTP/AVP 0\r\n");
    assert!(matches!(refusal, Err(Refusal::Malformed { line: 6, .. })), "{refusal:?}");
}

#[test]
fn a_second_offer_that_says_the_same_has_the_same_version() {
    let negotiated =
        accepted("m=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    let negotiated = negotiated.unwrap();
    assert_eq!(offer_again(&local(), &negotiated).unwrap().sdp, negotiated.sdp);
}

#[test]
fn a_second_offer_begins_with_the_codec_in_use() {
    let negotiated = accepted("m=audio 6000 RTP/AVP 8\r\n").unwrap();
    let again = offer_again(&local(), &negotiated).unwrap();
    let again = text(&again.sdp);
    assert!(again.contains("o=- 4711 2 IN IP4 192.0.2.1\r\n"), "{again}");
    assert!(again.contains("m=audio 40000 RTP/AVP 8 0 101\r\n"), "{again}");
}

#[test]
fn a_second_offer_keeps_payload_types_and_media_in_place() {
    let theirs = from_peer(
        "m=video 6002 RTP/AVP 31\r\n\
         m=audio 6000 RTP/AVP 101 97\r\na=rtpmap:101 PCMA/8000\r\na=rtpmap:97 telephone-event/8000\r\n\
         a=sendonly\r\n",
    );
    let negotiated = answer(theirs.as_bytes(), &local()).unwrap();
    let again = offer_again(&local(), &negotiated).unwrap();
    let media = text(&again.sdp).split_once("t=0 0\r\n").unwrap().1;
    assert_eq!(
        media,
        "m=video 0 RTP/AVP 31\r\n\
         m=audio 40000 RTP/AVP 101 0 97\r\n\
         a=rtpmap:101 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-16\r\n\
         a=ptime:20\r\na=sendrecv\r\n"
    );
    let reply = "m=video 0 RTP/AVP 31\r\nm=audio 6010 RTP/AVP 101\r\na=rtpmap:101 PCMA/8000\r\n";
    let after = accept_answer(again, from_peer(reply).as_bytes(), &local()).unwrap();
    assert_eq!(after.remote.unwrap().rtp.port(), 6_010);
}

#[test]
fn an_event_never_takes_the_number_of_a_codec() {
    let theirs = from_peer("m=audio 6000 RTP/AVP 101\r\na=rtpmap:101 PCMA/8000\r\n");
    let negotiated = answer(theirs.as_bytes(), &local()).unwrap();
    let again = offer_again(&local(), &negotiated).unwrap();
    assert!(text(&again.sdp).contains("m=audio 40000 RTP/AVP 101 0 96\r\n"));
}

#[test]
fn a_call_without_media_gets_a_stream_by_our_offer() {
    let negotiated = answer(from_peer("").as_bytes(), &local()).unwrap();
    let offered = offer_again(&local(), &negotiated).unwrap();
    let theirs = answer(&offered.sdp, &peer()).unwrap();
    let ours = accept_answer(offered, &theirs.sdp, &local()).unwrap();
    assert_eq!(ours.direction, Direction::SendRecv);
}

#[test]
fn a_closed_stream_is_opened_again_in_its_place() {
    let open = answer(from_peer("m=audio 6000 RTP/AVP 0\r\n").as_bytes(), &local()).unwrap();
    let closed = from_peer("m=audio 0 RTP/AVP 0\r\n");
    let closed = answer_again(closed.as_bytes(), &local(), &open).unwrap();
    let again = offer_again(&local(), &closed).unwrap();
    assert_eq!(text(&again.sdp).matches("m=").count(), 1);
    assert!(text(&again.sdp).starts_with("v=0\r\no=- 4711 3 "));
    assert!(text(&again.sdp).contains("m=audio 40000 RTP/AVP 0 8 101\r\n"));
}

#[test]
fn nothing_can_be_offered_without_a_codec() {
    let mut local = local();
    local.codecs.clear();
    assert!(offer(&local).is_err());
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1_000)) {
        let _ = accept_answer(offer(&local()).unwrap(), &bytes, &local());
    }
}
