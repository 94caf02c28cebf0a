//! Two agents: one calls, the other answers.
use std::time::Duration;

use crate::common::{ANSWER, OFFER, Peer, Server};
use sip::{CallError, CallKey, EndReason, Event, Outgoing, Rejection};

fn to(server: &Server) -> Outgoing {
    let target = server.agent.local_addr();
    Outgoing {
        target,
        to: format!("sip:conference@{target}"),
        from: "sip:bob@127.0.0.1".into(),
        offer: Some(OFFER.into()),
        call_id: Some("chosen@here".into()),
        from_tag: Some("bob-tag".into()),
    }
}

#[tokio::test]
async fn a_call_is_made_answered_and_ended() {
    let mut caller = Server::start().await;
    let mut callee = Server::start().await;
    let call = caller.agent.call(to(&callee)).unwrap();
    let invitation = callee.invited().await;
    assert_eq!(invitation.offer.as_deref(), Some(OFFER.as_bytes()));
    assert_eq!(invitation.from, "sip:bob@127.0.0.1");
    assert!(invitation.call.connection_id().starts_with("chosen@here;bob-tag;"));
    callee.agent.ring(&invitation.call);
    assert_eq!(caller.event().await, Event::Ringing { call: call.clone(), status: 180 });
    callee.agent.accept(&invitation.call, ANSWER);
    let answered = Event::Answered {
        call: call.clone(),
        connection_id: invitation.call.connection_id().into(),
        sdp: Some(ANSWER.into()),
    };
    assert_eq!(caller.event().await, answered);
    let there = invitation.call;
    assert_eq!(callee.event().await, Event::Acked { call: there.clone(), answer: None });
    // The called side hangs up: the caller's key is found by the peer's request too.
    callee.agent.bye(&there, None);
    assert_eq!(caller.event().await, Event::Ended { call, reason: EndReason::Bye });
    assert_eq!(callee.event().await, Event::Ended { call: there, reason: EndReason::LocalBye });
    caller.no_calls().await;
    callee.no_calls().await;
}

#[tokio::test]
async fn a_call_without_an_offer_answers_in_the_ack() {
    let mut caller = Server::start().await;
    let mut callee = Server::start().await;
    let call = caller.agent.call(Outgoing { offer: None, ..to(&callee) }).unwrap();
    let there = callee.invited().await.call;
    callee.agent.accept(&there, OFFER);
    match caller.event().await {
        Event::Answered { sdp, .. } => assert_eq!(sdp.as_deref(), Some(OFFER.as_bytes())),
        other => panic!("{other:?}"),
    }
    caller.agent.acknowledge(&call, ANSWER);
    let answer = Some(ANSWER.into());
    assert_eq!(callee.event().await, Event::Acked { call: there.clone(), answer });
    caller.agent.bye(&call, None);
    assert_eq!(callee.event().await, Event::Ended { call: there, reason: EndReason::Bye });
}

#[tokio::test]
async fn a_refused_call_fails() {
    let mut caller = Server::start().await;
    let mut callee = Server::start().await;
    let call = caller.agent.call(to(&callee)).unwrap();
    let there = callee.invited().await.call;
    callee.agent.reject(&there, Rejection::busy());
    assert_eq!(caller.event().await, Event::Failed { call, status: 486 });
    caller.no_calls().await;
}

#[tokio::test]
async fn a_call_that_is_given_up_is_cancelled() {
    let mut caller = Server::start().await;
    let mut callee = Server::start().await;
    let call = caller.agent.call(to(&callee)).unwrap();
    let there = callee.invited().await.call;
    caller.agent.bye(&call, None);
    assert_eq!(callee.event().await, Event::Cancelled { call: there });
    assert_eq!(caller.event().await, Event::Failed { call, status: 487 });
}

#[tokio::test]
async fn a_silent_target_is_408() {
    let mut caller = Server::with(|config| config.timers.t1 = Duration::from_millis(5)).await;
    let silent = Peer::of(&caller).await;
    let target = silent.address();
    let call = caller.agent.call(Outgoing { target, ..to(&caller) }).unwrap();
    assert_eq!(caller.event().await, Event::Failed { call, status: 408 });
}

#[tokio::test]
async fn names_that_would_break_the_message_are_refused() {
    let caller = Server::start().await;
    let wrong = |change: fn(&mut Outgoing)| {
        let mut outgoing = to(&caller);
        change(&mut outgoing);
        caller.agent.call(outgoing).unwrap_err()
    };
    let call_id = wrong(|o| o.call_id = Some("a b".into()));
    assert_eq!(call_id, CallError::CallId("a b".into()));
    assert_eq!(wrong(|o| o.from_tag = Some("a;b".into())), CallError::FromTag("a;b".into()));
    assert_eq!(wrong(|o| o.to = "sip:a>\r\nX".into()), CallError::Uri("sip:a>\r\nX".into()));
}

/// Two agents and a call between them: the caller's name of it, and the callee's.
async fn connected(caller: &mut Server, callee: &mut Server) -> (CallKey, CallKey) {
    let here = caller.agent.call(to(callee)).unwrap();
    let there = callee.invited().await.call;
    callee.agent.accept(&there, ANSWER);
    assert!(matches!(caller.event().await, Event::Answered { .. }));
    assert!(matches!(callee.event().await, Event::Acked { .. }));
    (here, there)
}

#[tokio::test]
async fn either_side_holds_the_call() {
    let mut caller = Server::start().await;
    let mut callee = Server::start().await;
    let (here, there) = connected(&mut caller, &mut callee).await;
    for hold in ["a=sendonly", "a=inactive"] {
        caller.agent.change(&here, hold);
        let offer = Some(hold.into());
        assert_eq!(callee.event().await, Event::Reinvited { call: there.clone(), offer });
        callee.agent.accept(&there, "held");
        let answer = Some(b"held".to_vec());
        assert_eq!(caller.event().await, Event::Changed { call: here.clone(), answer });
        assert_eq!(callee.event().await, Event::Acked { call: there.clone(), answer: None });
    }
    callee.agent.change(&there, "resume");
    let offer = Some(b"resume".to_vec());
    assert_eq!(caller.event().await, Event::Reinvited { call: here.clone(), offer });
    caller.agent.accept(&here, "resumed");
    let answer = Some(b"resumed".to_vec());
    assert_eq!(callee.event().await, Event::Changed { call: there, answer });
    assert_eq!(caller.event().await, Event::Acked { call: here, answer: None });
}

#[tokio::test]
async fn a_change_is_refused_or_comes_at_the_wrong_time() {
    let mut caller = Server::start().await;
    let mut callee = Server::start().await;
    let (here, there) = connected(&mut caller, &mut callee).await;
    caller.agent.change(&here, OFFER);
    caller.agent.change(&here, OFFER);
    assert_eq!(caller.event().await, Event::Unchanged { call: here.clone(), status: 491 });
    callee.event().await;
    callee.agent.reject(&there, Rejection::new(488));
    assert_eq!(caller.event().await, Event::Unchanged { call: here.clone(), status: 488 });
    // The call stands.
    caller.agent.bye(&here, None);
    assert_eq!(callee.event().await, Event::Ended { call: there, reason: EndReason::Bye });
}
