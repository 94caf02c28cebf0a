//! Dialogs of type audio/wav: what they play, and what is said about them in which order
//! (draft 4.1 to 4.5).

use std::time::Duration;

use antiphon_tests::simulator::Simulator;
use antiphon_tests::simulator::application_server::Told;
use mscp_proto::dialog::{DialogExit, ErrorDialog};
use mscp_proto::id::{ConnectionId, EndPoint};
use mscp_proto::multipart::Resources;
use mscp_proto::{Notification, Response};

const URI: &str = "http://media.example.com/prompt.wav";

pub(crate) fn exits(sim: &Simulator) -> Vec<DialogExit> {
    let exits = |notification| match notification {
        Notification::DialogExit(exit) => Some(exit),
        _ => None,
    };
    sim.servers[0].notifications().into_iter().filter_map(exits).collect()
}

fn errors(sim: &Simulator) -> Vec<ErrorDialog> {
    let errors = |notification| match notification {
        Notification::ErrorDialog(error) => Some(error),
        _ => None,
    };
    sim.servers[0].notifications().into_iter().filter_map(errors).collect()
}

fn prepare(sim: &mut Simulator, name: char, end_point: &str) {
    let request = format!("<dialogprepare src='{URI}' type='audio/wav' {end_point}/>");
    match sim.ask(&request) {
        Response::DialogPrepared(prepared) => sim.name(name, prepared.dialogid.as_str()),
        other => panic!("not prepared: {other:?}"),
    }
}

fn start_prepared(sim: &mut Simulator, end_point: &str) -> Response {
    sim.ask(&format!("<dialogstart prepareddialogid='$1' {end_point}/>"))
}

#[test]
fn a_dialog_of_one_sample_has_started_before_it_exits() {
    for count in [0, 1, 160, 161] {
        let mut sim = Simulator::new();
        sim.call("a");
        sim.documents.put(URI, vec![1_000; count]);
        let request = format!(
            "<dialogstart src='{URI}' type='audio/wav' connectionid='$a'>\
             <subscribe><item name='audiostart' value='true'/></subscribe></dialogstart>"
        );
        sim.start_dialog_with('1', &request);
        sim.run_ms(200);
        let names: Vec<&str> = sim.servers[0].log.iter().map(name_of).collect();
        assert_eq!(names, ["dialogstarted", "audiostart", "dialogexit"], "{count} samples");
    }
}

fn name_of(told: &Told) -> &str {
    match told {
        Told::Response { response: Response::DialogStarted(_), .. } => "dialogstarted",
        Told::Response { .. } => "another response",
        Told::Notification(Notification::DialogUser(user)) => user.name.as_str(),
        Told::Notification(notification) => notification.name(),
    }
}

#[test]
fn a_prepared_dialog_waits_until_it_is_started() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put_tone(URI, '1', 5);
    prepare(&mut sim, '1', "connectionid='$a'");
    sim.check("a:");
    let response = start_prepared(&mut sim, "");
    let Response::DialogStarted(started) = response else { panic!("{response:?}") };
    assert_eq!(started.dialogid.as_str(), sim.id('1'));
    assert_eq!(started.endpoint, EndPoint::Connection(ConnectionId::new(sim.id('a'))));
    sim.check("a:1");
}

#[test]
fn the_end_point_may_come_with_the_start() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.documents.put_tone(URI, '1', 5);
    prepare(&mut sim, '1', "");
    let response = start_prepared(&mut sim, "");
    let reason = response.error_reason().expect("no end point").to_owned();
    assert!(matches!(response, Response::ErrorDialogNotStarted(_)), "{response:?}");
    assert!(reason.contains("connectionid"), "{reason}");
    // The dialog is prepared as before.
    assert!(matches!(start_prepared(&mut sim, "connectionid='$b'"), Response::DialogStarted(_)));
    sim.check("a: b:1");
}

#[test]
fn the_end_point_of_the_preparation_must_not_change() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.documents.put_tone(URI, '1', 5);
    prepare(&mut sim, '1', "connectionid='$a'");
    let Response::ErrorDialogNotStarted(error) = start_prepared(&mut sim, "connectionid='$b'")
    else {
        panic!("it was prepared for a");
    };
    assert_eq!(error.dialogid.as_str(), sim.id('1'));
    assert!(error.reason.contains("prepared for"), "{}", error.reason);
    assert!(matches!(start_prepared(&mut sim, "connectionid='$a'"), Response::DialogStarted(_)));
    sim.check("a:1 b:");
}

#[test]
fn a_dialog_is_started_once() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put_tone(URI, '1', 5);
    prepare(&mut sim, '1', "connectionid='$a'");
    start_prepared(&mut sim, "");
    let Response::ErrorDialogWrongState(error) = start_prepared(&mut sim, "") else {
        panic!("it is started");
    };
    assert_eq!(error.dialogid.as_str(), sim.id('1'));
    assert!(error.reason.contains("started"), "{}", error.reason);
    // The refusal did not disturb it.
    sim.check("a:1");
    sim.run_for(Duration::from_secs(5));
    let response = start_prepared(&mut sim, "connectionid='$a'");
    let Response::ErrorDialogNotStarted(error) = response else { panic!("{response:?}") };
    assert!(error.reason.contains("does not exist"), "{}", error.reason);
}

