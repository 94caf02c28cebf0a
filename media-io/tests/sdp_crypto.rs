//! Keys in SDP (RFC 4568): what is offered, answered and refused.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{IpAddr, Ipv4Addr};

use media_io::sdp::{
    LocalMedia, Negotiated, Refusal, Security, accept_answer, answer, answer_again, offer,
    offer_again,
};
use media_io::srtp::{Keyring, SUITES, Suite};

/// Key and salt of 30 bytes.
const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
/// Another one.
const OTHER: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVr";

const PLAIN: &str = "m=audio 6000 RTP/AVP 0\r\n";
const SECURED: &str = "m=audio 6000 RTP/SAVP 0\r\n";

fn end(host: u8, security: Security, fill: u8) -> LocalMedia {
    LocalMedia {
        security,
        keyring: Keyring::draw(|secret| secret.fill(fill)),
        ..LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), 40_000, 1)
    }
}

fn local(security: Security) -> LocalMedia {
    end(1, security, 1)
}

fn sdp(media: &str) -> String {
    sdp_of("198.51.100.7", media)
}

fn sdp_of(host: &str, media: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n{media}")
}

fn crypto(value: &str) -> String {
    format!("a=crypto:{value}\r\n")
}

fn answered(security: Security, media: &str) -> Result<Negotiated, Refusal> {
    answer(sdp(media).as_bytes(), &local(security))
}

fn text(negotiated: &Negotiated) -> String {
    String::from_utf8(negotiated.sdp.clone()).unwrap()
}

#[test]
fn the_first_line_that_we_can_do_is_answered_under_its_tag() {
    let lines = [
        crypto(&format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}")),
        crypto(&format!("2 AES_CM_128_HMAC_SHA1_32 inline:{KEY}")),
        crypto(&format!("3 AES_CM_128_HMAC_SHA1_80 inline:{KEY}")),
    ];
    let agreed = answered(Security::Optional, &(SECURED.to_owned() + &lines.concat())).unwrap();
    let text = text(&agreed);
    assert_eq!(text.matches("a=crypto:").count(), 1, "{text}");
    assert!(text.contains("a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:AQEB"), "{text}");
    assert_eq!(agreed.keys.unwrap().theirs.suite(), Suite::AesCm128HmacSha1_32);
}

#[test]
fn every_suite_can_be_agreed_on() {
    for suite in SUITES {
        let (caller, server) = (end(7, Security::Required, 2), local(Security::Required));
        let only = LocalMedia { keyring: Keyring::draw(|secret| secret.fill(2)), ..caller };
        let ours = offer(&only).unwrap();
        let offered = String::from_utf8(ours.sdp.clone()).unwrap();
        let wanted: String = offered
            .split_inclusive("\r\n")
            .filter(|line| {
                !line.contains("a=crypto:") || line.contains(&format!(" {} ", suite.name()))
            })
            .collect();
        let at_server = answer(wanted.as_bytes(), &server).unwrap();
        let at_caller = accept_answer(ours, &at_server.sdp, &only).unwrap();
        let (server, caller) = (at_server.keys.unwrap(), at_caller.keys.unwrap());
        assert_eq!(server.ours.suite(), suite);
        assert_eq!(server.ours.secret(), caller.theirs.secret());
        assert_eq!(server.theirs.secret(), caller.ours.secret());
    }
}

#[test]
fn lifetime_name_and_harmless_parameters_are_understood() {
    for tail in
        ["|2^20", "|1000", "|2^20|1:4", "|1:1", " WSH=128", " KDR=0", " -X=1", "|2^48 WSH=64"]
    {
        let line = crypto(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}{tail}"));
        let agreed = answered(Security::Required, &(SECURED.to_owned() + &line));
        assert!(agreed.is_ok_and(|agreed| agreed.keys.is_some()), "{tail}");
    }
}

#[test]
fn lines_that_ask_for_more_or_make_no_sense_are_passed_over() {
    let values = [
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNAUTHENTICATED_SRTP"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTCP"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} KDR=1"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4;inline:{OTHER}|2^20|2:4"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|0"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^64"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|300:1"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:128"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4|x"),
        format!("1 AES_CM_128_HMAC_SHA1_80 uri:{KEY}"),
        format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
        format!("1234567890 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
        format!("1 AES_256_CM_HMAC_SHA1_80 inline:{KEY}"),
        "1 AES_CM_128_HMAC_SHA1_80 inline:WVNf".to_owned(),
        "1 AES_CM_128_HMAC_SHA1_80 inline:".to_owned(),
        "1 AES_CM_128_HMAC_SHA1_80".to_owned(),
        "1".to_owned(),
    ];
    for value in values {
        let line = crypto(&value);
        let plain = answered(Security::Optional, &(PLAIN.to_owned() + &line)).unwrap();
        assert_eq!(plain.keys, None, "{value}");
        let refused = answered(Security::Optional, &(SECURED.to_owned() + &line)).unwrap_err();
        assert_eq!(refused.status(), 488, "{value}");
        assert!(!refused.to_string().contains("WVNf"), "a key is printed: {refused}");
    }
}

