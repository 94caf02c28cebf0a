//! The project's own elements: as drawn in their files, and what is refused about them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{answer, notification, request, response};
use mscp_proto::extension::{
    AuditResult, AuditedConference, AuditedConnection, AuditedDialog, AuditedJoin,
    CapabilitiesList, Capability, ConnectionEnded, ConnectionStarted, ErrorHangup,
    ExtensionNotification, ExtensionRequest, ExtensionResponse, HungUp, Watching,
};
use mscp_proto::id::EndPoint;
use mscp_proto::shared::Direction;
use mscp_proto::{Notification, Request, Response};

const CALL: &str = "a84b4c71@10.0.0.2;1923;1134";

#[test]
fn requests_are_read() {
    for (xml, name) in [
        ("<a:audit/>", "audit"),
        ("<a:watch/>", "watch"),
        ("<a:capabilities/>", "capabilities"),
        (r#"<a:hangup connectionid="c"/>"#, "hangup"),
    ] {
        let request = request(xml).expect(xml);
        assert_eq!(request.name(), name);
        assert!(matches!(request, Request::Extension(_)), "{xml}");
    }
    let Ok(Request::Extension(ExtensionRequest::Hangup(hangup))) =
        request(&format!(r#"<a:hangup connectionid="{CALL}"/>"#))
    else {
        panic!("not read");
    };
    assert_eq!(hangup.connectionid.as_str(), CALL);
}

#[test]
fn an_audit_lists_what_there_is() {
    let xml = format!(
        r#"<a:auditresult>
          <a:conference conferenceid="conf1" state="active" participants="2"/>
          <a:connection connectionid="{CALL}" state="established" codec="PCMU"/>
          <a:dialog dialogid="d1" connectionid="{CALL}" state="started"/>
          <a:join id1="conf1" id2="{CALL}" audio="both"/>
        </a:auditresult>"#
    );
    let expected = AuditResult {
        conferences: vec![AuditedConference {
            conferenceid: "conf1".into(),
            state: "active".into(),
            participants: 2,
        }],
        connections: vec![AuditedConnection {
            connectionid: CALL.into(),
            state: "established".into(),
            codec: Some("PCMU".into()),
        }],
        dialogs: vec![AuditedDialog {
            dialogid: "d1".into(),
            endpoint: Some(EndPoint::Connection(CALL.into())),
            state: "started".into(),
        }],
        joins: vec![AuditedJoin {
            id1: "conf1".into(),
            id2: CALL.into(),
            audio: Some(Direction::Both),
            video: None,
        }],
    };
    assert_eq!(read(&xml), ExtensionResponse::AuditResult(expected));
}

#[test]
fn the_other_responses_are_read() {
    let capability = Capability { name: "codec".into(), value: "PCMU".into() };
    let table = [
        ("<a:watching/>", ExtensionResponse::Watching(Watching)),
        (
            r#"<a:hungup connectionid="c"/>"#,
            ExtensionResponse::HungUp(HungUp { connectionid: "c".into() }),
        ),
        (
            r#"<a:errorhangup connectionid="c" reason="no such connection"/>"#,
            ExtensionResponse::ErrorHangup(ErrorHangup {
                connectionid: "c".into(),
                reason: "no such connection".into(),
            }),
        ),
        (
            r#"<a:capabilitieslist><a:capability name="codec" value="PCMU"/></a:capabilitieslist>"#,
            ExtensionResponse::CapabilitiesList(CapabilitiesList(vec![capability])),
        ),
    ];
    for (xml, expected) in table {
        assert_eq!(read(xml), expected, "{xml}");
    }
}

#[test]
fn notifications_are_read() {
    let started = ConnectionStarted {
        connectionid: CALL.into(),
        from: "sip:a@b".into(),
        to: "sip:ms@b".into(),
        codec: None,
    };
    let xml =
        format!(r#"<a:connectionstarted connectionid="{CALL}" from="sip:a@b" to="sip:ms@b"/>"#);
    let expected = ExtensionNotification::ConnectionStarted(started);
    assert_eq!(notification(&xml), Ok(Notification::Extension(expected)));

    let ended = ConnectionEnded { connectionid: CALL.into(), reason: "BYE".into() };
    let xml = format!(r#"<a:connectionended connectionid="{CALL}" reason="BYE"/>"#);
    let expected = ExtensionNotification::ConnectionEnded(ended);
    assert_eq!(notification(&xml), Ok(Notification::Extension(expected)));
}

#[test]
fn faults_are_answered_with_a_general_error() {
    for (xml, reason) in [
        ("<a:hangup/>", "needs the attribute connectionid"),
        (r#"<a:hangup connectionid=""/>"#, "connectionid must not be empty"),
        (r#"<a:audit of="everything"/>"#, "<audit> has no attribute of"),
        ("<a:watch><a:audit/></a:watch>", "<audit> is not allowed inside <watch>"),
        ("<a:capabilities>all</a:capabilities>", "<capabilities> holds no text"),
    ] {
        let error = request(xml).expect_err(xml);
        assert!(error.reason.contains(reason), "{xml}: {error}");
        assert!(answer(&error).starts_with("<a:error "), "{xml}");
    }
}

fn read(xml: &str) -> ExtensionResponse {
    match response(xml) {
        Ok(Response::Extension(extension)) => extension,
        other => panic!("{xml}: {other:?}"),
    }
}
