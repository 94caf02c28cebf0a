//! Both ends of a TCP channel: order, correlation, refusals and the answers they get.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{message, request};
use mscp_proto::channel::{
    ClientChannel, ClientEvent, Correlation, Incoming, ServerChannel, encode_notification,
};
use mscp_proto::conference::{ConferenceCreated, CreateConference, Join};
use mscp_proto::dialog::{DialogExit, DialogStart, DialogTerminate};
use mscp_proto::error::ParseError;
use mscp_proto::framing::{Decoder, FrameFault, Status};
use mscp_proto::id::EndPoint;
use mscp_proto::limits::{FrameLimits, PENDING};
use mscp_proto::multipart::{Resource, Resources};
use mscp_proto::shared::{Namelist, Script};
use mscp_proto::{Limits, Notification, Request, Response};

#[test]
fn a_request_is_answered_under_its_id() {
    let (mut client, mut server) = ends();
    let create = Request::CreateConference(CreateConference::default());
    let (id, bytes) = client.request(create.clone()).unwrap();
    let [Incoming::Request { correlation, request, resources }] =
        &incoming(&mut server, &bytes)[..]
    else {
        panic!("not a request");
    };
    assert_eq!((id, request, resources), (100, &create, &Resources::default()));
    let created = Response::ConferenceCreated(ConferenceCreated { conferenceid: "c1".into() });
    client.push(&correlation.answer(Status::Ok, created.clone()));
    let expected =
        ClientEvent::Response { request_id: 100, status: Status::Ok, response: Ok(created) };
    assert_eq!(client.poll(), Some(expected));
    assert_eq!((client.poll(), client.pending()), (None, 0));
}

#[test]
fn answers_may_come_in_any_order() {
    let (mut client, mut server) = ends();
    let mut bytes = Vec::new();
    for _ in 0..3 {
        bytes.extend(client.request(Request::Join(Join::new("a", "b"))).unwrap().1);
    }
    let mut ids = Vec::new();
    for event in incoming(&mut server, &bytes).into_iter().rev() {
        let Incoming::Request { correlation, .. } = event else { panic!("{event:?}") };
        client.push(&correlation.answer(Status::InternalError, Response::error("out of luck")));
        let Some(ClientEvent::Response { request_id, status, .. }) = client.poll() else {
            panic!("not a response");
        };
        assert_eq!(status, Status::InternalError);
        ids.push(request_id);
    }
    assert_eq!(ids, [102, 101, 100]);
}

#[test]
fn resources_travel_with_a_request() {
    let (mut client, mut server) = ends();
    let start = DialogStart::new(Script::uri("cid:hello"), EndPoint::Connection("c".into()));
    let resources = Resources(vec![Resource {
        content_id: Some("hello".into()),
        content_type: "audio/wav".into(),
        bytes: vec![0, 255, 13, 10, 45, 45],
    }]);
    let (_, bytes) = client.request_with(Request::DialogStart(start), &resources).unwrap();
    let [Incoming::Request { resources: received, .. }] = &incoming(&mut server, &bytes)[..] else {
        panic!("not a request");
    };
    assert_eq!(received, &resources);
    assert!(received.by_cid("cid:hello").is_some());
}

#[test]
fn notifications_go_both_ways() {
    let (mut client, mut server) = ends();
    let end = DialogTerminate { dialogid: "d".into(), immediate: true };
    let end = Notification::DialogTerminate(end);
    let expected =
        Incoming::Notification { notification: end.clone(), resources: Resources::default() };
    assert_eq!(incoming(&mut server, &client.notify(end.clone())), [expected]);

    let exit = DialogExit {
        dialogid: "d".into(),
        endpoint: None,
        namelist: Namelist::of([("digits", "1234")]),
    };
    let exit = Notification::DialogExit(exit);
    client.push(&encode_notification(exit.clone()));
    assert_eq!(client.poll(), Some(ClientEvent::Notification(exit.clone())));

    let [Incoming::Ignored { reason }] = &incoming(&mut server, &client.notify(exit))[..] else {
        panic!("taken");
    };
    assert!(reason.contains("<dialogexit> is not for an application server"), "{reason}");
    client.push(&encode_notification(end));
    let Some(ClientEvent::Ignored { reason }) = client.poll() else { panic!("taken") };
    assert!(reason.contains("<dialogterminate> is not for a media server"), "{reason}");
}

