//! What comes twice is answered twice and done once.
use std::time::Duration;

use crate::common::{ANSWER, OFFER, Peer, Server};

#[tokio::test]
async fn a_repeated_invite_gets_the_same_200_again() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let invite = peer.request("INVITE", "t@1", 1).sdp(OFFER).text();
    peer.send(&invite).await;
    assert_eq!(peer.receive().await.status(), 100);
    peer.send(&invite).await;
    assert_eq!(peer.receive().await.status(), 100);
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    let ok = peer.receive().await;
    peer.send(&invite).await;
    assert_eq!(peer.receive().await, ok);
    assert_eq!(server.agent.calls(), 1);
    // Acknowledged, it is not answered any more.
    let ack = peer.request("ACK", "t@1", 1).to(&ok.header("To")).branch("x");
    peer.send(&ack.text()).await;
    server.event().await;
    peer.send(&invite).await;
    let mut next = peer.ask(peer.request("OPTIONS", "t-quiet", 1)).await;
    // The 200 may have been repeated by its timer before the ACK came, never after it.
    while next == ok {
        next = peer.receive().await;
    }
    assert_eq!(next.header("CSeq"), "1 OPTIONS");
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn an_unanswered_200_is_repeated() {
    let mut server = Server::with(|config| config.timers.t1 = Duration::from_millis(10)).await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "t@2", 1).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    let ok = peer.final_response().await;
    for _ in 0..3 {
        assert_eq!(peer.receive().await, ok);
    }
}

#[tokio::test]
async fn the_same_invite_over_another_way_is_482() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let invite = peer.request("INVITE", "t@3", 1).sdp(OFFER);
    peer.send(&invite.text()).await;
    server.invited().await;
    assert_eq!(peer.ask(invite.branch("other")).await.status(), 482);
    assert_eq!(server.agent.calls(), 1);
}

#[tokio::test]
async fn a_branch_without_cookie_names_a_transaction_with_the_rest_of_the_request() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let old = |call_id| peer.request("OPTIONS", call_id, 1).text().replace("z9hG4bK", "");
    peer.send(&old("t@4").replace("branch=t@41", "branch=1")).await;
    let first = peer.receive().await;
    peer.send(&old("t@4").replace("branch=t@41", "branch=1")).await;
    assert_eq!(peer.receive().await, first);
    peer.send(&old("t@5").replace("branch=t@51", "branch=1")).await;
    assert_eq!(peer.receive().await.header("Call-ID"), "t@5");
}
