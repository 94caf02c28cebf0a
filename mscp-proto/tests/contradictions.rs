//! Each row of mscp.md section 2: what the draft contradicts itself about, and what is done here.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::num::NonZeroU32;

use common::{answer, canonical, inner, message, notification, parse, request, response};
use mscp_proto::channel::{ClientChannel, ClientEvent};
use mscp_proto::framing::{Decoder, StartLine, Version};
use mscp_proto::id::{ConnectionId, SipDialog};
use mscp_proto::limits::FrameLimits;
use mscp_proto::{Limits, Message, Notification, Request, Response};

#[test]
fn one_space_is_sent_and_more_are_read() {
    let start = StartLine::Request { version: Version::V1_0, id: 7 };
    assert_eq!(start.to_string(), "REQ MSCP/1.0 7");
    for line in ["REQ MSCP/1.0 7", "REQ MSCP/1.0  7", "REQ   MSCP/1.0   7"] {
        let mut decoder = Decoder::new(FrameLimits::default());
        decoder.push(format!("{line}\r\nContent-Length: 0\r\n\r\n").as_bytes());
        assert_eq!(decoder.poll().unwrap().unwrap().start, start, "{line}");
    }
}

#[test]
fn stream_type_may_be_called_media() {
    let join = |attributes: &str| format!(r#"<join id1="a" id2="b"><stream {attributes}/></join>"#);
    let written =
        "<join id1=\"a\" id2=\"b\">\n<stream type=\"video\" direction=\"both\"/>\n</join>";
    for attributes in [
        r#"type="video" direction="both""#,
        r#"media="video" direction="both""#,
        r#"media="video" type="video" direction="both""#,
    ] {
        assert_eq!(canonical(&join(attributes)).as_deref(), Ok(written), "{attributes}");
    }
    let error = request(&join(r#"media="audio" type="video" direction="both""#)).expect_err("both");
    assert!(error.reason.contains("two names of one attribute"), "{error}");
}

#[test]
fn dialoguser_event_is_its_name() {
    let alias = notification(r#"<dialoguser event="dtmf" dialogid="d"/>"#).unwrap();
    assert_eq!(Ok(&alias), notification(r#"<dialoguser name="dtmf" dialogid="d"/>"#).as_ref());
    assert_eq!(inner(&Message::Notification(alias)), r#"<dialoguser name="dtmf" dialogid="d"/>"#);
    let both = notification(r#"<dialoguser event="a" name="b" dialogid="d"/>"#);
    assert!(both.expect_err("both").reason.contains("two names"));
}

#[test]
fn dialogexit_dialog_is_its_dialogid() {
    let alias = notification(r#"<dialogexit dialog="d"/>"#).unwrap();
    assert_eq!(Ok(&alias), notification(r#"<dialogexit dialogid="d"/>"#).as_ref());
    assert_eq!(inner(&Message::Notification(alias)), r#"<dialogexit dialogid="d"/>"#);
    let both = notification(r#"<dialogexit dialog="a" dialogid="b"/>"#);
    assert!(both.expect_err("both").reason.contains("two names"));
}

#[test]
fn error_dialog_notstarted_is_errordialognotstarted() {
    let alias = response(r#"<error.dialog.notstarted dialogid="d" reason="r"/>"#).unwrap();
    let written = r#"<errordialognotstarted dialogid="d" reason="r"/>"#;
    assert_eq!(Ok(&alias), response(written).as_ref());
    assert_eq!(inner(&Message::Response { id: None, body: alias }), written);
}

#[test]
fn dialogexit_inside_a_response_is_a_notification() {
    let xml = message("response", r#"<dialogexit dialogid="d"/>"#);
    let expected = notification(r#"<dialogexit dialogid="d"/>"#).unwrap();
    assert_eq!(parse(&xml), Ok(Message::Notification(expected.clone())));

    let mut client = ClientChannel::new(Limits::default(), 5);
    let (id, _) =
        client.request(request(r#"<audit xmlns="urn:antiphon:mscp:1"/>"#).unwrap()).unwrap();
    let header = format!(
        "MSCP/1.0 200 OK {id}\r\nContent-Type: application/mscp+xml\r\nContent-Length: {}\r\n\r\n",
        xml.len()
    );
    client.push(header.as_bytes());
    client.push(xml.as_bytes());
    assert_eq!(client.poll(), Some(ClientEvent::Notification(expected)));
    assert_eq!(client.pending(), 1, "the request is still unanswered");
}

#[test]
fn dialogterminatecomplete_is_dialogtransfercomplete() {
    let alias = notification(r#"<dialogterminatecomplete dialogid="d" reason="busy"/>"#).unwrap();
    let written = r#"<dialogtransfercomplete dialogid="d" reason="busy"/>"#;
    assert_eq!(Ok(&alias), notification(written).as_ref());
    assert_eq!(inner(&Message::Notification(alias)), written);
}

#[test]
fn any_other_namespace_on_the_root_is_refused() {
    for namespace in ["urn:ietf:mcp", "urn:ietf:mscp ", "URN:IETF:MSCP", "urn:antiphon:mscp:1", ""]
    {
        let xml = format!(
            r#"<mscp version="1.0" xmlns="{namespace}"><request><join id1="a" id2="b"/></request></mscp>"#
        );
        let error = parse(&xml).expect_err(namespace);
        assert!(error.reason.contains("urn:ietf:mscp"), "{error}");
        assert!(answer(&error).starts_with("<a:error "), "{}", answer(&error));
    }
    let prefixed = r#"<m:mscp version="1.0" xmlns:m="urn:ietf:mscp"><m:request><m:unjoin id1="a" id2="b"/></m:request></m:mscp>"#;
    assert_eq!(parse(prefixed), parse(&message("request", r#"<unjoin id1="a" id2="b"/>"#)));
}

#[test]
fn the_activespeaker_item_beats_the_attribute() {
    let interval = |xml: &str| match request(xml) {
        Ok(Request::CreateConference(create)) => create.subscribe.activespeaker,
        other => panic!("{xml}: {other:?}"),
    };
    let item = |value: u32, attribute: &str| {
        format!(
            r#"<createconference {attribute}><subscribe><item name="activespeaker" value="{value}"/></subscribe></createconference>"#
        )
    };
    assert_eq!(
        interval(r#"<createconference activespeakernotification="4"/>"#),
        NonZeroU32::new(4)
    );
    assert_eq!(interval(&item(2, "")), NonZeroU32::new(2));
    assert_eq!(interval(&item(2, r#"activespeakernotification="4""#)), NonZeroU32::new(2));
    assert_eq!(interval(&item(0, r#"activespeakernotification="4""#)), None, "0 is off");
    let written = canonical(r#"<createconference activespeakernotification="4"/>"#).unwrap();
    assert!(written.contains(r#"<item name="activespeaker" value="4"/>"#), "{written}");
}

#[test]
fn videomixingvas_is_not_zero() {
    assert!(request(r#"<createconference videomixingvas="0"/>"#).is_err());
    assert!(request(r#"<createconference videomixingvas="1"/>"#).is_ok());
}

#[test]
fn foreign_siblings_are_ignored_but_one_of_the_three_is_required() {
    let root = |content: &str| {
        parse(&format!(
            r#"<mscp version="1.0" xmlns="urn:ietf:mscp" xmlns:v="urn:vendor" v:a="b">{content}</mscp>"#
        ))
    };
    let join = r#"<request v:tag="t"><v:before/><join id1="a" id2="b" v:x="y"><v:in><join/></v:in></join><v:after/></request>"#;
    let expected = parse(&message("request", r#"<join id1="a" id2="b"/>"#));
    assert!(expected.is_ok());
    assert_eq!(root(join), expected);
    assert_eq!(root(&format!("<v:x>text</v:x>{join}<v:y/>")), expected);
    assert!(root("").expect_err("empty").reason.contains("<mscp> is empty"));
    assert!(root("<v:x/>").expect_err("foreign").reason.contains("<mscp> is empty"));
    assert!(root(&format!("{join}{join}")).expect_err("two").reason.contains("exactly one"));
    assert!(root("<join/>").expect_err("bare").reason.contains("<join> is not allowed"));
}

#[test]
fn an_error_that_needs_an_id_gets_a_fresh_one() {
    for xml in [r#"<createconference x="y"/>"#, "<dialogprepare/>", "<dialogstart/>"] {
        let answer = answer(&request(xml).expect_err(xml));
        assert!(answer.contains("id=\"fresh1\""), "{answer}");
    }
}

#[test]
fn a_request_that_was_not_understood_is_answered_in_the_projects_namespace() {
    let error =
        parse("<mscp version=\"1.0\"\n  xmlns=\"urn:ietf:mscp\"><request></response></mscp>");
    let error = error.expect_err("malformed");
    assert_eq!((error.line, error.column), (2, 34));
    let body = error.to_response(|| panic!("no id is needed"));
    let Response::Error(report) = &body else { panic!("{body:?}") };
    assert_eq!((report.line, report.column), (Some(2), Some(34)));
    assert_eq!(response(&inner(&Message::Response { id: None, body: body.clone() })), Ok(body));
}

#[test]
fn a_connection_id_is_split_from_the_right() {
    let table = [
        ("a84b4c71@10.0.0.2;1923;1134", Some(("a84b4c71@10.0.0.2", "1923", "1134"))),
        ("a;b;c@host;1;2", Some(("a;b;c@host", "1", "2"))),
        (";;1;2", Some((";", "1", "2"))),
        ("connection1", None),
        ("a;1", None),
        (";1;2", None),
        ("a;;2", None),
        ("a;1;", None),
    ];
    for (id, parts) in table {
        let expected =
            parts.map(|(call_id, from_tag, to_tag)| SipDialog { call_id, from_tag, to_tag });
        assert_eq!(ConnectionId::new(id).sip_dialog(), expected, "{id}");
    }
}

#[test]
fn bridged_is_bridge() {
    let transfer = |name: &str| {
        notification(&format!(
            r#"<dialogtransfer dialogid="d" type="{name}" uri="u" maxtime="0s" connecttimeout="1s"/>"#
        ))
    };
    let Ok(Notification::DialogTransfer(bridge)) = transfer("bridged") else { panic!("not read") };
    assert_eq!(bridge.transfer_type.to_string(), "bridge");
    assert_eq!(transfer("bridged"), transfer("bridge"));
}
