//! Attributes, defaults and cross-attribute rules of `<dialogprepare>` and `<dialogstart>` (4.1, 4.2).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{LINE, answer, canonical, request};
use mscp_proto::Request;
use mscp_proto::dialog::{DialogPrepare, DialogStart};
use mscp_proto::id::EndPoint;
use mscp_proto::shared::{
    DialogSubscribe, Direction, DtmfReport, FetchHints, Item, Method, Namelist, Script, Streams,
};

const VXML: &str = r#"<vxml xmlns="http://www.w3.org/2001/vxml"/>"#;

#[test]
fn what_is_left_out_has_the_drafts_default() {
    let Ok(Request::DialogPrepare(prepare)) = request(r#"<dialogprepare src="http://x/y"/>"#)
    else {
        panic!("not read");
    };
    assert_eq!(prepare, DialogPrepare::new(Script::uri("http://x/y")));
    assert_eq!(prepare.script.mime(), "application/voicexml+xml");
    assert_eq!(prepare.fetch.enctype, "application/x-www-form-urlencoded");
    assert_eq!(prepare.fetch.method, Method::Get);
    assert_eq!(prepare.streams.audio(), Some(Direction::Both));
    assert_eq!(prepare.streams.video(), None);
}

#[test]
fn what_is_given_is_kept() {
    let xml = r#"<dialogstart src="cid:one" type="audio/wav" conferenceid="c" maxage="10"
        maxstale="" enctype="multipart/form-data" method=" post ">
        <stream type="audio" direction="transmit"/><stream type="video" direction="receive"/>
        <namelist><item name="a" value="1"/></namelist>
        <v:thing><item/></v:thing>
        <namelist><item name="a" value=""/></namelist>
        <subscribe><item name="dtmf" value="all"/><item name="mark" value="true"/>
          <item name="weather" value="fine"/></subscribe>
    </dialogstart>"#;
    let expected = DialogStart::Script {
        script: Script::Uri { uri: "cid:one".into(), mime: "audio/wav".into() },
        endpoint: EndPoint::Conference("c".into()),
        fetch: FetchHints {
            maxage: Some("10".into()),
            maxstale: Some(String::new()),
            enctype: "multipart/form-data".into(),
            method: Method::Post,
        },
        namelist: Namelist::of([("a", "1"), ("a", "")]),
        subscribe: DialogSubscribe {
            dtmf: Some(DtmfReport::All),
            mark: true,
            ignored: vec![Item::new("weather", "fine")],
            ..DialogSubscribe::default()
        },
        streams: Streams::audiovideo(Direction::Transmit, Direction::Receive),
    };
    assert_eq!(request(xml), Ok(Request::DialogStart(expected)));
}

#[test]
fn streams_add_up() {
    let table = [
        ("", Some(Direction::Both), None),
        (r#"<stream type="audio" direction="both"/>"#, Some(Direction::Both), None),
        (r#"<stream type="video" direction="both"/>"#, None, Some(Direction::Both)),
        (
            r#"<stream type="audiovideo" direction="receive"/>"#,
            Some(Direction::Receive),
            Some(Direction::Receive),
        ),
        (
            r#"<stream type="audio" direction="transmit"/><stream type="audio" direction="receive"/>"#,
            Some(Direction::Both),
            None,
        ),
        (
            r#"<stream type="audiovideo" direction="transmit"/><stream type="video" direction="both"/>"#,
            Some(Direction::Transmit),
            Some(Direction::Both),
        ),
    ];
    for (streams, audio, video) in table {
        let xml = format!(r#"<dialogprepare src="u">{streams}</dialogprepare>"#);
        let Ok(Request::DialogPrepare(prepare)) = request(&xml) else { panic!("{streams}") };
        assert_eq!((prepare.streams.audio(), prepare.streams.video()), (audio, video), "{streams}");
    }
}

#[test]
fn subscriptions_that_mean_nothing_are_ignored() {
    let xml = r#"<dialogprepare src="u"><subscribe>
        <item name="dtmf" value="sometimes"/><item name="goto" value="false"/>
        <item name="tone" value="cng"/><item name="bargein" value="yes"/>
        <item name="audiostart" value="true"/></subscribe></dialogprepare>"#;
    let Ok(Request::DialogPrepare(prepare)) = request(xml) else { panic!("not read") };
    let expected = DialogSubscribe {
        tone: Some("cng".into()),
        bargein: true,
        audiostart: true,
        ignored: vec![Item::new("dtmf", "sometimes"), Item::new("goto", "false")],
        ..DialogSubscribe::default()
    };
    assert_eq!(prepare.subscribe, expected);
}

/// Element, what the reason must say, line within the element from 0.
#[test]
fn rules_of_the_draft_are_kept() {
    let table: Vec<(String, &str)> = [
        // Exactly one of src and <src>.
        ("<dialogprepare/>", "has no script"),
        (r#"<dialogstart connectionid="c"/>"#, "has no script"),
        (r#"<dialogprepare src=""/>"#, "src must not be empty"),
        (r#"<dialogprepare src="u"><src>VXML</src></dialogprepare>"#, "more than one script"),
        (
            r#"<dialogprepare><src>VXML</src><src>VXML</src></dialogprepare>"#,
            "more than one script",
        ),
        (r#"<dialogprepare><src/></dialogprepare>"#, "exactly one element"),
        (r#"<dialogprepare><src>VXMLVXML</src></dialogprepare>"#, "exactly one element"),
        (r#"<dialogprepare><src>play it</src></dialogprepare>"#, "<src> holds no text"),
        (
            r#"<dialogprepare><src><vxml/></src></dialogprepare>"#,
            "<vxml> is not allowed inside <src>",
        ),
        // At most one end point; on <dialogstart> without a preparation exactly one.
        (
            r#"<dialogprepare src="u" connectionid="c" conferenceid="d"/>"#,
            "both connectionid and conferenceid",
        ),
        (
            r#"<dialogstart src="u" connectionid="c" conferenceid="d"/>"#,
            "both connectionid and conferenceid",
        ),
        (
            r#"<dialogstart prepareddialogid="p" connectionid="c" conferenceid="d"/>"#,
            "both connectionid and conferenceid",
        ),
        (r#"<dialogstart src="u"/>"#, "needs a connectionid or a conferenceid"),
        (r#"<dialogstart src="u" connectionid=""/>"#, "connectionid must not be empty"),
        // What belongs to the preparation must not be given again.
        (
            r#"<dialogstart prepareddialogid="p" src="u"/>"#,
            "src must not be given with prepareddialogid",
        ),
        (r#"<dialogstart prepareddialogid="p" type="t/t"/>"#, "type must not be given"),
        (r#"<dialogstart prepareddialogid="p" maxage="1"/>"#, "maxage must not be given"),
        (r#"<dialogstart prepareddialogid="p" maxstale="1"/>"#, "maxstale must not be given"),
        (r#"<dialogstart prepareddialogid="p" enctype="t/t"/>"#, "enctype must not be given"),
        (r#"<dialogstart prepareddialogid="p" method="get"/>"#, "method must not be given"),
        (
            r#"<dialogstart prepareddialogid="p"><src>VXML</src></dialogstart>"#,
            "<src> must not be given",
        ),
        (
            r#"<dialogstart prepareddialogid="p"><namelist/></dialogstart>"#,
            "<namelist> must not be given",
        ),
        (
            r#"<dialogstart prepareddialogid="p"><subscribe/></dialogstart>"#,
            "<subscribe> must not be given",
        ),
        (
            r#"<dialogstart prepareddialogid="p"><stream/></dialogstart>"#,
            "<stream> must not be given",
        ),
        (r#"<dialogstart prepareddialogid=""/>"#, "prepareddialogid must not be empty"),
        // Values and names of the schema.
        (
            r#"<dialogprepare src="u" method="put"/>"#,
            r#"method must be "get" or "post", not "put""#,
        ),
        (
            r#"<dialogprepare src="u" connection="c"/>"#,
            "<dialogprepare> has no attribute connection;",
        ),
        (r#"<dialogprepare src="u" prepareddialogid="p"/>"#, "no attribute prepareddialogid"),
        (r#"<dialogprepare src="u"><join/></dialogprepare>"#, "<join> is not allowed inside"),
        (r#"<dialogprepare src="u">text</dialogprepare>"#, "<dialogprepare> holds no text"),
        (
            r#"<dialogprepare src="u"><namelist><item name="a"/></namelist></dialogprepare>"#,
            "needs the attribute value",
        ),
        (
            r#"<dialogprepare src="u"><namelist><item value="a"/></namelist></dialogprepare>"#,
            "needs the attribute name",
        ),
        (
            r#"<dialogprepare src="u"><namelist><stream/></namelist></dialogprepare>"#,
            "not allowed inside <namelist>",
        ),
        (
            r#"<dialogprepare src="u"><subscribe><item name="a"/></subscribe></dialogprepare>"#,
            "needs the attribute value",
        ),
        (
            r#"<dialogprepare src="u"><stream type="audio"/></dialogprepare>"#,
            "needs the attribute direction",
        ),
        (
            r#"<dialogprepare src="u"><stream direction="both"/></dialogprepare>"#,
            "needs the attribute type",
        ),
        (
            r#"<dialogprepare src="u"><stream type="text" direction="both"/></dialogprepare>"#,
            r#"type must be "audio""#,
        ),
        (
            r#"<dialogprepare src="u"><stream type="audio" direction="up"/></dialogprepare>"#,
            r#"direction must be "transmit""#,
        ),
    ]
    .map(|(xml, reason)| (xml.replace("VXML", VXML), reason))
    .into();
    for (xml, reason) in table {
        let error = request(&xml).expect_err(&xml);
        assert!(error.reason.contains(reason), "{xml}: {error}");
        assert_eq!(error.line, LINE, "{xml}: {error}");
        let own = if xml.starts_with("<dialogprepare") {
            "<errordialognotprepared "
        } else {
            "<errordialognotstarted "
        };
        assert!(answer(&error).starts_with(own), "{xml}: {}", answer(&error));
    }
}

#[test]
fn the_answer_repeats_what_the_request_named() {
    let table = [
        (
            r#"<dialogprepare connectionid="c"/>"#,
            r#"<errordialognotprepared dialogid="fresh1" connectionid="c" reason="line 3"#,
        ),
        (
            r#"<dialogstart prepareddialogid="p" conferenceid="d" src="u"/>"#,
            r#"<errordialognotstarted dialogid="p" conferenceid="d" reason="line 3"#,
        ),
        (
            r#"<dialogstart src="u" connectionid="c" conferenceid="d"/>"#,
            r#"<errordialognotstarted dialogid="fresh1" reason="line 3"#,
        ),
    ];
    for (xml, expected) in table {
        let answer = answer(&request(xml).expect_err(xml));
        assert!(answer.starts_with(expected), "{xml}: {answer}");
    }
}

#[test]
fn a_fault_points_at_the_attribute() {
    let error = request(r#"<dialogprepare src="ü"   method="put"/>"#).expect_err("method");
    assert_eq!((error.line, error.column), (LINE, 26));
}

#[test]
fn defaults_are_not_written() {
    let table = [
        (
            r#"<dialogprepare src="u" type="application/voicexml+xml" method="get"
               enctype="application/x-www-form-urlencoded"><stream type="audio" direction="both"/>
               <namelist/><subscribe/></dialogprepare>"#,
            r#"<dialogprepare src="u"/>"#,
        ),
        (
            r#"<dialogstart prepareddialogid="p"></dialogstart>"#,
            r#"<dialogstart prepareddialogid="p"/>"#,
        ),
    ];
    for (xml, expected) in table {
        assert_eq!(canonical(xml).as_deref(), Ok(expected), "{xml}");
    }
}
