//! Offers of real and of odd peers, and what they are answered with.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use media_io::codec::{PCMA, PCMU};
use media_io::leg::{Accepted, Direction, Remote};
use media_io::sdp::{
    FORMATS_MAX, LINES_MAX, LocalMedia, MEDIA_MAX, Negotiated, Refusal, SDP_BYTES_MAX, answer,
    answer_again,
};

fn local() -> LocalMedia {
    LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000, 4_711)
}

/// An offer with everything before the media filled in.
fn offer(media: &str) -> String {
    format!(
        "v=0\r\no=alice 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n{media}"
    )
}

fn answered(media: &str) -> Negotiated {
    answer(offer(media).as_bytes(), &local()).unwrap()
}

fn refused(media: &str) -> Refusal {
    answer(offer(media).as_bytes(), &local()).unwrap_err()
}

fn text(negotiated: &Negotiated) -> &str {
    std::str::from_utf8(&negotiated.sdp).unwrap()
}

/// The media of our description.
fn media(negotiated: &Negotiated) -> &str {
    let text = text(negotiated);
    &text[text.find("m=").unwrap_or(text.len())..]
}

fn remote(rtp: &str, rtcp: &str) -> Option<Remote> {
    Some(Remote { rtp: rtp.parse().unwrap(), rtcp: rtcp.parse().unwrap() })
}

