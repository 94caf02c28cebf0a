//! Extensions that are required and methods that are not offered.
use crate::common::{OFFER, Peer, Server};

#[tokio::test]
async fn an_unknown_extension_is_420() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let invite = peer.request("INVITE", "q@1", 1).sdp(OFFER).header("Require: 100rel, timer");
    let refusal = peer.ask(invite).await;
    assert_eq!(refusal.first_line(), "SIP/2.0 420 Bad Extension");
    assert_eq!(refusal.header("Unsupported"), "100rel, timer");
    assert_eq!(server.agent.calls(), 0);
}

#[tokio::test]
async fn what_is_only_supported_does_no_harm() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let invite = peer.request("INVITE", "q@2", 1).sdp(OFFER).header("Supported: timer, 100rel");
    peer.send(&invite.header("Session-Expires: 90").text()).await;
    server.invited().await;
}

#[tokio::test]
async fn known_methods_that_are_not_offered_are_405() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    for method in ["REGISTER", "MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "PRACK"] {
        let refusal = peer.ask(peer.request(method, &format!("q@{method}"), 1)).await;
        assert_eq!(refusal.status(), 405, "{method}");
        assert!(refusal.header("Allow").starts_with("INVITE, ACK, BYE"));
    }
}
