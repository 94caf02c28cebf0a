//! The MSCP transport channel as the draft (7.2.1) prints it, and as other peers write it.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{IpAddr, Ipv4Addr};

use media_io::sdp::Refusal;
use media_io::sdp::channel::{ChannelAnswer, LocalChannel, answer_channel, is_channel_offer};
use proptest::prelude::*;

/// Byte for byte from the draft, with its two slips.
const DRAFT: &str = "v=0\r\n\
    o=as 53655765 53655765 IN IP4 192.168.1.1\r\n\
    s=Example\r\n\
    c=IN 192.168.1.1\r\n\
    m=application 9 TCP/MS\r\n\
    a=setup:active\r\n\
    a=connection:new\r\n";

fn local() -> LocalChannel {
    LocalChannel {
        ip: IpAddr::V4(Ipv4Addr::new(192, 168, 1, 2)),
        port: 32_416,
        session_id: 1_435_262,
        version: 1_435_262,
        connected: false,
    }
}

fn offer(media: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 192.168.1.1\r\ns=-\r\nc=IN IP4 192.168.1.1\r\nt=0 0\r\n{media}")
}

fn media(answer: &ChannelAnswer) -> String {
    let text = String::from_utf8(answer.sdp.clone()).unwrap();
    text[text.find("m=").unwrap()..].to_owned()
}

#[test]
fn the_offer_of_the_draft_is_answered_as_in_the_draft() {
    assert!(is_channel_offer(DRAFT.as_bytes()));
    let answer = answer_channel(DRAFT.as_bytes(), &local()).unwrap();
    assert_eq!(
        String::from_utf8(answer.sdp).unwrap(),
        "v=0\r\n\
         o=- 1435262 1435262 IN IP4 192.168.1.2\r\n\
         s=-\r\n\
         c=IN IP4 192.168.1.2\r\n\
         t=0 0\r\n\
         m=application 32416 TCP/MS\r\n\
         a=setup:passive\r\n\
         a=connection:new\r\n"
    );
    assert!(!answer.kept);
}

#[test]
fn a_format_list_is_answered_where_one_is_offered() {
    let offer = offer("m=application 9 TCP/MS *\r\na=setup:active\r\na=connection:new\r\n");
    let answer = answer_channel(offer.as_bytes(), &local()).unwrap();
    assert_eq!(
        media(&answer),
        "m=application 32416 TCP/MS *\r\na=setup:passive\r\na=connection:new\r\n"
    );
}

#[test]
fn bare_newlines_and_ipv6_are_read() {
    let offer = DRAFT.replace("\r\n", "\n").replace("c=IN 192.168.1.1", "c=IN 2001:db8::1");
    assert!(is_channel_offer(offer.as_bytes()));
    assert!(answer_channel(offer.as_bytes(), &local()).is_ok());
}

#[test]
fn an_offer_that_leaves_the_attributes_out_means_active_and_new() {
    let answer = answer_channel(offer("m=application 9 TCP/MS *\r\n").as_bytes(), &local());
    assert_eq!(
        media(&answer.unwrap()),
        "m=application 32416 TCP/MS *\r\na=setup:passive\r\na=connection:new\r\n"
    );
}

#[test]
fn a_standing_connection_is_kept_when_both_want_it() {
    let lines = "m=application 9 TCP/MS *\r\na=setup:actpass\r\na=connection:";
    for (wish, connected, kept) in
        [("existing", true, true), ("existing", false, false), ("new", true, false)]
    {
        let local = LocalChannel { connected, ..local() };
        let answer = answer_channel(offer(&format!("{lines}{wish}\r\n")).as_bytes(), &local);
        let answer = answer.unwrap();
        assert_eq!(answer.kept, kept);
        let line = if kept { "a=connection:existing\r\n" } else { "a=connection:new\r\n" };
        assert!(media(&answer).ends_with(line));
    }
}

#[test]
fn we_do_not_connect_to_the_application_server() {
    for setup in ["passive", "holdconn", "sideways"] {
        let offer = offer(&format!("m=application 9 TCP/MS *\r\na=setup:{setup}\r\n"));
        let refusal = answer_channel(offer.as_bytes(), &local()).unwrap_err();
        assert_eq!((refusal.status(), refusal.warning()), (488, Some(399)));
        assert!(refusal.to_string().contains(&format!("a=setup:{setup}")));
    }
}

#[test]
fn other_media_are_rejected_in_their_place() {
    let offer =
        offer("m=audio 6000 RTP/AVP 0\r\nm=application 9 TCP/MS\r\nm=application 9 TCP/MS\r\n");
    let answer = answer_channel(offer.as_bytes(), &local()).unwrap();
    assert!(media(&answer).starts_with("m=audio 0 RTP/AVP 0\r\nm=application 32416 TCP/MS\r\n"));
    assert_eq!(media(&answer).matches("m=").count(), 3);
}

#[test]
fn offers_of_calls_are_no_channels() {
    for media in ["", "m=audio 6000 RTP/AVP 0\r\n", "m=application 9 TCP/BFCP *\r\n"] {
        assert!(!is_channel_offer(offer(media).as_bytes()), "{media}");
        let refusal = answer_channel(offer(media).as_bytes(), &local());
        assert!(matches!(refusal, Err(Refusal::Channel { .. })), "{media}");
    }
}

#[test]
fn line_numbers_stay_true_after_the_repair() {
    let offer = format!("{DRAFT}nonsense\r\n");
    let refusal = answer_channel(offer.as_bytes(), &local());
    assert!(matches!(refusal, Err(Refusal::Malformed { line: 8, .. })), "{refusal:?}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        head in 0..DRAFT.len(),
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut offer = DRAFT.as_bytes()[..head].to_vec();
        offer.extend(bytes);
        let _ = is_channel_offer(&offer);
        let _ = answer_channel(&offer, &local());
    }
}
