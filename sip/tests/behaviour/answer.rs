//! An INVITE with an offer is answered, acknowledged and named.
use crate::common::{ANSWER, OFFER, Peer, Server};
use sip::{Event, Transport};

#[tokio::test]
async fn a_call_with_an_offer_is_answered() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "a@1", 7).sdp(OFFER).text()).await;

    let invitation = server.invited().await;
    assert_eq!(invitation.offer.as_deref(), Some(OFFER.as_bytes()));
    assert_eq!(invitation.from, "sip:ann@127.0.0.1");
    assert_eq!(invitation.request_uri, "sip:ms@127.0.0.1");
    assert_eq!((invitation.remote, invitation.transport), (peer.address(), Transport::Udp));
    let trying = peer.receive().await;
    assert_eq!(trying.first_line(), "SIP/2.0 100 Trying");

    server.agent.ring(&invitation.call);
    let ringing = peer.receive().await;
    assert_eq!(ringing.status(), 180);
    server.agent.accept(&invitation.call, ANSWER);
    let ok = peer.receive().await;
    assert_eq!(ok.first_line(), "SIP/2.0 200 OK");
    assert_eq!(ok.body(), ANSWER);
    assert_eq!(ok.header("Content-Type"), "application/sdp");
    assert_eq!(ok.header("CSeq"), "7 INVITE");
    assert_eq!(ok.header("To"), ringing.header("To"));
    assert!(ok.header("Allow").contains("INVITE, ACK, BYE"));
    assert_eq!(ok.header("Contact"), format!("<sip:{}>", server.agent.local_addr()));

    let tag = ok.header("To").split(";tag=").nth(1).unwrap().to_owned();
    assert_eq!(invitation.call.connection_id(), format!("a@1;ann;{tag}"));

    peer.send(&peer.request("ACK", "a@1", 7).to(&ok.header("To")).branch("x").text()).await;
    assert_eq!(server.event().await, Event::Acked { call: invitation.call, answer: None });
    assert_eq!(server.agent.calls(), 1);
}

#[tokio::test]
async fn an_ack_with_another_number_confirms_nothing() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "a@2", 7).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    let to = peer.final_response().await.header("To");
    peer.send(&peer.request("ACK", "a@2", 6).to(&to).branch("x").text()).await;
    peer.send(&peer.request("ACK", "a@2", 7).to(&to).branch("y").sdp("late").text()).await;
    assert_eq!(server.event().await, Event::Acked { call, answer: Some(b"late".to_vec()) });
}

#[tokio::test]
async fn a_rejection_carries_its_reason_and_warning() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "a@3", 1).sdp(OFFER).text()).await;
    let call = server.invited().await.call;
    let why = sip::Rejection::not_acceptable_here(305, "no \"common\" codec\r\nX: y");
    server.agent.reject(&call, why);
    let refusal = peer.final_response().await;
    assert_eq!(refusal.first_line(), "SIP/2.0 488 Not Acceptable Here");
    let local = server.agent.local_addr();
    assert_eq!(refusal.header("Warning"), format!("305 {local} \"no 'common' codec  X: y\""));
    // The ACK to a refusal is no event; the next thing that happens is a new call.
    let ack = peer.request("ACK", "a@3", 1).to(&refusal.header("To"));
    peer.send(&ack.text()).await;
    peer.send(&peer.request("INVITE", "a@4", 1).text()).await;
    assert_eq!(server.invited().await.offer, None);
}

#[tokio::test]
async fn record_route_is_copied_and_followed() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let proxy = Peer::of(&server).await;
    let route = format!("<sip:{};lr>", proxy.address());
    let invite = peer.request("INVITE", "a@5", 1).sdp(OFFER);
    peer.send(&invite.header(&format!("Record-Route: {route}")).text()).await;
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    let ok = peer.final_response().await;
    assert_eq!(ok.header("Record-Route"), route);
    peer.send(&peer.request("ACK", "a@5", 1).to(&ok.header("To")).branch("x").text()).await;
    server.event().await;
    server.agent.bye(&call, None);
    let bye = proxy.receive().await;
    assert_eq!(bye.first_line(), format!("BYE sip:ann@{};transport=udp SIP/2.0", peer.address()));
    assert_eq!(bye.header("Route"), route);
}
