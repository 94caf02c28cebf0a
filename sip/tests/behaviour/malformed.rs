//! Requests that are wrong, each with its status.
use crate::common::{OFFER, Peer, Server};

/// Sends what `change` makes of a good request and takes the status line.
async fn first_line(change: impl FnOnce(String) -> String) -> String {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let good = peer.request("INVITE", "m@1", 1).sdp(OFFER).text();
    peer.send(&change(good)).await;
    let response = peer.receive().await;
    assert_eq!(server.agent.calls(), 0);
    response.first_line().to_owned()
}

#[tokio::test]
async fn each_fault_has_its_status() {
    type Change = fn(String) -> String;
    let table: &[(&str, Change)] = &[
        ("SIP/2.0 505 Version Not Supported", |t| t.replacen("SIP/2.0\r\n", "SIP/7.0\r\n", 1)),
        ("SIP/2.0 400 Bad Request - Malformed Request-Line", |t| {
            t.replacen("INVITE ", "INVITE  ", 1)
        }),
        ("SIP/2.0 400 Bad Request - CSeq Names Another Method", |t| t.replace("1 INVITE", "1 BYE")),
        ("SIP/2.0 400 Bad Request - Malformed CSeq", |t| {
            t.replace("1 INVITE", "4294967296 INVITE")
        }),
        ("SIP/2.0 400 Bad Request - From Without Tag", |t| t.replace(";tag=ann", "")),
        ("SIP/2.0 400 Bad Request - Malformed Content-Length", |t| {
            t.replace("Content-Length: ", "Content-Length: -")
        }),
        ("SIP/2.0 413 Request Entity Too Large", |t| {
            t.replace("Length: ", "Length: 1000000000000")
        }),
        ("SIP/2.0 413 Request Entity Too Large", |t| {
            t.replace("Length: ", "Length: 99999999999999999999999999")
        }),
        ("SIP/2.0 400 Bad Request - Body Shorter Than Content-Length", |t| t[..t.len() - 1].into()),
        ("SIP/2.0 400 Bad Request - Message Cut Short", |t| {
            t[..t.find("Contact").unwrap() + 3].into()
        }),
        ("SIP/2.0 400 Bad Request - Two Call-ID Header Fields", |t| {
            t.replacen("CSeq:", "i: other\r\nCSeq:", 1)
        }),
        ("SIP/2.0 400 Bad Request - Malformed Max-Forwards", |t| t.replace(": 70", ": 300")),
        ("SIP/2.0 400 Bad Request - Malformed Call-ID", |t| t.replace("ID: m@1", "ID: m\u{7}1")),
        ("SIP/2.0 400 Bad Request - Malformed Call-ID", |t| {
            t.replace("ID: m@1", &format!("ID: {}", "m".repeat(257)))
        }),
        ("SIP/2.0 400 Bad Request - Malformed Tag", |t| t.replace("tag=ann", "tag=a\u{1b}nn")),
        ("SIP/2.0 400 Bad Request - Malformed Tag", |t| {
            t.replace("tag=ann", &format!("tag={}", "a".repeat(257)))
        }),
        ("SIP/2.0 416 Unsupported URI Scheme", |t| t.replacen("sip:ms@127.0.0.1", "http:x", 1)),
        ("SIP/2.0 501 Not Implemented", |t| t.replace("INVITE", "DANCE")),
        ("SIP/2.0 501 Not Implemented", |t| t.replace("INVITE", "invite")),
    ];
    for (expected, change) in table {
        assert_eq!(first_line(*change).await, *expected);
    }
}

#[tokio::test]
async fn a_call_id_that_is_no_utf_8_is_400() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let mut bytes = peer.request("INVITE", "m@8", 1).sdp(OFFER).text().into_bytes();
    let at = bytes.windows(4).position(|four| four == b"m@8\r").unwrap();
    bytes[at] = 0xff;
    peer.send_bytes(&bytes).await;
    assert_eq!(peer.receive().await.status(), 400);
}

#[tokio::test]
async fn a_semicolon_in_a_call_id_is_legal() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let call = server.answered_call(&peer, "m;9;x").await;
    let mut parts = call.call.connection_id().rsplitn(3, ';').skip(1);
    assert_eq!((parts.next(), parts.next()), (Some("ann"), Some("m;9;x")));
    let bye = peer.request("BYE", "m;9;x", 2).to(&call.to);
    assert_eq!(peer.ask(bye).await.status(), 200);
}

#[tokio::test]
async fn an_invite_without_contact_is_400() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let text = peer.request("INVITE", "m@2", 1).sdp(OFFER).text();
    peer.send(&text.replace("Contact: ", "X-Contact: ")).await;
    assert_eq!(peer.final_response().await.status(), 400);
}

#[tokio::test]
async fn another_body_than_sdp_is_415_with_accept() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let strange = peer.request("INVITE", "m@3", 1).body("text/html", "<p>");
    let response = peer.ask(strange).await;
    assert_eq!((response.status(), response.header("Accept")), (415, "application/sdp".into()));
    let packed = peer.request("INVITE", "m@4", 1).sdp(OFFER).header("Content-Encoding: gzip");
    let response = peer.ask(packed).await;
    assert_eq!((response.status(), response.header("Accept-Encoding")), (415, "identity".into()));
}

#[tokio::test]
async fn what_cannot_be_answered_is_dropped() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let good = peer.request("OPTIONS", "m@5", 1).text();
    for missing in ["Via", "From", "To", "Call-ID", "CSeq"] {
        peer.send(&good.replace(&format!("\n{missing}:"), "\nX:")).await;
    }
    peer.send_bytes(b"").await;
    peer.send_bytes(b"\r\n\r\n").await;
    peer.send_bytes(b"\xff\xfe\x00\r\n\r\n").await;
    peer.send("SIP/2.0 200 OK\r\n\r\n").await;
    peer.send("SIP/2.0 999999 \r\nVia: x\r\n\r\n").await;
    peer.hears_nothing("m-quiet").await;
}

#[tokio::test]
async fn compact_folded_and_lower_case_headers_are_understood() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let text = peer.request("INVITE", "m@6", 1).sdp(OFFER).text();
    let text = text
        .replace("Via: ", "v :  ")
        .replace("From: \"Ann\" ", "f: \"Ann\"\r\n  ")
        .replace("\nTo: ", "\nt: ")
        .replace("Call-ID", "i")
        .replace("CSeq", "cseq")
        .replace("Content-Type", "c")
        .replace("Content-Length", "L");
    peer.send(&text).await;
    let invitation = server.invited().await;
    assert_eq!(invitation.offer.as_deref(), Some(OFFER.as_bytes()));
    assert_eq!(invitation.from, "sip:ann@127.0.0.1");
}

#[tokio::test]
async fn empty_lines_before_a_request_are_ignored() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&format!("\r\n\r\n{}", peer.request("OPTIONS", "m@7", 1).text())).await;
    assert_eq!(peer.receive().await.status(), 200);
}
