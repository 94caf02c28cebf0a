//! Hold in all its spellings: nothing is sent to a peer that does not want to hear.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{IpAddr, Ipv4Addr};

use media_io::leg::Direction;
use media_io::sdp::{LocalMedia, Negotiated, answer, answer_again};

fn local() -> LocalMedia {
    LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000, 1)
}

fn offer(address: &str, session: &str, media: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n{session}\
         m=audio 6000 RTP/AVP 0\r\n{media}"
    )
}

fn direction(address: &str, session: &str, media: &str) -> (Direction, String) {
    let negotiated = answer(offer(address, session, media).as_bytes(), &local()).unwrap();
    (negotiated.direction, last_line(&negotiated))
}

fn last_line(negotiated: &Negotiated) -> String {
    let text = std::str::from_utf8(&negotiated.sdp).unwrap();
    text.lines().last().unwrap().to_owned()
}

#[test]
fn a_direction_is_turned_round() {
    for (theirs, ours, line) in [
        ("", Direction::SendRecv, "a=sendrecv"),
        ("a=sendrecv\r\n", Direction::SendRecv, "a=sendrecv"),
        ("a=sendonly\r\n", Direction::RecvOnly, "a=recvonly"),
        ("a=recvonly\r\n", Direction::SendOnly, "a=sendonly"),
        ("a=inactive\r\n", Direction::Inactive, "a=inactive"),
    ] {
        let expected = (ours, line.to_owned());
        assert_eq!(direction("198.51.100.7", "", theirs), expected, "in the medium: {theirs}");
        assert_eq!(direction("198.51.100.7", theirs, ""), expected, "in the session: {theirs}");
    }
}

#[test]
fn the_direction_of_the_medium_wins() {
    let (ours, _) = direction("198.51.100.7", "a=inactive\r\n", "a=sendrecv\r\n");
    assert_eq!(ours, Direction::SendRecv);
}

#[test]
fn an_unspecified_address_is_the_hold_of_old_phones() {
    for (theirs, ours) in [
        ("", Direction::RecvOnly),
        ("a=sendonly\r\n", Direction::RecvOnly),
        ("a=recvonly\r\n", Direction::Inactive),
        ("a=inactive\r\n", Direction::Inactive),
    ] {
        assert_eq!(direction("0.0.0.0", "", theirs).0, ours, "{theirs}");
    }
}

#[test]
fn a_held_call_comes_back_as_it_was() {
    let talk = offer("198.51.100.7", "", "");
    let before = answer(talk.as_bytes(), &local()).unwrap();
    for hold in [
        offer("198.51.100.7", "", "a=sendonly\r\n"),
        offer("198.51.100.7", "", "a=inactive\r\n"),
        offer("0.0.0.0", "", ""),
    ] {
        let held = answer_again(hold.as_bytes(), &local(), &before).unwrap();
        assert!(!held.direction.sends());
        assert_eq!(held.format, before.format);
        let after = answer_again(talk.as_bytes(), &local(), &held).unwrap();
        assert_eq!(after.direction, Direction::SendRecv);
        assert_eq!((after.format, after.remote), (before.format, before.remote));
    }
}