#[test]
fn a_policy_that_cannot_be_met_is_refused_with_its_reason() {
    let line = crypto(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"));
    let secured = SECURED.to_owned() + &line;
    assert_eq!(answered(Security::Plain, &secured).unwrap_err(), Refusal::Secured);
    assert_eq!(answered(Security::Required, PLAIN).unwrap_err(), Refusal::Unsecured);
    assert_eq!(answered(Security::Required, SECURED).unwrap_err(), Refusal::Unsecured);
    let unknown = SECURED.to_owned() + &crypto(&format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"));
    let refusal = answered(Security::Optional, &unknown).unwrap_err();
    assert_eq!(refusal, Refusal::NoCommonCrypto { offered: "F8_128_HMAC_SHA1_80".to_owned() });
    assert_eq!(refusal.warning(), Some(306));
    for feedback in ["RTP/SAVPF", "RTP/AVPF", "UDP/TLS/RTP/SAVPF"] {
        let media = format!("m=audio 6000 {feedback} 0\r\n{line}");
        let refusal = answered(Security::Optional, &media).unwrap_err();
        assert_eq!(refusal, Refusal::Transport { proto: feedback.to_owned() });
    }
}

#[test]
fn of_a_secured_and_a_plain_stream_the_first_usable_one_is_taken() {
    let line = crypto(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"));
    let both = format!("{SECURED}{line}m=audio 6002 RTP/AVP 0\r\n");
    assert!(answered(Security::Optional, &both).unwrap().keys.is_some());
    let plain = answered(Security::Plain, &both).unwrap();
    assert_eq!((plain.keys, plain.remote.unwrap().rtp.port()), (None, 6_002));
}

#[test]
fn our_key_stays_while_the_peer_keeps_its_key_or_its_address() {
    let offer = |host, key| {
        let line = crypto(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}"));
        sdp_of(host, &(SECURED.to_owned() + &line))
    };
    let (here, there) = ("198.51.100.7", "198.51.100.8");
    let first = answer(offer(here, KEY).as_bytes(), &local(Security::Optional)).unwrap();
    let later = end(1, Security::Optional, 9);
    let ours = first.keys.as_ref().unwrap().ours.clone();
    for (host, key, stays) in
        [(here, KEY, true), (here, OTHER, true), (there, KEY, true), (there, OTHER, false)]
    {
        let again = answer_again(offer(host, key).as_bytes(), &later, &first).unwrap();
        let keys = again.keys.unwrap();
        assert_eq!(keys.ours == ours, stays, "{host} {key}");
        assert_eq!(again.sdp == first.sdp, stays);
    }
}

#[test]
fn an_offer_of_ours_is_answered_with_one_of_its_keys_or_in_the_clear() {
    let ours = local(Security::Optional);
    let caller = end(7, Security::Optional, 2);
    let first = offer(&ours).unwrap();
    let text = String::from_utf8(first.sdp.clone()).unwrap();
    assert!(text.contains("RTP/AVP ") && text.matches("a=crypto:").count() == SUITES.len());
    let at_caller = answer(&first.sdp, &caller).unwrap();
    let agreed = accept_answer(first.clone(), &at_caller.sdp, &ours).unwrap();
    assert_eq!(
        agreed.keys.as_ref().unwrap().theirs.secret(),
        at_caller.keys.unwrap().ours.secret()
    );
    let again = offer_again(&end(1, Security::Optional, 9), &agreed).unwrap();
    let again = String::from_utf8(again.sdp).unwrap();
    let used = text.lines().find(|line| line.starts_with("a=crypto:1 ")).unwrap();
    assert!(again.contains(used), "the key in use is offered again: {again}");
    let clear = answer(&first.sdp, &end(7, Security::Plain, 2)).unwrap();
    assert_eq!(accept_answer(first, &clear.sdp, &ours).unwrap().keys, None);
}

#[test]
fn an_answer_with_a_key_that_was_not_asked_for_ends_the_call() {
    let ours = local(Security::Required);
    let first = offer(&ours).unwrap();
    for (media, line) in [
        (SECURED, format!("7 AES_CM_128_HMAC_SHA1_80 inline:{KEY}")),
        (SECURED, format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}")),
        (PLAIN, String::new()),
    ] {
        let answer = sdp(&(media.to_owned() + &crypto(&line)));
        assert!(accept_answer(first.clone(), answer.as_bytes(), &ours).is_err(), "{line}");
    }
}

#[test]
fn no_key_is_printed() {
    let line = crypto(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"));
    let agreed = answered(Security::Optional, &(SECURED.to_owned() + &line)).unwrap();
    let ours = offer(&local(Security::Optional)).unwrap();
    // The first is full of ones, in base64 and as a list of numbers.
    for text in
        [format!("{agreed:?}"), format!("{ours:?}"), format!("{:?}", local(Security::Optional))]
    {
        assert!(
            !text.contains("AQEB") && !text.contains("1, 1, 1") && !text.contains("inline"),
            "{text}"
        );
    }
}
