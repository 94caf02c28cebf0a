//! re-INVITE and UPDATE: hold, resume, refusal and disorder.
use crate::common::{ANSWER, OFFER, Peer, Server};
use sip::{Event, Rejection};

const HOLD: &str = "v=0\r\nc=IN IP4 0.0.0.0\r\na=sendonly\r\n";
const HELD: &str = "v=0\r\na=recvonly\r\n";

#[tokio::test]
async fn a_call_is_held_and_resumed() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "r@1").await;
    let call = established.call.clone();
    for (cseq, offer, answer) in [(2, HOLD, HELD), (3, OFFER, ANSWER)] {
        let again = peer.request("INVITE", "r@1", cseq).to(&established.to).sdp(offer);
        peer.send(&again.text()).await;
        let reinvited = Event::Reinvited { call: call.clone(), offer: Some(offer.into()) };
        assert_eq!(server.event().await, reinvited);
        server.agent.accept(&call, answer);
        let ok = peer.final_response().await;
        assert_eq!((ok.status(), ok.body()), (200, answer));
        assert_eq!(ok.header("To"), established.to);
        let ack = peer.request("ACK", "r@1", cseq).to(&established.to);
        peer.send(&ack.branch(&format!("ack{cseq}")).text()).await;
        assert_eq!(server.event().await, Event::Acked { call: call.clone(), answer: None });
    }
}

#[tokio::test]
async fn a_refused_reinvite_leaves_the_call() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "r@2").await;
    let again = peer.request("INVITE", "r@2", 2).to(&established.to).sdp(OFFER);
    peer.send(&again.text()).await;
    server.event().await;
    server.agent.reject(&established.call, Rejection::new(488));
    assert_eq!(peer.final_response().await.status(), 488);
    peer.send(&peer.request("ACK", "r@2", 2).to(&established.to).text()).await;
    assert_eq!(server.agent.calls(), 1);
    let bye = peer.request("BYE", "r@2", 3).to(&established.to);
    assert_eq!(peer.ask(bye).await.status(), 200);
}

#[tokio::test]
async fn a_second_offer_waits_for_the_first() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "r@3").await;
    peer.send(&peer.request("INVITE", "r@3", 2).to(&established.to).sdp(OFFER).text()).await;
    server.event().await;
    let early = peer.ask(peer.request("INVITE", "r@3", 3).to(&established.to).sdp(OFFER)).await;
    assert_eq!(early.status(), 500);
    let seconds: u32 = early.header("Retry-After").parse().unwrap();
    assert!((1..=10).contains(&seconds));
    // Answered but not acknowledged: still not the time.
    server.agent.accept(&established.call, ANSWER);
    let update = peer.request("UPDATE", "r@3", 4).to(&established.to).sdp(OFFER);
    peer.send(&update.text()).await;
    let mut response = peer.final_response().await;
    while response.header("CSeq") != "4 UPDATE" {
        response = peer.final_response().await;
    }
    assert_eq!(response.status(), 491);
}

#[tokio::test]
async fn a_number_out_of_order_is_500() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "r@4").await;
    let info = |cseq| peer.request("INFO", "r@4", cseq).to(&established.to);
    assert_eq!(peer.ask(info(9)).await.status(), 200);
    assert_eq!(peer.ask(info(8)).await.status(), 500);
    assert_eq!(peer.ask(info(10)).await.status(), 200);
}

#[tokio::test]
async fn an_update_is_answered_with_or_without_an_offer() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "r@5").await;
    let bare = peer.ask(peer.request("UPDATE", "r@5", 2).to(&established.to)).await;
    assert_eq!((bare.status(), bare.body()), (200, ""));
    peer.send(&peer.request("UPDATE", "r@5", 3).to(&established.to).sdp(HOLD).text()).await;
    let call = established.call;
    let reinvited = Event::Reinvited { call: call.clone(), offer: Some(HOLD.into()) };
    assert_eq!(server.event().await, reinvited);
    server.agent.accept(&call, HELD);
    let ok = peer.final_response().await;
    assert_eq!((ok.status(), ok.body(), ok.header("CSeq")), (200, HELD, "3 UPDATE".into()));
}
