//! Requests within dialogs that do not exist.
use crate::common::{OFFER, Peer, Server};

#[tokio::test]
async fn a_request_in_an_unknown_dialog_is_481() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let stranger = "<sip:ms@127.0.0.1>;tag=nobody";
    for method in ["BYE", "INVITE", "INFO", "UPDATE", "OPTIONS"] {
        let request = peer.request(method, &format!("u@{method}"), 1).to(stranger);
        assert_eq!(peer.ask(request).await.status(), 481, "{method}");
    }
    for method in ["BYE", "INFO", "UPDATE"] {
        let request = peer.request(method, &format!("u@out{method}"), 1);
        assert_eq!(peer.ask(request).await.status(), 481, "{method} outside");
    }
}

#[tokio::test]
async fn an_ack_in_an_unknown_dialog_is_not_answered() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let ack = peer.request("ACK", "u@2", 1).to("<sip:ms@127.0.0.1>;tag=nobody");
    peer.send(&ack.text()).await;
    peer.send(&peer.request("ACK", "u@3", 1).sdp(OFFER).text()).await;
    peer.hears_nothing("u-quiet").await;
}

#[tokio::test]
async fn the_tags_must_match() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "u@4").await;
    let mut bye = peer.request("BYE", "u@4", 2).to(&established.to);
    bye.from = bye.from.replace("tag=ann", "tag=eve");
    assert_eq!(peer.ask(bye).await.status(), 481);
    assert_eq!(server.agent.calls(), 1);
}
