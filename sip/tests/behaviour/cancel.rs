//! CANCEL before and after the answer.
use crate::common::{ANSWER, OFFER, Peer, Server};
use sip::{EndReason, Event};

#[tokio::test]
async fn a_cancelled_call_ends_with_487_and_one_event() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "c@1", 1).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    server.agent.ring(&call);
    peer.send(&peer.request("CANCEL", "c@1", 1).text()).await;
    let ok = peer.final_response().await;
    assert_eq!((ok.status(), ok.header("CSeq")), (200, "1 CANCEL".into()));
    let terminated = peer.final_response().await;
    assert_eq!((terminated.status(), terminated.header("CSeq")), (487, "1 INVITE".into()));
    assert_eq!(terminated.header("To"), ok.header("To"));
    peer.send(&peer.request("ACK", "c@1", 1).to(&ok.header("To")).text()).await;
    assert_eq!(server.event().await, Event::Cancelled { call: call.clone() });
    // An answer that comes too late is ignored.
    server.agent.accept(&call, ANSWER);
    peer.hears_nothing("c-quiet-1").await;
    assert_eq!(server.agent.calls(), 0);
}

#[tokio::test]
async fn a_cancel_after_the_answer_changes_nothing() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "c@2").await;
    let ok = peer.ask(peer.request("CANCEL", "c@2", 1)).await;
    assert_eq!((ok.status(), ok.header("To")), (200, established.to.clone()));
    let bye = peer.request("BYE", "c@2", 2).to(&established.to);
    assert_eq!(peer.ask(bye).await.status(), 200);
    let ended = Event::Ended { call: established.call, reason: EndReason::Bye };
    assert_eq!(server.event().await, ended);
}

#[tokio::test]
async fn a_cancel_for_nothing_is_481() {
    let server = Server::start().await;
    let peer = Peer::of(&server).await;
    assert_eq!(peer.ask(peer.request("CANCEL", "c@3", 1)).await.status(), 481);
}

#[tokio::test]
async fn a_cancelled_reinvite_leaves_the_call() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "c@4").await;
    peer.send(&peer.request("INVITE", "c@4", 2).to(&established.to).sdp(OFFER).text()).await;
    let call = established.call.clone();
    let reinvited = Event::Reinvited { call: call.clone(), offer: Some(OFFER.into()) };
    assert_eq!(server.event().await, reinvited);
    peer.send(&peer.request("CANCEL", "c@4", 2).to(&established.to).text()).await;
    assert_eq!(peer.final_response().await.header("CSeq"), "2 CANCEL");
    assert_eq!(peer.final_response().await.first_line(), "SIP/2.0 487 Request Terminated");
    assert_eq!(server.event().await, Event::Withdrawn { call });
    assert_eq!(server.agent.calls(), 1);
}
