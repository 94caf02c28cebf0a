//! Codecs beyond G.711, their keys and their audio levels in offers and answers (RFC 7587, RFC 3551,
//! RFC 4733, RFC 6464, RFC 8285).

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{IpAddr, Ipv4Addr};

use media_io::codec::{Codec, G722, L16_NARROW, L16_WIDE, OPUS, PCMA, PCMU};
use media_io::leg::Accepted;
use media_io::sdp::{
    LocalMedia, Negotiated, accept_answer, answer, answer_again, offer, offer_again,
};
use mixer::port::Rate;

const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

fn local() -> LocalMedia {
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

fn answered(media: &str) -> Negotiated {
    answer(from_peer(media).as_bytes(), &local()).unwrap()
}

fn text(negotiated: &Negotiated) -> &str {
    std::str::from_utf8(&negotiated.sdp).unwrap()
}

#[test]
fn opus_is_answered_under_its_number_and_with_what_we_can() {
    let negotiated = answered(
        "m=audio 6000 RTP/AVP 111 0\r\na=rtpmap:111 OPUS/48000/2\r\n\
         a=fmtp:111 minptime=10;useinbandfec=1\r\n",
    );
    assert_eq!(negotiated.format.send, Accepted { payload_type: 111, codec: &OPUS });
    assert_eq!(negotiated.format.codec_of(0), Some(&PCMU));
    assert_eq!(negotiated.format.media().rate, Rate::Full);
    let answer = text(&negotiated);
    assert!(answer.contains("a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1;stereo=0\r\n"));
}

#[test]
fn opus_is_named_with_two_channels_or_it_is_not_opus() {
    for map in ["opus/48000", "opus/48000/1", "opus/16000/2"] {
        let negotiated = answered(&format!("m=audio 6000 RTP/AVP 96 8\r\na=rtpmap:96 {map}\r\n"));
        assert_eq!(negotiated.format.send.codec, &PCMA, "{map}");
    }
}

#[test]
fn the_offerer_s_order_decides_among_all_codecs() {
    let maps = "a=rtpmap:96 opus/48000/2\r\na=rtpmap:97 L16/16000\r\na=rtpmap:98 L16/8000/1\r\n";
    let first: [(&str, &Codec); 5] = [
        ("97 96 9 0", &L16_WIDE),
        ("98 97 0", &L16_NARROW),
        ("9 96 0", &G722),
        ("0 9 96", &PCMU),
        ("96 9", &OPUS),
    ];
    for (formats, codec) in first {
        let negotiated = answered(&format!("m=audio 6000 RTP/AVP {formats}\r\n{maps}"));
        assert_eq!(negotiated.format.send.codec, codec, "{formats}");
        assert!(text(&negotiated).contains(&format!("m=audio 40000 RTP/AVP {formats}\r\n")));
    }
}

#[test]
fn l16_is_mono_at_two_rates() {
    for map in ["L16/44100/2", "L16/16000/2", "L16/48000"] {
        let offer = from_peer(&format!("m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 {map}\r\n"));
        assert!(answer(offer.as_bytes(), &local()).is_err(), "{map}");
    }
}

#[test]
fn a_limit_of_the_bit_rate_chooses_the_encoding() {
    let of = |parameters: &str| {
        let media = "m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n";
        answered(&format!("{media}{parameters}")).format.encoding().bitrate_bps
    };
    assert_eq!(of(""), 48_000);
    assert_eq!(of("a=fmtp:96 maxaveragebitrate=510000\r\n"), 48_000);
    assert_eq!(of("a=fmtp:96 stereo=0; maxaveragebitrate=47999\r\n"), 32_000);
    assert_eq!(of("a=fmtp:96 maxaveragebitrate=24000;usedtx=1\r\n"), 24_000);
    assert_eq!(of("a=fmtp:96 maxaveragebitrate=6000\r\n"), 16_000);
    assert_eq!(of("a=fmtp:97 maxaveragebitrate=6000\r\n"), 48_000);
    assert_eq!(of("a=fmtp:96 maxaveragebitrate=all\r\n"), 48_000);
}

#[test]
fn the_packet_time_of_opus_is_whole_frames() {
    for (wanted, sent) in [(10, 20), (20, 20), (30, 20), (40, 40), (50, 40), (60, 60), (120, 60)] {
        let negotiated = answered(&format!(
            "m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=ptime:{wanted}\r\n"
        ));
        assert!(text(&negotiated).contains(&format!("a=ptime:{sent}\r\n")), "{wanted} ms");
    }
}

#[test]
fn keys_count_on_the_clock_of_the_codec() {
    let events = "a=rtpmap:100 telephone-event/8000\r\na=rtpmap:101 telephone-event/48000\r\n\
                  a=fmtp:101 0-16\r\n";
    let map = "a=rtpmap:96 opus/48000/2\r\n";
    let wide = answered(&format!("m=audio 6000 RTP/AVP 96 0 100 101\r\n{map}{events}"));
    assert_eq!((wide.format.telephone_event, wide.format.event_clock_hz), (Some(101), 48_000));
    assert!(wide.flash);
    assert!(text(&wide).contains("m=audio 40000 RTP/AVP 96 0 101\r\n"));
    assert!(text(&wide).contains("a=rtpmap:101 telephone-event/48000\r\n"));
    let narrow = answered(&format!("m=audio 6000 RTP/AVP 0 96 100 101\r\n{map}{events}"));
    assert_eq!((narrow.format.telephone_event, narrow.format.event_clock_hz), (Some(100), 8_000));
    assert!(!narrow.flash);
    // As baresip offers them.
    let only = answered(&format!("m=audio 6000 RTP/AVP 96 100\r\n{map}{events}"));
    assert_eq!((only.format.telephone_event, only.format.event_clock_hz), (Some(100), 8_000));
}

#[test]
fn levels_are_asked_for_under_the_offerer_s_number_and_never_promised() {
    let media = "m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n";
    for (id, direction) in [(1, ""), (14, "/sendrecv"), (16, "/sendonly"), (255, "")] {
        let negotiated = answered(&format!("{media}a=extmap:{id}{direction} {LEVEL} vad=on\r\n"));
        assert_eq!(negotiated.format.audio_level, Some(id));
        assert!(text(&negotiated).contains(&format!("a=extmap:{id}/recvonly {LEVEL}\r\n")));
    }
    for extmap in [
        format!("3/recvonly {LEVEL}"),
        format!("3/inactive {LEVEL}"),
        format!("15 {LEVEL}"),
        format!("0 {LEVEL}"),
        format!("4096 {LEVEL}"),
        format!("x {LEVEL}"),
        "3 urn:ietf:params:rtp-hdrext:csrc-audio-level".to_owned(),
        "3".to_owned(),
    ] {
        let negotiated = answered(&format!("{media}a=extmap:{extmap}\r\n"));
        assert_eq!(negotiated.format.audio_level, None, "{extmap}");
        assert!(!text(&negotiated).contains("extmap"), "{extmap}");
    }
}

#[test]
fn levels_are_not_asked_for_where_decoding_costs_next_to_nothing() {
    let negotiated = answered(&format!("m=audio 6000 RTP/AVP 0\r\na=extmap:1 {LEVEL}\r\n"));
    assert_eq!(negotiated.format.audio_level, None);
    assert!(!text(&negotiated).contains("extmap"));
}

#[test]
fn what_the_session_says_of_levels_holds_for_its_audio() {
    let offer = from_peer("m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n")
        .replace("t=0 0\r\n", &format!("t=0 0\r\na=extmap:5 {LEVEL}\r\n"));
    assert_eq!(answer(offer.as_bytes(), &local()).unwrap().format.audio_level, Some(5));
}

#[test]
fn two_of_us_agree_on_opus_its_keys_and_no_levels() {
    let offered = offer(&local()).unwrap();
    let theirs = answer(&offered.sdp, &peer()).unwrap();
    let ours = accept_answer(offered, &theirs.sdp, &local()).unwrap();
    assert_eq!(ours.format, theirs.format);
    assert_eq!(ours.format.send, Accepted { payload_type: 96, codec: &OPUS });
    assert_eq!((ours.format.telephone_event, ours.format.event_clock_hz), (Some(97), 48_000));
    // Each of us wants to hear levels, and neither tells any.
    assert_eq!(ours.format.audio_level, None);
}

#[test]
fn a_peer_that_accepts_both_clocks_may_send_keys_on_either() {
    let reply = from_peer(
        "m=audio 6000 RTP/AVP 96 101 97\r\na=rtpmap:96 opus/48000/2\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=rtpmap:97 telephone-event/48000\r\n",
    );
    let ours = accept_answer(offer(&local()).unwrap(), reply.as_bytes(), &local()).unwrap();
    assert_eq!(ours.format.telephone_event, Some(97));
    assert!(ours.format.is_event(97) && ours.format.is_event(101) && !ours.format.is_event(96));
}

#[test]
fn a_second_answer_is_the_first_and_a_second_offer_keeps_every_number() {
    let theirs = from_peer(&format!(
        "m=audio 6000 RTP/AVP 120 9 97 101\r\na=rtpmap:120 opus/48000/2\r\n\
         a=rtpmap:97 L16/16000\r\na=rtpmap:101 telephone-event/48000\r\n\
         a=extmap:7 {LEVEL}\r\n"
    ));
    let first = answer(theirs.as_bytes(), &local()).unwrap();
    assert_eq!(answer_again(theirs.as_bytes(), &local(), &first).unwrap(), first);
    let again = offer_again(&local(), &first).unwrap();
    let again = std::str::from_utf8(&again.sdp).unwrap();
    // What was agreed on, what we speak besides, keys on all clocks.
    assert!(again.contains("m=audio 40000 RTP/AVP 120 9 97 0 8 96 101 98\r\n"), "{again}");
    assert!(again.contains("a=rtpmap:101 telephone-event/48000\r\n"), "{again}");
    assert!(again.contains(&format!("a=extmap:7/recvonly {LEVEL}\r\n")), "{again}");
}