/// What is sent, the status line of the answer and what its body must say.
#[test]
fn a_request_that_is_refused_is_answered_and_the_channel_goes_on() {
    let join = message("request", r#"<join id1="a" id2="b"/>"#);
    let table = [
        (
            pdu("REQ MSCP/1.0 5", &join),
            "<errorconferencejoin id1=\"a\" id2=\"b\" reason=\"",
            "does not follow 10",
        ),
        (
            pdu("REQ MSCP/1.0 10", &join),
            "<errorconferencejoin id1=\"a\" id2=\"b\" reason=\"",
            "does not follow 10",
        ),
        (pdu("REQ MSCP/1.0 10", "junk"), "<a:error ", "does not follow 10"),
        (pdu("REQ MSCP/1.1 11", &join), "<a:error ", "MSCP/1.1 is not spoken here"),
        (pdu("REQ MSCP/1.0 11", "junk"), "<a:error ", "text outside the &lt;mscp&gt; element"),
        (
            pdu("REQ MSCP/1.0 11", &message("request", "<join/>")),
            "<a:error ",
            "needs the attribute id1",
        ),
        (
            pdu("REQ MSCP/1.0 11", &message("request", "<dialogprepare/>")),
            "<errordialognotprepared dialogid=\"fresh1\"",
            "has no script",
        ),
        (
            pdu("REQ MSCP/1.0 11", &message("notification", "<dialogexit dialogid=\"d\"/>")),
            "<a:error ",
            "must carry a &lt;request&gt;",
        ),
        (
            pdu("REQ MSCP/1.0 11", &join).replace("application/mscp+xml", "text/xml"),
            "<a:error ",
            "text/xml cannot be read",
        ),
        (
            pdu("REQ MSCP/1.0 11", &join).replace("Content-Type", "X-Type"),
            "<a:error ",
            "Content-Type is missing",
        ),
    ];
    for (bytes, body, reason) in table {
        let mut server = ServerChannel::new(Limits::default());
        assert!(matches!(
            incoming(&mut server, pdu("REQ MSCP/1.0 10", &join).as_bytes())[..],
            [Incoming::Request { .. }]
        ));
        let events = incoming(&mut server, bytes.as_bytes());
        let [Incoming::Refused(refusal)] = &events[..] else { panic!("{bytes}: {events:?}") };
        let answer = String::from_utf8(refusal.answer(|| "fresh1".into())).unwrap();
        let id = refusal.correlation.request_id;
        assert!(answer.starts_with(&format!("MSCP/1.0 400 Bad Request {id}\r\n")), "{answer}");
        assert!(answer.contains(body) && answer.contains(reason), "{bytes}: {answer}");
        let next = pdu("REQ MSCP/1.0 12", &join);
        assert!(
            matches!(incoming(&mut server, next.as_bytes())[..], [Incoming::Request { .. }]),
            "{bytes}"
        );
    }
}

#[test]
fn a_refused_request_uses_up_its_id() {
    let join = message("request", r#"<join id1="a" id2="b"/>"#);
    let mut server = ServerChannel::new(Limits::default());
    let stream = [pdu("REQ MSCP/1.0 7", "junk"), pdu("REQ MSCP/1.0 7", &join)].concat();
    let events = incoming(&mut server, stream.as_bytes());
    assert!(matches!(events[..], [Incoming::Refused(_), Incoming::Refused(_)]), "{events:?}");
}

#[test]
fn xml_ids_are_repeated_and_increase() {
    let with_id = |line: &str, id: &str| {
        let xml = message("request", r#"<join id1="a" id2="b"/>"#);
        pdu(line, &xml.replace("<request>", &format!("<request id=\"{id}\">")))
    };
    let mut server = ServerChannel::new(Limits::default());
    let stream = [with_id("REQ MSCP/1.0 1", "r2"), with_id("REQ MSCP/1.0 2", "r1")].concat();
    let events = incoming(&mut server, stream.as_bytes());
    let [Incoming::Request { correlation, .. }, Incoming::Refused(refusal)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(correlation, &Correlation { request_id: 1, id: Some("r2".into()) });
    let answer = String::from_utf8(refusal.answer(|| panic!("no id is needed"))).unwrap();
    assert!(answer.contains("<response id=\"r1\">"), "{answer}");
    assert!(answer.contains("<errorconferencejoin id1=\"a\" id2=\"b\""), "{answer}");
    let answer = correlation.answer(Status::Ok, Response::error("e"));
    assert!(String::from_utf8(answer).unwrap().contains("<response id=\"r2\">"));
}

#[test]
fn what_nobody_is_owed_an_answer_for_is_ignored_with_a_reason() {
    let exit = message("notification", "<dialogexit/>");
    let join = message("request", r#"<join id1="a" id2="b"/>"#);
    let table = [
        (pdu("MSCP/1.0 200 OK 4", &join), "a response (request-id 4) was sent to a media server"),
        (pdu("NOTIF MSCP/1.0", &exit), "could not be read: line 3, column 1: <dialogexit> needs"),
        (pdu("NOTIF MSCP/1.0", &join), "a NOTIF must carry a <notification>"),
        (pdu("NOTIF MSCP/9.0", &exit), "MSCP/9.0 is not spoken here"),
    ];
    for (bytes, expected) in table {
        let mut server = ServerChannel::new(Limits::default());
        let events = incoming(&mut server, bytes.as_bytes());
        let [Incoming::Ignored { reason }] = &events[..] else { panic!("{events:?}") };
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn a_length_of_ten_to_the_fourteen_is_refused_at_once() {
    let mut server = ServerChannel::new(Limits::default());
    let header = "REQ MSCP/1.0 9\r\nContent-Type: application/mscp+xml\r\n\
        Content-Length: 100000000000000\r\n\r\n";
    let events = incoming(&mut server, header.as_bytes());
    let [Incoming::Lost { refusal: Some(refusal), error }] = &events[..] else {
        panic!("{events:?}");
    };
    assert!(matches!(error.fault, FrameFault::BodyTooLong { .. }));
    let answer = String::from_utf8(refusal.answer(|| panic!("no id is needed"))).unwrap();
    assert!(answer.starts_with("MSCP/1.0 400 Bad Request 9\r\n"), "{answer}");
    assert!(answer.contains("100000000000000 bytes exceeds"), "{answer}");
    assert_eq!(incoming(&mut server, header.as_bytes()), [], "nothing follows");
}

/// The reader of the socket has waited long enough.
#[test]
fn a_request_that_stalls_is_answered_if_its_id_is_known() {
    let given_up = |bytes: &str| {
        let mut server = ServerChannel::new(Limits::default());
        assert_eq!(incoming(&mut server, bytes.as_bytes()), []);
        let Incoming::Lost { refusal, .. } = server.give_up(Duration::from_secs(30)) else {
            panic!("not lost");
        };
        assert_eq!(incoming(&mut server, b"more"), [], "nothing follows");
        refusal.map(|refusal| String::from_utf8(refusal.answer(|| "x".to_owned())).unwrap())
    };
    for (bytes, told) in [
        ("REQ MSCP/1.0 9\r\nContent-Length: 50\r\n\r\n<mscp", "30 s; 5 of the 50 bytes"),
        ("REQ MSCP/1.0 9\r\nContent-Len", "30 s; its header did not end"),
    ] {
        let answer = given_up(bytes).unwrap();
        assert!(answer.starts_with("MSCP/1.0 400 Bad Request 9\r\n"), "{answer}");
        assert!(answer.contains(told), "{answer}");
    }
    assert_eq!(given_up("REQ MSC"), None);
    assert_eq!(given_up("NOTIF MSCP/1.0\r\nContent-Length: 50\r\n\r\n<mscp"), None);
}

#[test]
fn framing_that_is_lost_before_an_id_is_not_answered() {
    let mut server = ServerChannel::new(Limits::default());
    let events = incoming(&mut server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(matches!(events[..], [Incoming::Lost { refusal: None, .. }]), "{events:?}");
    let mut client = ClientChannel::new(Limits::default(), 1);
    client.push(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    assert!(matches!(client.poll(), Some(ClientEvent::Lost(_))));
    assert_eq!(client.poll(), None);
}

#[test]
fn the_client_takes_only_what_it_asked_for() {
    let (mut client, _) = ends();
    let created = message("response", r#"<conferencecreated conferenceid="c"/>"#);
    let (id, _) = client.request(Request::CreateConference(CreateConference::default())).unwrap();
    let answer = pdu(&format!("MSCP/1.0 200 OK {id}"), &created);
    let ignored = |event| matches!(event, Some(ClientEvent::Ignored { .. }));
    client.push(pdu("MSCP/1.0 200 OK 4", &created).as_bytes());
    assert!(ignored(client.poll()), "nobody asked");
    client.push(pdu("REQ MSCP/1.0 4", &message("request", "<audit/>")).as_bytes());
    assert!(ignored(client.poll()), "a client answers nothing");
    client.push(answer.as_bytes());
    assert!(matches!(client.poll(), Some(ClientEvent::Response { response: Ok(_), .. })));
    client.push(answer.as_bytes());
    assert!(ignored(client.poll()), "answered already");
}

#[test]
fn an_answer_that_cannot_be_read_still_ends_its_request() {
    let (mut client, _) = ends();
    let (id, _) = client.request(request(r#"<unjoin id1="a" id2="b"/>"#).unwrap()).unwrap();
    client.push(pdu(&format!("MSCP/1.0 200 OK {id}"), "junk").as_bytes());
    let Some(ClientEvent::Response { response: Err(ParseError { reason, .. }), .. }) =
        client.poll()
    else {
        panic!("not a response");
    };
    assert!(reason.contains("text outside"), "{reason}");
    assert_eq!(client.pending(), 0);
}

#[test]
fn a_client_does_not_ask_without_bound() {
    let mut client = ClientChannel::new(Limits::default(), 0);
    let join = || Request::Join(Join::new("a", "b"));
    for _ in 0..PENDING {
        client.request(join()).unwrap();
    }
    assert!(client.request(join()).is_err());
    let mut last = ClientChannel::new(Limits::default(), u64::MAX);
    assert!(last.request(join()).is_err(), "no id would follow");
}

fn ends() -> (ClientChannel, ServerChannel) {
    (ClientChannel::new(Limits::default(), 100), ServerChannel::new(Limits::default()))
}

fn incoming(server: &mut ServerChannel, bytes: &[u8]) -> Vec<Incoming> {
    server.push(bytes);
    std::iter::from_fn(|| server.poll()).collect()
}

fn pdu(start_line: &str, body: &str) -> String {
    let text = format!(
        "{start_line}\r\nContent-Type: application/mscp+xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut decoder = Decoder::new(FrameLimits::default());
    decoder.push(text.as_bytes());
    assert!(matches!(decoder.poll(), Ok(Some(_))), "the test sends what it means to");
    text
}
