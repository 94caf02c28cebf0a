//! INFO within a call: a sign of life at most.
use crate::common::{OFFER, Peer, Server};

#[tokio::test]
async fn an_info_without_a_body_is_200() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "n@1").await;
    let info = peer.ask(peer.request("INFO", "n@1", 2).to(&established.to)).await;
    assert_eq!((info.status(), info.body()), (200, ""));
}

#[tokio::test]
async fn an_info_with_a_body_is_415_and_no_type_would_do() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "n@2").await;
    let bodies = [
        ("application/mscp+xml", "<mscp/>"),
        ("application/dtmf-relay", "Signal=5\r\n"),
        ("application/sdp", OFFER),
    ];
    for ((content_type, body), cseq) in bodies.into_iter().zip(2..) {
        let info = peer.request("INFO", "n@2", cseq).to(&established.to);
        let refused = peer.ask(info.body(content_type, body)).await;
        assert_eq!((refused.status(), refused.header("Accept")), (415, String::new()));
        assert_eq!(refused.header("CSeq"), format!("{cseq} INFO"));
    }
    // The call goes on.
    let bye = peer.request("BYE", "n@2", 9).to(&established.to);
    assert_eq!(peer.ask(bye).await.status(), 200);
}

#[tokio::test]
async fn a_body_that_need_not_be_understood_is_not_looked_at() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "n@3").await;
    let info = peer.request("INFO", "n@3", 2).to(&established.to);
    let info = info.body("text/plain", "x").header("Content-Disposition: x; handling=optional");
    assert_eq!(peer.ask(info).await.status(), 200);
}

#[tokio::test]
async fn an_info_with_a_body_in_no_call_is_481() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let info = peer.request("INFO", "n@4", 2).to("<sip:ms@127.0.0.1>;tag=none");
    assert_eq!(peer.ask(info.body("text/plain", "x")).await.status(), 481);
}
