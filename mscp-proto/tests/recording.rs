//! The elements about recordings and the sound card: as drawn in their file, written so that they are read back as the
//! same, and what is refused about them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{notification, parse, request, response};
use mscp_proto::extension::*;
use mscp_proto::id::EndPoint;
use mscp_proto::{Message, Notification, Request, Response};
use proptest::prelude::*;

fn record() -> Record {
    Record {
        endpoint: EndPoint::Conference("conf1".into()),
        file: "meeting.wav".into(),
        layout: RecordLayout::Mono,
        rate: None,
        maxseconds: None,
    }
}

#[test]
fn requests_are_read() {
    let whole = request(
        r#"<a:record connectionid="c" file="x.opus" layout="stereo" rate="48000" maxseconds="60"/>"#,
    );
    let expected = Record {
        endpoint: EndPoint::Connection("c".into()),
        file: "x.opus".into(),
        layout: RecordLayout::Stereo,
        rate: Some(48_000),
        maxseconds: Some(60),
    };
    assert_eq!(whole, Ok(Request::Extension(ExtensionRequest::Record(expected))));
    let least = request(r#"<a:record conferenceid="conf1" file="meeting.wav"/>"#);
    assert_eq!(least, Ok(Request::Extension(ExtensionRequest::Record(record()))));
    let stop = request(r#"<a:recordcontrol recordid="r1" action="stop"/>"#);
    let expected = RecordControl { recordid: "r1".into(), action: RecordAction::Stop };
    assert_eq!(stop, Ok(Request::Extension(ExtensionRequest::RecordControl(expected))));
}

#[test]
fn responses_and_notifications_are_read() {
    let recording = response(r#"<a:recording recordid="r1" state="paused"/>"#);
    let expected = RecordState { recordid: "r1".into(), state: "paused".into() };
    assert_eq!(recording, Ok(Response::Extension(ExtensionResponse::Recording(expected))));
    let error = response(r#"<a:errorrecord reason="the disk is full"/>"#).unwrap();
    assert_eq!(error.error_reason(), Some("the disk is full"));
    let ended = notification(
        r#"<a:recordended recordid="r1" reason="stopped" complete="true">
             <a:file name="m-1.wav" connectionid="c" ms="61240" bytes="5000000000" lostms="20"/>
           </a:recordended>"#,
    );
    let file = RecordedFile {
        name: "m-1.wav".into(),
        connectionid: Some("c".into()),
        ms: 61_240,
        bytes: 5_000_000_000,
        lostms: 20,
    };
    let expected = RecordEnded {
        recordid: "r1".into(),
        reason: "stopped".into(),
        complete: true,
        files: vec![file],
    };
    let expected = ExtensionNotification::RecordEnded(expected);
    assert_eq!(ended, Ok(Notification::Extension(expected)));
}

#[test]
fn faults_are_told() {
    for (xml, reason) in [
        (r#"<a:record file="x.wav"/>"#, "needs a connectionid or a conferenceid"),
        (r#"<a:record connectionid="a" conferenceid="b" file="x"/>"#, "has both"),
        (r#"<a:record connectionid="a"/>"#, "needs the attribute file"),
        (r#"<a:record connectionid="a" file="x" layout="5.1"/>"#, "layout must be"),
        (r#"<a:record connectionid="a" file="x" rate="high"/>"#, "rate must be a whole number"),
        (r#"<a:record connectionid="a" file="x" to="y"/>"#, "has no attribute to"),
        (r#"<a:recordcontrol recordid="" action="stop"/>"#, "recordid must not be empty"),
        (r#"<a:recordcontrol recordid="r" action="rewind"/>"#, "action must be"),
    ] {
        let error = request(xml).expect_err(xml);
        assert!(error.reason.contains(reason), "{xml}: {error}");
    }
}

fn text() -> impl Strategy<Value = String> {
    "[ -~é€]{1,20}"
}

fn id() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9@;.<&'\"-]{1,12}"
}

fn file() -> impl Strategy<Value = RecordedFile> {
    (text(), prop::option::of(id()), any::<(u32, u64, u32)>()).prop_map(
        |(name, connection, (ms, bytes, lostms))| RecordedFile {
            name,
            connectionid: connection.map(Into::into),
            ms,
            bytes,
            lostms,
        },
    )
}

fn message() -> impl Strategy<Value = Message> {
    let layout = prop::sample::select(vec![
        RecordLayout::Mono,
        RecordLayout::Stereo,
        RecordLayout::In,
        RecordLayout::Tracks,
    ]);
    let actions = vec![RecordAction::Pause, RecordAction::Resume, RecordAction::Stop];
    let action = prop::sample::select(actions);
    let asked = |body| Message::Request { id: None, body: Request::Extension(body) };
    let said = |body| Message::Response { id: None, body: Response::Extension(body) };
    prop_oneof![
        (id(), any::<bool>(), text(), layout, any::<(Option<u32>, Option<u32>)>()).prop_map(
            move |(id, is_call, file, layout, (rate, maxseconds))| {
                let endpoint = match is_call {
                    true => EndPoint::Connection(id.into()),
                    false => EndPoint::Conference(id.into()),
                };
                let record = Record { endpoint, file, layout, rate, maxseconds };
                asked(ExtensionRequest::Record(record))
            }
        ),
        (id(), action).prop_map(move |(recordid, action)| {
            asked(ExtensionRequest::RecordControl(RecordControl { recordid, action }))
        }),
        (id(), id()).prop_map(move |(recordid, state)| {
            said(ExtensionResponse::Recording(RecordState { recordid, state }))
        }),
        (prop::option::of(id()), any::<bool>()).prop_map(move |(conference, talk)| {
            let conferenceid = conference.map(Into::into);
            asked(ExtensionRequest::Monitor(Monitor { conferenceid, talk }))
        }),
        prop::option::of(id()).prop_map(move |conference| {
            let conferenceid = conference.map(Into::into);
            said(ExtensionResponse::Monitoring(Monitoring { conferenceid }))
        }),
        text()
            .prop_map(move |reason| said(ExtensionResponse::ErrorMonitor(ErrorMonitor { reason }))),
        text().prop_map(move |reason| said(ExtensionResponse::ErrorRecord(ErrorRecord { reason }))),
        (id(), text(), any::<bool>(), prop::collection::vec(file(), 0..4)).prop_map(
            |(recordid, reason, complete, files)| {
                let ended = RecordEnded { recordid, reason, complete, files };
                let ended = ExtensionNotification::RecordEnded(ended);
                Message::Notification(Notification::Extension(ended))
            }
        ),
    ]
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_back(message in message()) {
        let xml = message.to_xml();
        prop_assert_eq!(parse(&xml), Ok(message), "{}", xml);
    }
}
