//! Attributes and rules of the notifications (4.3 to 4.10, 5.5) and of the responses.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{notification, response};
use mscp_proto::Notification;
use mscp_proto::conference::ConferenceUser;
use mscp_proto::dialog::{DialogTerminate, DialogTransfer, TransferType};
use mscp_proto::id::EndPoint;
use mscp_proto::notification::Role;
use mscp_proto::shared::Namelist;

#[test]
fn a_transfer_is_read_whole() {
    let xml = r#"<dialogtransfer dialogid="d" type="consultation" conferenceid="c" uri="tel:1"
        maxtime="+1.5s" connecttimeout="250ms" aai=""><namelist><item name="a" value="b"/>
        </namelist></dialogtransfer>"#;
    let expected = DialogTransfer {
        dialogid: "d".into(),
        transfer_type: TransferType::Other("consultation".into()),
        endpoint: Some(EndPoint::Conference("c".into())),
        uri: "tel:1".into(),
        maxtime: Duration::from_millis(1500),
        connecttimeout: Duration::from_millis(250),
        aai: Some(String::new()),
        namelist: Namelist::of([("a", "b")]),
    };
    assert_eq!(notification(xml), Ok(Notification::DialogTransfer(expected)));
}

#[test]
fn an_attendance_update_is_what_the_draft_prints() {
    let xml = r#"<conferenceuser name="attendance.update" conferenceid="conf1"><namelist>
        <item name="total" value="45"/></namelist></conferenceuser>"#;
    let update = ConferenceUser::attendance_update("conf1".into(), 45).unwrap();
    assert_eq!(notification(xml), Ok(Notification::ConferenceUser(update)));
}