#[test]
fn a_document_that_cannot_be_had_says_why() {
    let mut sim = Simulator::new();
    sim.call("a");
    let missing = "http://media.example.com/missing.wav";
    let request = format!("<dialogstart src='{missing}' type='audio/wav' connectionid='$a'/>");
    let Response::ErrorDialogNotStarted(error) = sim.ask(&request) else { panic!("no document") };
    assert!(error.reason.contains("404"), "{}", error.reason);
    assert_eq!(error.endpoint, Some(EndPoint::Connection(ConnectionId::new(sim.id('a')))));
    let request = format!("<dialogprepare src='{missing}' type='audio/wav'/>");
    let Response::ErrorDialogNotPrepared(error) = sim.ask(&request) else { panic!("no document") };
    assert!(error.reason.contains("404"), "{}", error.reason);
    sim.documents.put_fault(URI, "not a WAVE file: no RIFF header");
    let request = format!("<dialogstart src='{URI}' type='audio/wav' connectionid='$a'/>");
    let response = sim.ask(&request);
    assert!(response.error_reason().unwrap().contains("RIFF"), "{response:?}");
    assert_eq!(sim.control.counts(), (1, 0, 0));
    assert!(sim.servers[0].notifications().is_empty());
}

#[test]
fn terminated_at_once_it_says_nothing_more() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put_tone(URI, '1', 5);
    sim.start_dialog('1', URI, "connectionid='$a'");
    sim.check("a:1");
    sim.tell("<dialogterminate dialogid='$1' immediate='true'/>");
    sim.check("a:");
    sim.run_for(Duration::from_secs(6));
    assert!(sim.servers[0].notifications().is_empty());
    assert_eq!(sim.control.counts(), (1, 0, 0));
}

#[test]
fn terminated_it_fades_and_exits() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put_tone(URI, '1', 5);
    sim.start_dialog('1', URI, "connectionid='$a'");
    sim.check("a:1");
    sim.tell("<dialogterminate dialogid='$1'/>");
    sim.check("a:");
    assert_eq!(exits(&sim).len(), 1);
}

#[test]
fn a_prepared_dialog_can_be_terminated() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put_tone(URI, '1', 5);
    prepare(&mut sim, '1', "");
    sim.tell("<dialogterminate dialogid='$1'/>");
    assert_eq!(exits(&sim).len(), 1);
    prepare(&mut sim, '1', "");
    sim.tell("<dialogterminate dialogid='$1' immediate='true'/>");
    assert_eq!(exits(&sim).len(), 1);
    let response = start_prepared(&mut sim, "connectionid='$a'");
    assert!(matches!(response, Response::ErrorDialogNotStarted(_)), "{response:?}");
}

/// A request is answered whatever becomes of what it asked for (draft 7.2.4).
#[test]
fn a_start_that_is_overtaken_by_a_termination_is_answered() {
    for immediate in ["true", "false"] {
        let mut sim = Simulator::new();
        sim.call("a");
        sim.documents.put_tone(URI, '1', 5);
        prepare(&mut sim, '1', "");
        let start = "<dialogstart prepareddialogid='$1' connectionid='$a'/>";
        let number = sim.request(0, start, &Resources::default());
        sim.tell(&format!("<dialogterminate dialogid='$1' immediate='{immediate}'/>"));
        sim.wait_for_answer(0, number);
        sim.check("a:");
        assert_eq!(sim.control.counts(), (1, 0, 0));
    }
}

#[test]
fn hanging_up_ends_the_dialog_abnormally() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.documents.put_tone(URI, '1', 60);
    sim.start_dialog('1', URI, "connectionid='$a'");
    sim.run_ms(500);
    sim.hang_up('a');
    sim.run_ms(100);
    let errors = errors(&sim);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].dialogid.as_str(), sim.id('1'));
    assert!(errors[0].reason.contains(&sim.id('a')), "{}", errors[0].reason);
    assert!(exits(&sim).is_empty());
    assert_eq!(sim.control.counts(), (1, 0, 0));
}

#[test]
fn destroying_the_conference_ends_its_dialogs_abnormally() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.create('R');
    sim.documents.put_tone(URI, '1', 60);
    sim.start_dialog('1', URI, "conferenceid='$R'");
    sim.destroy('R');
    sim.run_ms(100);
    let errors = errors(&sim);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].reason.contains("destroyed"), "{}", errors[0].reason);
    assert_eq!(sim.control.counts(), (1, 0, 0));
}

#[test]
fn a_caller_who_is_gone_before_the_document_came_fails_the_start() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put_tone(URI, '1', 5);
    sim.documents.delay = Duration::from_secs(2);
    let request = format!("<dialogstart src='{URI}' type='audio/wav' connectionid='$a'/>");
    let number = sim.request(0, &request, &Resources::default());
    sim.run_ms(500);
    sim.hang_up('a');
    let (_, response) = sim.wait_for_answer(0, number);
    assert!(matches!(response, Response::ErrorDialogNotStarted(_)), "{response:?}");
    assert_eq!(sim.documents.cancelled, 1);
    assert!(errors(&sim).is_empty(), "the answer says it all");
}
