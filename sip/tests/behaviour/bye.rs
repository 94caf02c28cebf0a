//! BYE both ways.
use crate::common::{ANSWER, OFFER, Peer, Server};
use sip::{EndReason, Event};

#[tokio::test]
async fn the_peer_says_bye() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "b@1").await;
    let bye = peer.request("BYE", "b@1", 2).to(&established.to);
    assert_eq!(peer.ask(bye.clone()).await.status(), 200);
    let ended = Event::Ended { call: established.call, reason: EndReason::Bye };
    assert_eq!(server.event().await, ended);
    server.no_calls().await;
    // The same BYE again gets the same answer, a new one finds no dialog.
    assert_eq!(peer.ask(bye.clone()).await.status(), 200);
    assert_eq!(peer.ask(bye.branch("other")).await.status(), 481);
}

#[tokio::test]
async fn the_server_says_bye() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "b@2").await;
    server.agent.bye(&established.call, Some("Q.850;cause=16"));
    let bye = peer.receive().await;
    let contact = format!("sip:ann@{};transport=udp", peer.address());
    assert_eq!(bye.first_line(), format!("BYE {contact} SIP/2.0"));
    assert_eq!(bye.header("From"), established.to);
    assert_eq!(bye.header("To"), "\"Ann\" <sip:ann@127.0.0.1>;tag=ann");
    assert_eq!(bye.header("Reason"), "Q.850;cause=16");
    peer.agree(&bye).await;
    let ended = Event::Ended { call: established.call.clone(), reason: EndReason::LocalBye };
    assert_eq!(server.event().await, ended);
    server.no_calls().await;
    server.agent.bye(&established.call, None);
    peer.hears_nothing("b-quiet-2").await;
}

#[tokio::test]
async fn a_bye_of_the_server_waits_for_the_ack() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "b@3", 1).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    let ok = peer.final_response().await;
    server.agent.bye(&call, None);
    let reason = EndReason::LocalBye;
    assert_eq!(server.event().await, Event::Ended { call, reason });
    peer.send(&peer.request("ACK", "b@3", 1).to(&ok.header("To")).branch("x").text()).await;
    let mut next = peer.receive().await;
    while next == ok {
        next = peer.receive().await;
    }
    assert!(next.first_line().starts_with("BYE "), "{next:?}");
    server.no_calls().await;
}

#[tokio::test]
async fn a_ringing_call_that_the_server_ends_gets_480() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "b@4", 1).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    server.agent.bye(&call, None);
    assert_eq!(peer.final_response().await.status(), 480);
    assert_eq!(server.event().await, Event::Ended { call, reason: EndReason::LocalBye });
}

#[tokio::test]
async fn a_bye_to_a_ringing_call_ends_its_invite() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "b@5", 1).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    server.agent.ring(&call);
    assert_eq!(peer.receive().await.status(), 100);
    let to = peer.receive().await.header("To");
    peer.send(&peer.request("BYE", "b@5", 2).to(&to).text()).await;
    assert_eq!(peer.final_response().await.header("CSeq"), "2 BYE");
    let invite = peer.final_response().await;
    assert_eq!((invite.status(), invite.header("CSeq")), (487, "1 INVITE".into()));
    assert_eq!(server.event().await, Event::Ended { call, reason: EndReason::Bye });
}
