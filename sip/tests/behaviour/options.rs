//! OPTIONS, and what a full or draining server says.
use crate::common::{ANSWER, OFFER, Peer, Server};
use sip::{Availability, Refused};

#[tokio::test]
async fn options_tells_what_is_understood() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    let ok = peer.ask(peer.request("OPTIONS", "p@1", 1)).await;
    assert_eq!(ok.status(), 200);
    assert_eq!(ok.header("Allow"), "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE");
    assert_eq!(ok.header("Accept"), "application/sdp");
    assert!(ok.find("Supported").is_some());
    assert!(ok.header("To").contains(";tag="));
}

#[tokio::test]
async fn a_full_server_is_busy_and_a_draining_one_unavailable() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    for (n, (availability, status)) in
        [(Availability::Full, 486), (Availability::Draining, 503)].into_iter().enumerate()
    {
        server.agent.set_availability(availability);
        let options = peer.ask(peer.request("OPTIONS", &format!("p@2{n}"), 1)).await;
        assert_eq!(options.status(), status);
        let invite = peer.ask(peer.request("INVITE", &format!("p@3{n}"), 1).sdp(OFFER)).await;
        assert_eq!(invite.status(), status);
        assert_eq!(invite.find("Retry-After").is_some(), status == 503);
        assert_eq!(server.agent.refused(), Refused { busy: n as u64 + 1, ..Refused::default() });
        let ack = peer.request("ACK", &format!("p@3{n}"), 1).to(&invite.header("To"));
        peer.send(&ack.text()).await;
    }
    server.agent.set_availability(Availability::Open);
    peer.send(&peer.request("INVITE", "p@4", 1).sdp(OFFER).text()).await;
    server.invited().await;
}

#[tokio::test]
async fn the_limit_of_calls_holds() {
    let mut server = Server::with(|config| config.limits.calls = 1).await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "p@5").await;
    let invite = peer.ask(peer.request("INVITE", "p@6", 1).sdp(OFFER)).await;
    assert_eq!(invite.status(), 486);
    peer.send(&peer.request("ACK", "p@6", 1).to(&invite.header("To")).text()).await;
    peer.ask(peer.request("BYE", "p@5", 2).to(&established.to)).await;
    server.event().await;
    peer.send(&peer.request("INVITE", "p@7", 1).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    assert_eq!(peer.final_response().await.status(), 200);
}
