//! Third-party call control: the offer comes from the server, the answer in the ACK.
use crate::common::{ANSWER, OFFER, Peer, Server};
use sip::Event;

#[tokio::test]
async fn an_offerless_invite_is_answered_with_an_offer() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    peer.send(&peer.request("INVITE", "o@1", 1).text()).await;
    let invitation = server.invited().await;
    assert_eq!(invitation.offer, None);
    server.agent.accept(&invitation.call, OFFER);
    let ok = peer.final_response().await;
    assert_eq!((ok.status(), ok.body()), (200, OFFER));
    let ack = peer.request("ACK", "o@1", 1).to(&ok.header("To")).branch("x").sdp(ANSWER);
    peer.send(&ack.text()).await;
    let answer = Some(ANSWER.as_bytes().to_vec());
    assert_eq!(server.event().await, Event::Acked { call: invitation.call, answer });
}