#[test]
fn termination_is_not_immediate_unless_said() {
    for (attribute, immediate) in
        [("", false), ("immediate=\"false\"", false), ("immediate=\"true\"", true)]
    {
        let xml = format!(r#"<dialogterminate dialogid="d" {attribute}/>"#);
        let expected = DialogTerminate { dialogid: "d".into(), immediate };
        assert_eq!(notification(&xml), Ok(Notification::DialogTerminate(expected)));
    }
}

#[test]
fn every_reason_of_a_finished_transfer_is_read() {
    for reason in ["maxtime_disconnect", "busy", "network_busy", "noanswer"] {
        let xml = format!(r#"<dialogtransfercomplete dialogid="d" reason="{reason}"/>"#);
        let Ok(Notification::DialogTransferComplete(complete)) = notification(&xml) else {
            panic!("{reason}");
        };
        assert_eq!(complete.reason.to_string(), reason);
    }
}

#[test]
fn notifications_break_no_rule() {
    let both = r#"dialogid="d" connectionid="c" conferenceid="d""#;
    let mut table: Vec<(String, &str)> = [
        ("<dialogterminate/>", "needs the attribute dialogid"),
        (r#"<dialogterminate dialogid=""/>"#, "dialogid must not be empty"),
        (r#"<dialogterminate dialogid="d" immediate="now"/>"#, "immediate must be \"true\""),
        (r#"<dialogterminate dialogid="d"><namelist/></dialogterminate>"#, "<namelist> is not allowed"),
        ("<dialogexit/>", "needs the attribute dialogid"),
        (r#"<errordialog dialogid="d"/>"#, "needs the attribute reason"),
        (r#"<dialoguser dialogid="d"/>"#, "needs the attribute name"),
        (r#"<dialoguser name="a" />"#, "needs the attribute dialogid"),
        (r#"<dialoguser name="" dialogid="d"/>"#, "only letters, digits and dots"),
        (r#"<dialoguser name="a-b" dialogid="d"/>"#, "only letters, digits and dots"),
        (r#"<dialoguser name="ä" dialogid="d"/>"#, "only letters, digits and dots"),
        (r#"<dialoguser name="a" dialogid="d"><subscribe/></dialoguser>"#, "<subscribe> is not allowed"),
        ("<dialogdisconnect/>", "needs the attribute dialogid"),
        (r#"<dialogtransfer type="blind" uri="u" maxtime="0s" connecttimeout="1s"/>"#, "needs the attribute dialogid"),
        (r#"<dialogtransfer dialogid="d" uri="u" maxtime="0s" connecttimeout="1s"/>"#, "needs the attribute type"),
        (r#"<dialogtransfer dialogid="d" type="blind" maxtime="0s" connecttimeout="1s"/>"#, "needs the attribute uri"),
        (r#"<dialogtransfer dialogid="d" type="blind" uri="u" connecttimeout="1s"/>"#, "needs the attribute maxtime"),
        (r#"<dialogtransfer dialogid="d" type="blind" uri="u" maxtime="0s"/>"#, "needs the attribute connecttimeout"),
        (r#"<dialogtransfer dialogid="d" type="blind" uri="u" maxtime="10" connecttimeout="1s"/>"#, "maxtime must be a time"),
        (r#"<dialogtransfer dialogid="d" type="blind" uri="u" maxtime="0s" connecttimeout="-1s"/>"#, "connecttimeout must be a time"),
        (r#"<dialogterminatetransfer dialogid="d"/>"#, "needs the attribute reason"),
        (r#"<dialogterminatetransfer dialogid="d" reason="bored"/>"#, "reason must be \"near_end_disconnect\""),
        (r#"<dialogtransfercomplete dialogid="d"/>"#, "needs the attribute reason"),
        (r#"<dialogtransfercomplete dialogid="d" reason="done"/>"#, "reason must be \"maxtime_disconnect\""),
        (r#"<conferenceuser name="a"/>"#, "needs the attribute conferenceid"),
        (r#"<conferenceuser conferenceid="c"/>"#, "needs the attribute name"),
        (r#"<conferenceuser name="a b" conferenceid="c"/>"#, "only letters, digits and dots"),
        (r#"<conferenceuser name="a" conferenceid="c" dialogid="d"/>"#, "no attribute dialogid"),
        ("<dialogsomething/>", "no notification <dialogsomething>"),
    ]
    .map(|(xml, reason)| (xml.to_owned(), reason))
    .into();
    for element in [
        format!("dialogexit {both}"),
        format!("errordialog reason=\"r\" {both}"),
        format!("dialoguser name=\"n\" {both}"),
        format!("dialogdisconnect {both}"),
        format!(
            "dialogtransfer type=\"blind\" uri=\"u\" maxtime=\"0s\" connecttimeout=\"1s\" {both}"
        ),
        format!("dialogterminatetransfer reason=\"near_end_disconnect\" {both}"),
        format!("dialogtransfercomplete reason=\"busy\" {both}"),
    ] {
        table.push((format!("<{element}/>"), "both connectionid and conferenceid"));
    }
    for (xml, reason) in table {
        let error = notification(&xml).expect_err(&xml);
        assert!(error.reason.contains(reason), "{xml}: {error}");
    }
}

#[test]
fn responses_break_no_rule() {
    let table = [
        (r#"<dialogprepared/>"#, "needs the attribute dialogid"),
        (r#"<dialogstarted dialogid="d"/>"#, "needs a connectionid or a conferenceid"),
        (r#"<dialogstarted dialogid="d" connectionid="c" conferenceid="d"/>"#, "both"),
        (r#"<dialogprepared dialogid="d" connectionid="c" conferenceid="d"/>"#, "both"),
        (r#"<errordialognotprepared dialogid="d"/>"#, "needs the attribute reason"),
        (r#"<errordialognotstarted dialogid="d"/>"#, "needs the attribute reason"),
        (r#"<errordialogwrongstate dialogid="d"/>"#, "needs the attribute reason"),
        (r#"<conferencecreated/>"#, "needs the attribute conferenceid"),
        (r#"<errorconferencecreate conferenceid="c"/>"#, "needs the attribute reason"),
        (r#"<conferencedestroyed/>"#, "needs the attribute conferenceid"),
        (r#"<errorconferencedestroy conferenceid="c"/>"#, "needs the attribute reason"),
        (r#"<conferencejoined id1="a"/>"#, "needs the attribute id2"),
        (r#"<errorconferencejoin id1="a" id2="b"/>"#, "needs the attribute reason"),
        (r#"<conferenceunjoined id2="a"/>"#, "needs the attribute id1"),
        (r#"<errorconferenceunjoin id1="a" id2="b"/>"#, "needs the attribute reason"),
        (r#"<dialogstart/>"#, "no response <dialogstart>"),
    ];
    for (xml, reason) in table {
        let error = response(xml).expect_err(xml);
        assert!(error.reason.contains(reason), "{xml}: {error}");
    }
}

/// mscp.md section 1, the column "direction".
#[test]
fn each_notification_has_its_direction() {
    let (from_as, from_ms) = (Role::ApplicationServer, Role::MediaServer);
    let table = [
        (r#"<dialogterminate dialogid="d"/>"#, true, false),
        (r#"<dialogexit dialogid="d"/>"#, false, true),
        (r#"<errordialog dialogid="d" reason="r"/>"#, false, true),
        (r#"<dialoguser name="n" dialogid="d"/>"#, true, true),
        (r#"<dialogdisconnect dialogid="d"/>"#, false, true),
        (
            r#"<dialogtransfer dialogid="d" type="blind" uri="u" maxtime="0s" connecttimeout="1s"/>"#,
            false,
            true,
        ),
        (r#"<dialogterminatetransfer dialogid="d" reason="near_end_disconnect"/>"#, false, true),
        (r#"<dialogtransfercomplete dialogid="d" reason="busy"/>"#, true, false),
        (r#"<conferenceuser name="n" conferenceid="c"/>"#, true, true),
        (r#"<a:connectionended connectionid="c" reason="r"/>"#, false, true),
    ];
    for (xml, as_may, ms_may) in table {
        let notification = notification(xml).expect(xml);
        assert_eq!(notification.may_come_from(from_as), as_may, "{xml}");
        assert_eq!(notification.may_come_from(from_ms), ms_may, "{xml}");
    }
}
