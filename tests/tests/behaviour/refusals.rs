//! Whatever is refused is answered with the draft's own error element and a reason a person can
//! act on (mscp.md, section 2).

use antiphon_tests::simulator::Simulator;
use mscp_proto::framing::Status;
use mscp_proto::multipart::Resources;
use mscp_proto::{Message, Response};

/// A request that no rule of the draft forbids, for what is not there.
const VIDEO: &str =
    "<createconference reservedmedia='video' audiomixingpolicy='nbest' videomixingpolicy='vas'/>";

/// Element of the answer, status, and a piece of the reason, by request.
const REFUSED: &[(&str, &str, Status, &str)] = &[
    // Nothing of that name.
    (
        "<destroyconference conferenceid='nothing'/>",
        "errorconferencedestroy",
        Status::Ok,
        "nothing does not exist",
    ),
    ("<join id1='nothing' id2='$a'/>", "errorconferencejoin", Status::Ok, "nothing"),
    ("<join id1='$a' id2='nothing'/>", "errorconferencejoin", Status::Ok, "nothing"),
    ("<unjoin id1='$R' id2='nothing'/>", "errorconferenceunjoin", Status::Ok, "nothing"),
    (
        "<dialogstart src='http://m/1' type='audio/wav' connectionid='nothing'/>",
        "errordialognotstarted",
        Status::Ok,
        "no such connection: nothing",
    ),
    (
        "<dialogstart src='http://m/1' type='audio/wav' conferenceid='nothing'/>",
        "errordialognotstarted",
        Status::Ok,
        "nothing does not exist",
    ),
    (
        "<dialogprepare src='http://m/1' type='audio/wav' connectionid='nothing'/>",
        "errordialognotprepared",
        Status::Ok,
        "no such connection: nothing",
    ),
    (
        "<dialogstart prepareddialogid='nothing'/>",
        "errordialognotstarted",
        Status::Ok,
        "nothing does not exist",
    ),
    // Not as they are.
    ("<join id1='$a' id2='$a'/>", "errorconferencejoin", Status::Ok, "joined to itself"),
    ("<join id1='$R' id2='$R'/>", "errorconferencejoin", Status::Ok, "joined to itself"),
    ("<unjoin id1='$R' id2='$a'/>", "errorconferenceunjoin", Status::Ok, "not joined"),
    // Not here.
    (
        "<join id1='$R' id2='$a'><stream type='video' direction='both'/></join>",
        "errorconferencejoin",
        Status::Ok,
        "video",
    ),
    (VIDEO, "errorconferencecreate", Status::Ok, "video"),
    (
        "<dialogstart src='http://m/1' type='text/plain' connectionid='$a'/>",
        "errordialognotstarted",
        Status::Ok,
        "text/plain",
    ),
    (
        "<dialogprepare src='http://m/1' type='audio/wav' maxage='soon'/>",
        "errordialognotprepared",
        Status::Ok,
        "maxage",
    ),
    // Against the draft's rules.
    ("<join id1='$R'/>", "error", Status::BadRequest, "id2"),
    ("<destroyconference/>", "error", Status::BadRequest, "conferenceid"),
    (
        "<dialogstart src='http://m/1' connectionid='$a' conferenceid='$R'/>",
        "errordialognotstarted",
        Status::BadRequest,
        "conferenceid",
    ),
    ("<dialogprepare/>", "errordialognotprepared", Status::BadRequest, "src"),
    (
        "<createconference audiomixingnbest='-1'/>",
        "errorconferencecreate",
        Status::BadRequest,
        "audiomixingnbest",
    ),
    // Of nobody's vocabulary.
    ("<x:teleport xmlns:x='urn:example:x'/>", "error", Status::Ok, "teleport"),
    ("<teleport/>", "error", Status::BadRequest, "teleport"),
];

fn name_of(response: &Response) -> &'static str {
    match response {
        Response::ErrorDialogNotPrepared(_) => "errordialognotprepared",
        Response::ErrorDialogWrongState(_) => "errordialogwrongstate",
        Response::ErrorDialogNotStarted(_) => "errordialognotstarted",
        Response::ErrorConferenceCreate(_) => "errorconferencecreate",
        Response::ErrorConferenceDestroy(_) => "errorconferencedestroy",
        Response::ErrorConferenceJoin(_) => "errorconferencejoin",
        Response::ErrorConferenceUnjoin(_) => "errorconferenceunjoin",
        Response::Error(_) => "error",
        _ => "no error",
    }
}

#[test]
fn every_refusal_has_its_element_and_its_reason() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    sim.join('R', 'b', "both");
    for (request, element, status, reason) in REFUSED {
        let number = sim.request(0, request, &Resources::default());
        let (found_status, response) = sim.wait_for_answer(0, number);
        let found = response.error_reason().unwrap_or_default();
        assert_eq!(name_of(&response), *element, "{request}: {found}");
        assert_eq!(found_status, *status, "{request}: {found}");
        assert!(found.contains(reason), "{request}: no {reason:?} in {found:?}");
        let xml = Message::Response { id: None, body: response }.to_xml();
        assert!(!xml.contains("reason=\"\""), "{xml}");
    }
    // None of it left a trace.
    assert_eq!(sim.control.counts(), (2, 1, 0));
    sim.check("a: b:");
    sim.join('R', 'a', "both");
    sim.check("a:b b:a");
}

/// The fresh id of an error element names nothing, and comes once.
#[test]
fn ids_of_what_was_not_created_are_never_used_again() {
    let mut sim = Simulator::new();
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let response = sim.ask(VIDEO);
        let Response::ErrorConferenceCreate(error) = response else { panic!("{response:?}") };
        assert!(ids.insert(error.conferenceid.to_string()));
        sim.name('X', error.conferenceid.as_str());
        let response = sim.ask("<destroyconference conferenceid='$X'/>");
        assert!(matches!(response, Response::ErrorConferenceDestroy(_)), "{response:?}");
    }
}

#[test]
fn every_request_of_many_at_once_is_answered() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    // More than the ring of plans holds.
    let numbers: Vec<u64> = (0..500)
        .map(|index| {
            let name = if index % 2 == 0 { 'a' } else { 'b' };
            let request = match index % 3 {
                0 => format!("<join id1='$R' id2='${name}'/>"),
                1 => "<createconference/>".to_owned(),
                _ => format!("<unjoin id1='$R' id2='${name}'/>"),
            };
            sim.request(0, &request, &Resources::default())
        })
        .collect();
    for number in numbers {
        sim.wait_for_answer(0, number);
    }
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    sim.check("a:b b:a");
}
