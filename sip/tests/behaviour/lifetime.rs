//! Shutdown, binding and a slow application.
use crate::common::{OFFER, Peer, Server};
use sip::{Agent, BindError, Config, EndReason, Event};
use tokio::sync::mpsc;

#[tokio::test]
async fn shutdown_ends_every_call_and_frees_the_port() {
    let mut server = Server::start().await;
    let peer = Peer::of(&server).await;
    let established = server.answered_call(&peer, "s@1").await;
    peer.send(&peer.request("INVITE", "s@2", 1).sdp(OFFER).text()).await;
    let ringing = server.invited().await.call;
    assert_eq!(peer.receive().await.status(), 100);
    let local = server.agent.local_addr();
    let down = tokio::spawn(server.agent.clone().shutdown());
    for _ in 0..2 {
        let message = peer.receive().await;
        if message.first_line().starts_with("BYE ") {
            peer.agree(&message).await;
        } else {
            assert_eq!(message.status(), 503);
        }
    }
    down.await.unwrap();
    let mut over = [server.event().await, server.event().await];
    over.sort_by_key(|event| event.call().clone());
    let ended = |call| Event::Ended { call, reason: EndReason::Shutdown };
    assert_eq!(over, [ended(established.call), ended(ringing)]);
    let (sender, _events) = mpsc::channel(1);
    Agent::bind(Config::new(local), sender).await.unwrap();
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let server = Server::start().await;
    let (sender, _events) = mpsc::channel(1);
    let taken = Agent::bind(Config::new(server.agent.local_addr()), sender).await;
    let Err(BindError::Socket { transport, address, .. }) = taken else {
        panic!("bound twice");
    };
    assert_eq!((transport, address), ("UDP", server.agent.local_addr()));
}

#[tokio::test]
async fn events_wait_for_a_slow_application() {
    let (sender, mut events) = mpsc::channel(1);
    let config = Config::new(([127, 0, 0, 1], 0).into());
    let agent = Agent::bind(config, sender).await.unwrap();
    let (_, unused) = mpsc::channel(1);
    let server = Server { agent, events: unused };
    let peer = Peer::of(&server).await;
    for n in 0..20 {
        peer.send(&peer.request("INVITE", &format!("s@{n}"), 1).sdp(OFFER).text()).await;
        assert_eq!(peer.receive().await.status(), 100);
    }
    for n in 0..20 {
        let event = crate::common::patiently(events.recv()).await.unwrap();
        assert!(event.call().connection_id().starts_with(&format!("s@{n};ann;")));
    }
}