#[test]
fn a_plain_offer_is_answered_whole() {
    let negotiated = answered(
        "m=audio 6000 RTP/AVP 0 8 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n",
    );
    assert_eq!(
        text(&negotiated),
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
    assert_eq!(negotiated.format.send, Accepted { payload_type: 0, codec: &PCMU });
    let pcma = Accepted { payload_type: 8, codec: &PCMA };
    assert_eq!(negotiated.format.also.iter().flatten().collect::<Vec<_>>(), [&pcma]);
    assert_eq!(negotiated.format.telephone_event, Some(101));
    assert_eq!(negotiated.format.packet_ms, 20);
    assert_eq!(negotiated.remote, remote("198.51.100.7:6000", "198.51.100.7:6001"));
    assert_eq!(negotiated.direction, Direction::SendRecv);
    assert!(negotiated.flash);
}

#[test]
fn the_order_of_the_offer_decides() {
    let negotiated = answered("m=audio 6000 RTP/AVP 18 8 3 0\r\n");
    assert_eq!(negotiated.format.send.codec, &PCMA);
    assert!(media(&negotiated).starts_with("m=audio 40000 RTP/AVP 8 0\r\n"));
}

#[test]
fn static_payload_types_need_no_rtpmap() {
    assert_eq!(answered("m=audio 6000 RTP/AVP 8\r\n").format.send.codec, &PCMA);
}

#[test]
fn g711_may_have_a_dynamic_payload_type() {
    let negotiated = answered("m=audio 6000 RTP/AVP 97\r\na=rtpmap:97 pcmu/8000/1\r\n");
    assert_eq!(negotiated.format.send, Accepted { payload_type: 97, codec: &PCMU });
    assert!(media(&negotiated).contains("a=rtpmap:97 PCMU/8000\r\n"));
}

#[test]
fn an_rtpmap_overrides_the_static_table() {
    let refusal = refused("m=audio 6000 RTP/AVP 0\r\na=rtpmap:0 G726-32/8000\r\n");
    assert_eq!(refusal, Refusal::NoCommonCodec { offered: "0".to_owned() });
}

#[test]
fn g711_at_another_clock_or_in_stereo_is_not_ours() {
    for map in ["PCMU/16000", "PCMU/8000/2"] {
        let refusal = refused(&format!("m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 {map}\r\n"));
        assert!(matches!(refusal, Refusal::NoCommonCodec { .. }), "{map}");
    }
}

#[test]
fn a_codec_offered_twice_is_answered_once() {
    let negotiated = answered("m=audio 6000 RTP/AVP 0 96\r\na=rtpmap:96 PCMU/8000\r\n");
    assert!(media(&negotiated).starts_with("m=audio 40000 RTP/AVP 0\r\n"));
}

#[test]
fn no_common_codec_is_488_with_warning_305() {
    let refusal = refused("m=audio 6000 RTP/AVP 4 18\r\n");
    assert_eq!((refusal.status(), refusal.warning()), (488, Some(305)));
    assert_eq!(refusal.to_string(), "no common codec: offered are the formats 4 18");
}

#[test]
fn telephone_event_needs_the_clock_of_the_audio() {
    let negotiated = answered(
        "m=audio 6000 RTP/AVP 0 100 101\r\n\
         a=rtpmap:100 telephone-event/48000\r\na=rtpmap:101 telephone-event/8000\r\n",
    );
    assert_eq!(negotiated.format.telephone_event, Some(101));
}

#[test]
fn the_flash_hook_is_taken_where_it_is_listed() {
    for (events, flash) in
        [("0-15", false), ("0-16", true), ("0-15,16", true), ("0-11, 16", true), ("32-36", false)]
    {
        let negotiated = answered(&format!(
            "m=audio 6000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 {events}\r\n"
        ));
        assert_eq!(negotiated.flash, flash, "{events}");
        let ours = if flash { "a=fmtp:96 0-16\r\n" } else { "a=fmtp:96 0-15\r\n" };
        assert!(media(&negotiated).contains(ours), "{events}");
    }
}

#[test]
fn an_offer_without_telephone_event_gets_none() {
    let negotiated = answered("m=audio 6000 RTP/AVP 0\r\n");
    assert_eq!(negotiated.format.telephone_event, None);
    assert!(!text(&negotiated).contains("telephone-event"));
}

#[test]
fn the_packet_time_is_what_the_peer_wants_and_we_can() {
    for (lines, packet_ms) in [
        ("", 20),
        ("a=ptime:10\r\n", 10),
        ("a=ptime:25\r\n", 20),
        ("a=ptime:30\r\n", 30),
        ("a=ptime:60.0\r\n", 60),
        ("a=ptime:5\r\n", 10),
        ("a=ptime:0\r\n", 20),
        ("a=ptime:200\r\n", 60),
        ("a=ptime:4294967296\r\n", 20),
        ("a=ptime:soon\r\n", 20),
        ("a=ptime:60\r\na=maxptime:40\r\n", 40),
        ("a=maxptime:10\r\n", 10),
        ("a=maxptime:150\r\n", 20),
    ] {
        let negotiated = answered(&format!("m=audio 6000 RTP/AVP 0\r\n{lines}"));
        assert_eq!(negotiated.format.packet_ms, packet_ms, "{lines}");
        assert!(media(&negotiated).contains(&format!("a=ptime:{packet_ms}\r\n")), "{lines}");
    }
}

#[test]
fn rtcp_goes_where_the_peer_says() {
    for (line, rtcp) in [
        ("", "198.51.100.7:6001"),
        ("a=rtcp:7000\r\n", "198.51.100.7:7000"),
        ("a=rtcp:7000 IN IP4 203.0.113.9\r\n", "203.0.113.9:7000"),
        ("a=rtcp:7000 IN IP4 0.0.0.0\r\n", "198.51.100.7:7000"),
        ("a=rtcp:none\r\n", "198.51.100.7:6001"),
    ] {
        let negotiated = answered(&format!("m=audio 6000 RTP/AVP 0\r\n{line}"));
        assert_eq!(negotiated.remote, remote("198.51.100.7:6000", rtcp), "{line}");
    }
}

/// What is no address for media is none for RTCP.
#[test]
fn rtcp_goes_nowhere_where_media_would_not() {
    for (connection, address, warning) in [
        ("IP4", "224.0.0.1", 330),
        ("IP4", "239.1.2.3/127", 330),
        ("IP6", "ff02::1", 330),
        ("IP6", "::ffff:224.0.0.1", 330),
        ("IP4", "255.255.255.255", 301),
        ("IP6", "2001:db8::7", 301),
        ("IP4", "phone.example.com", 301),
    ] {
        for line in
            [format!("c=IN {connection} {address}"), format!("a=rtcp:53 IN {connection} {address}")]
        {
            let refusal = refused(&format!("m=audio 6000 RTP/AVP 0\r\n{line}\r\n"));
            assert_eq!((refusal.status(), refusal.warning()), (488, Some(warning)), "{line}");
        }
    }
}

#[test]
fn rtcp_mux_is_not_accepted() {
    let negotiated = answered("m=audio 6000 RTP/AVP 0\r\na=rtcp-mux\r\n");
    assert!(!text(&negotiated).contains("rtcp-mux"));
}

#[test]
fn the_address_of_the_medium_wins() {
    let negotiated = answered("m=audio 6000 RTP/AVP 0\r\nc=IN IP4 203.0.113.5\r\n");
    assert_eq!(negotiated.remote, remote("203.0.113.5:6000", "203.0.113.5:6001"));
}

#[test]
fn ipv6_is_spoken_where_we_have_it() {
    let offer = "v=0\r\no=- 1 1 IN IP6 2001:db8::7\r\ns=-\r\nc=IN IP6 2001:db8::7\r\nt=0 0\r\n\
                 m=audio 6000 RTP/AVP 0\r\n";
    let ip = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let negotiated = answer(offer.as_bytes(), &LocalMedia::new(ip, 40_000, 1)).unwrap();
    assert_eq!(negotiated.remote, remote("[2001:db8::7]:6000", "[2001:db8::7]:6001"));
    assert!(text(&negotiated).contains("\r\nc=IN IP6 ::1\r\n"));

    let refusal = answer(offer.as_bytes(), &local()).unwrap_err();
    assert_eq!((refusal.status(), refusal.warning()), (488, Some(301)));
}

#[test]
fn other_media_are_rejected_in_their_place() {
    let negotiated = answered(
        "m=video 6002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n\
         m=audio 6000 RTP/AVP 0\r\n\
         m=audio 6004 RTP/AVP 8\r\n\
         m=application 9 TCP/BFCP *\r\n",
    );
    assert_eq!(
        media(&negotiated),
        "m=video 0 RTP/AVP 96\r\n\
         m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n\
         m=audio 0 RTP/AVP 8\r\n\
         m=application 0 TCP/BFCP *\r\n"
    );
}

#[test]
fn the_first_usable_audio_stream_is_taken() {
    let negotiated = answered(
        "m=audio 6000 RTP/SAVP 0\r\nm=audio 0 RTP/AVP 0\r\n\
         m=audio 6002 RTP/AVP 18\r\nm=audio 6004 RTP/AVP 8\r\n",
    );
    assert_eq!(negotiated.remote.unwrap().rtp, SocketAddr::from(([198, 51, 100, 7], 6_004)));
    assert_eq!(media(&negotiated).matches("m=audio 0 ").count(), 3);
}

#[test]
fn other_transports_are_488_with_warning_302() {
    for proto in ["RTP/AVPF", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "udp"] {
        let refusal = refused(&format!("m=audio 6000 {proto} 0\r\n"));
        assert_eq!(refusal, Refusal::Transport { proto: proto.to_owned() });
        assert_eq!((refusal.status(), refusal.warning()), (488, Some(302)));
    }
}

#[test]
fn an_offer_without_audio_is_488_with_warning_304() {
    let refusal = refused("m=video 6000 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0\r\n");
    assert_eq!(refusal, Refusal::NoAudio);
    assert_eq!((refusal.status(), refusal.warning()), (488, Some(304)));
}

#[test]
fn a_fault_of_the_audio_stream_is_told_before_other_media() {
    let refusal = refused("m=video 6000 RTP/AVP 96\r\nm=audio 6002 RTP/AVP 18\r\n");
    assert!(matches!(refusal, Refusal::NoCommonCodec { .. }));
}

#[test]
fn an_offer_without_live_media_is_accepted_without_media() {
    for lines in ["", "m=audio 0 RTP/AVP 0\r\n"] {
        let negotiated = answered(lines);
        assert_eq!((negotiated.remote, negotiated.direction), (None, Direction::Inactive));
        assert_eq!(media(&negotiated), lines);
    }
}

#[test]
fn addresses_that_cannot_be_sent_to_are_refused_clearly() {
    for (line, warning, message) in [
        (
            "c=IN IP4 phone.example.com",
            301,
            "cannot send to the address 'phone.example.com': domain names are not looked up, an IP \
             address is needed",
        ),
        (
            "c=TN RFC2543 +1-201-406-4090",
            301,
            "cannot send to the address '+1-201-406-4090': not on the Internet (IN)",
        ),
        ("c=IN IP4 224.2.36.42/127", 330, "cannot send to the multicast address '224.2.36.42/127'"),
    ] {
        let refusal = refused(&format!("m=audio 6000 RTP/AVP 0\r\n{line}\r\n"));
        assert_eq!((refusal.status(), refusal.warning()), (488, Some(warning)));
        assert_eq!(refusal.to_string(), message);
    }
}

#[test]
fn malformed_offers_name_the_line() {
    let whole = |media: &str| offer(media).into_bytes();
    let cases: [(Vec<u8>, usize); 8] = [
        (b"hello".to_vec(), 1),
        (Vec::new(), 1),
        (b"v=1\r\n".to_vec(), 1),
        (b"v=0\r\no=me\r\n".to_vec(), 2),
        (whole("m=audio 70000 RTP/AVP 0\r\n"), 6),
        (whole("m=audio 6000 RTP/AVP\r\n"), 6),
        (whole("m=audio 6000 RTP/AVP 0\r\nnonsense\r\n"), 7),
        (b"v=0\r\ns=-\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n".to_vec(), 4),
    ];
    for (offer, expected) in cases {
        let shown = String::from_utf8_lossy(&offer).into_owned();
        let refusal = answer(&offer, &local()).unwrap_err();
        assert_eq!((refusal.status(), refusal.warning()), (400, None), "{shown}");
        match refusal {
            Refusal::Malformed { line, .. } => assert_eq!(line, expected, "{shown}"),
            other => panic!("{other:?} for {shown}"),
        }
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let cases = [
        (format!("v=0\r\ns={}\r\n", "x".repeat(SDP_BYTES_MAX)), SDP_BYTES_MAX),
        (offer(&"m=audio 0 RTP/AVP 0\r\n".repeat(MEDIA_MAX + 1)), MEDIA_MAX),
        (offer(&"b=AS:64\r\n".repeat(LINES_MAX)), LINES_MAX),
        (offer(&format!("m=audio 6000 RTP/AVP{}\r\n", " 0".repeat(FORMATS_MAX + 1))), FORMATS_MAX),
    ];
    for (offer, expected) in cases {
        match answer(offer.as_bytes(), &local()) {
            Err(Refusal::TooLarge { limit, .. }) => assert_eq!(limit, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn bare_newlines_are_read_too() {
    let offer = offer("m=audio 6000 RTP/AVP 0\r\n").replace("\r\n", "\n");
    assert!(answer(offer.as_bytes(), &local()).is_ok());
}

#[test]
fn a_re_offer_that_changes_nothing_gets_the_same_answer() {
    let offer = offer("m=audio 6000 RTP/AVP 0 8\r\n");
    let first = answer(offer.as_bytes(), &local()).unwrap();
    let second = answer_again(offer.as_bytes(), &local(), &first).unwrap();
    assert_eq!(second, first);
}

#[test]
fn the_version_grows_by_one_with_each_change() {
    let steps = ["a=sendrecv", "a=sendonly", "a=sendonly", "a=inactive", "a=sendrecv"];
    let mut last: Option<Negotiated> = None;
    let mut versions = Vec::new();
    for direction in steps {
        let offer = offer(&format!("m=audio 6000 RTP/AVP 0\r\n{direction}\r\n"));
        let now = match &last {
            None => answer(offer.as_bytes(), &local()).unwrap(),
            Some(last) => answer_again(offer.as_bytes(), &local(), last).unwrap(),
        };
        let origin = text(&now).lines().nth(1).unwrap().to_owned();
        versions.push(origin.split(' ').nth(2).unwrap().parse::<u64>().unwrap());
        last = Some(now);
    }
    assert_eq!(versions, [1, 2, 2, 3, 4]);
}

#[test]
fn the_codec_in_use_is_kept_while_it_is_offered() {
    let first = answered("m=audio 6000 RTP/AVP 8\r\n");
    let both = offer("m=audio 6000 RTP/AVP 0 8\r\n");
    let second = answer_again(both.as_bytes(), &local(), &first).unwrap();
    assert_eq!(second.format.send.codec, &PCMA);
    assert!(media(&second).starts_with("m=audio 40000 RTP/AVP 8 0\r\n"));

    let other = offer("m=audio 6000 RTP/AVP 0\r\n");
    let third = answer_again(other.as_bytes(), &local(), &second).unwrap();
    assert_eq!(third.format.send.codec, &PCMU);
}

#[test]
fn a_stream_may_be_closed_and_opened_again() {
    let first = answered("m=audio 6000 RTP/AVP 8\r\n");
    let closed = offer("m=audio 0 RTP/AVP 8\r\n");
    let closed = answer_again(closed.as_bytes(), &local(), &first).unwrap();
    assert_eq!((closed.remote, closed.direction), (None, Direction::Inactive));
    let open = offer("m=audio 6000 RTP/AVP 0 8\r\n");
    let open = answer_again(open.as_bytes(), &local(), &closed).unwrap();
    assert_eq!(open.format.send.codec, &PCMA);
    assert_eq!(open.direction, Direction::SendRecv);
}

#[test]
fn only_configured_codecs_are_spoken() {
    let mut local = local();
    local.codecs = vec![&PCMA];
    local.telephone_event = None;
    let offer = offer("m=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    let negotiated = answer(offer.as_bytes(), &local).unwrap();
    assert!(media(&negotiated).starts_with("m=audio 40000 RTP/AVP 8\r\n"));
}
