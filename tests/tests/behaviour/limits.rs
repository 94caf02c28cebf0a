//! Everything has a limit, and whoever meets one is told: callers with a status, application
//! servers with a reason.

use std::time::Duration;

use antiphon_tests::simulator::{Phone, Setup, Simulator};
use mixer::Capacities;
use mscp_proto::multipart::{Resource, Resources};
use mscp_proto::{Notification, Response};
use sip::Availability;

use crate::playout::wav;

fn with_capacities(capacities: Capacities) -> Simulator {
    Simulator::with(Setup { capacities, ..Setup::default() })
}

fn reason(response: &Response) -> String {
    response.error_reason().unwrap_or_else(|| panic!("allowed: {response:?}")).to_owned()
}

#[test]
fn calls_beyond_the_limit_are_refused_until_one_ends() {
    let mut setup = Setup::default();
    setup.settings.max_calls = 2;
    let mut sim = Simulator::with(setup);
    sim.call("a");
    assert_eq!(sim.availability, Availability::Open);
    sim.call("b");
    // The agent answers 486 by itself from now on; what it had let in before is refused here.
    assert_eq!(sim.availability, Availability::Full);
    sim.invite('c', Phone::default());
    let rejection = sim.caller('c').rejection.clone().expect("no place for c");
    assert!(matches!(rejection.status, 486 | 503), "{rejection:?}");
    sim.hang_up('a');
    sim.run_ms(100);
    assert_eq!(sim.availability, Availability::Open);
    sim.call("d");
    sim.join('b', 'd', "both");
    sim.run_ms(100);
    assert_eq!(sim.bound_ports(), 2);
}

#[test]
fn a_call_for_which_there_is_no_rtp_port_is_refused() {
    let mut sim = Simulator::with(Setup { rtp_ports: 1, ..Setup::default() });
    sim.call("a");
    sim.invite('b', Phone::default());
    let rejection = sim.caller('b').rejection.clone().expect("no port for b");
    assert_eq!(rejection.status, 503);
    assert!(rejection.retry_after.is_some());
    assert_eq!(sim.control.counts(), (1, 0, 0));
    sim.hang_up('a');
    sim.run_ms(100);
    sim.call("c");
}

#[test]
fn a_call_for_which_the_engine_has_no_place_is_refused() {
    let mut sim = with_capacities(Capacities { ports: 1, ..Setup::default().capacities });
    sim.call("a");
    sim.invite('b', Phone::default());
    assert_eq!(sim.caller('b').rejection.as_ref().map(|r| r.status), Some(503));
    assert_eq!(sim.control.counts(), (1, 0, 0));
}

#[test]
fn a_dialog_for_which_the_engine_has_no_place_is_refused() {
    let mut sim = with_capacities(Capacities { ports: 1, ..Setup::default().capacities });
    sim.call("a");
    sim.documents.put_tone("http://media/1", '1', 1);
    let request = "<dialogstart src='http://media/1' type='audio/wav' connectionid='$a'/>";
    let response = sim.ask(request);
    assert!(matches!(response, Response::ErrorDialogNotStarted(_)), "{response:?}");
    assert!(!reason(&response).is_empty());
    assert_eq!(sim.control.counts(), (1, 0, 0));
}

#[test]
fn conferences_beyond_the_limit_are_refused_until_one_ends() {
    let mut setup = Setup::default();
    setup.settings.max_conferences = 2;
    let mut sim = Simulator::with(setup);
    sim.create('R');
    sim.create('S');
    let response = sim.ask("<createconference/>");
    assert!(matches!(response, Response::ErrorConferenceCreate(_)), "{response:?}");
    assert!(!reason(&response).is_empty());
    sim.destroy('R');
    sim.create('T');
}

/// Tones at the door take rooms of the engine, which then may be too small for what is allowed.
#[test]
fn conferences_that_do_not_fit_the_engine_are_refused() {
    let mut sim = with_capacities(Capacities { rooms: 2, ..Setup::default().capacities });
    sim.call("a");
    sim.create('R');
    sim.ask("<join id1='$R' id2='$a' entertone='true'/>");
    let response = sim.ask("<createconference/>");
    assert!(matches!(response, Response::ErrorConferenceCreate(_)), "{response:?}");
    sim.unjoin('R', 'a');
    sim.create('S');
    // And without a room for it there are no tones, but there is a join.
    let response = sim.ask("<join id1='$R' id2='$a' entertone='true'/>");
    assert!(matches!(response, Response::ConferenceJoined(_)), "{response:?}");
}

#[test]
fn joins_beyond_the_limit_are_refused_and_change_nothing() {
    let mut sim = with_capacities(Capacities { streams: 2, ..Setup::default().capacities });
    sim.call("abc");
    sim.create('R');
    sim.join('R', 'a', "both");
    sim.join('R', 'b', "both");
    let response = sim.ask("<join id1='$R' id2='$c'/>");
    assert!(matches!(response, Response::ErrorConferenceJoin(_)), "{response:?}");
    sim.check("a:b b:a c:");
    sim.unjoin('R', 'b');
    sim.join('R', 'c', "both");
    sim.check("a:c b: c:a");
}

#[test]
fn reservations_are_granted_while_all_of_them_can_be_kept() {
    let mut sim = with_capacities(Capacities { ports: 10, ..Setup::default().capacities });
    sim.create_with('R', "<createconference reservedtalkers='4' reservedlisteners='4'/>");
    let response = sim.ask("<createconference reservedtalkers='3'/>");
    assert!(matches!(response, Response::ErrorConferenceCreate(_)), "{response:?}");
    assert!(reason(&response).contains('3'), "{}", reason(&response));
    sim.create_with('S', "<createconference reservedtalkers='2'/>");
    sim.destroy('R');
    sim.create_with('T', "<createconference reservedlisteners='8'/>");
    let huge = "<createconference reservedtalkers='4294967295' reservedlisteners='4294967295'/>";
    assert!(matches!(sim.ask(huge), Response::ErrorConferenceCreate(_)));
}

/// Prepares this many dialogs on `a` without waiting for each; returns the last answer.
fn prepare_many(sim: &mut Simulator, count: usize) -> Response {
    let request = "<dialogprepare src='http://media/1' type='audio/wav' connectionid='$a'/>";
    let mut last = 0;
    for _ in 0..count {
        last = sim.request(0, request, &Resources::default());
    }
    sim.wait_for_answer(0, last).1
}

#[test]
fn prepared_dialogs_are_limited_too() {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put("http://media/1", [0; 160]);
    assert!(matches!(prepare_many(&mut sim, 4_096), Response::DialogPrepared(_)));
    let response = prepare_many(&mut sim, 1);
    assert!(matches!(response, Response::ErrorDialogNotPrepared(_)), "{response:?}");
    assert!(reason(&response).contains("4096"), "{}", reason(&response));
    sim.hang_up('a');
    sim.call("a");
    assert!(matches!(prepare_many(&mut sim, 1), Response::DialogPrepared(_)));
}

/// What 1,200 dialogs say when the connection ends on which they stand, and how much of it an
/// application server that was away will never hear.
fn ends_of_1200_dialogs(is_away: bool) -> (Vec<Notification>, u64) {
    let mut sim = Simulator::new();
    sim.call("a");
    sim.documents.put("http://media/1", [0; 160]);
    assert!(matches!(prepare_many(&mut sim, 1_200), Response::DialogPrepared(_)));
    let mut server = 0;
    if is_away {
        sim.disconnect(0);
    }
    sim.hang_up('a');
    if is_away {
        server = sim.connect(None);
    }
    (sim.servers[server].notifications(), sim.control.notifications_dropped())
}

#[test]
fn what_an_absent_application_server_misses_is_limited() {
    let (all, none_dropped) = ends_of_1200_dialogs(false);
    assert_eq!((all.len(), none_dropped), (1_200, 0));
    // It is the oldest that are dropped, and the order stays.
    let (missed, dropped) = ends_of_1200_dialogs(true);
    assert_eq!(dropped, 200);
    assert!(missed == all[200..], "{} of {}", missed.len(), all.len());
}

/// What dialogs hold is counted in bytes, whatever their number, and given back.
#[test]
fn the_audio_that_dialogs_hold_is_limited() {
    let mut setup = Setup::default();
    setup.settings.held_bytes_max = 2 * 16_000;
    let mut sim = Simulator::with(setup);
    sim.documents.put("http://media/second", [0; 8_000]);
    let prepare = "<dialogprepare src='http://media/second' type='audio/wav'/>";
    let Response::DialogPrepared(first) = sim.ask(prepare) else { panic!("the first fits") };
    assert!(matches!(sim.ask(prepare), Response::DialogPrepared(_)), "and the second");
    let refused = sim.ask(prepare);
    assert!(matches!(refused, Response::ErrorDialogNotPrepared(_)), "{refused:?}");
    assert!(reason(&refused).contains("dialogs.max-held-bytes"), "{}", reason(&refused));
    sim.tell(&format!("<dialogterminate dialogid='{}'/>", first.dialogid));
    sim.run_ms(100);
    assert!(matches!(sim.ask(prepare), Response::DialogPrepared(_)), "there is room again");
}

/// Bytes of the `cid:` part in the next test: what it says, and what it is decoded to.
const PART_BYTES: usize = 44 + DECODED_BYTES;
const DECODED_BYTES: usize = 16_000;

/// What comes with a request is counted as it is from the first, and as its audio once decoded.
#[test]
fn the_recordings_in_requests_are_limited_from_their_arrival() {
    let mut setup = Setup::default();
    setup.settings.held_bytes_max = PART_BYTES + DECODED_BYTES;
    let mut sim = Simulator::with(setup);
    sim.documents.delay = Duration::from_secs(1);
    let part = Resource {
        content_id: Some("x".to_owned()),
        content_type: "audio/wav".to_owned(),
        bytes: wav(&[0; DECODED_BYTES / 2]),
    };
    assert_eq!(part.bytes.len(), PART_BYTES);
    let resources = Resources(vec![part]);
    let prepare = "<dialogprepare src='cid:x' type='audio/wav'/>";

    let first = sim.request(0, prepare, &resources);
    let beside_it = sim.request(0, prepare, &resources);
    let refused = sim.wait_for_answer(0, beside_it).1;
    assert!(matches!(refused, Response::ErrorDialogNotPrepared(_)), "{refused:?}");
    assert!(reason(&refused).contains("dialogs.max-held-bytes"), "{}", reason(&refused));
    let prepared = sim.wait_for_answer(0, first).1;
    assert!(matches!(prepared, Response::DialogPrepared(_)), "{prepared:?}");

    let second = sim.request(0, prepare, &resources);
    let second = sim.wait_for_answer(0, second).1;
    let Response::DialogPrepared(second) = second else { panic!("{second:?}") };
    let third = sim.request(0, prepare, &resources);
    assert!(matches!(sim.wait_for_answer(0, third).1, Response::ErrorDialogNotPrepared(_)));
    sim.tell(&format!("<dialogterminate dialogid='{}'/>", second.dialogid));
    sim.run_ms(100);
    let fourth = sim.request(0, prepare, &resources);
    assert!(matches!(sim.wait_for_answer(0, fourth).1, Response::DialogPrepared(_)));
}

/// An engine that stands still is asked for nothing more, and told all of the rest when it goes on.
#[test]
fn an_engine_that_is_far_behind_is_asked_for_nothing_new() {
    let mut sim = Simulator::new();
    sim.call("ab");
    let requests = ["<join id1='$a' id2='$b'/>", "<unjoin id1='$a' id2='$b'/>"];
    // Time stands still, so only a refusal is answered.
    let refused = requests.into_iter().cycle().take(10_000).find_map(|request| {
        let number = sim.request(0, request, &Resources::default());
        sim.servers[0].answer(number)
    });
    let (_, refused) = refused.expect("what waits for the engine is limited");
    assert!(reason(&refused).contains("the engine is too far behind"), "{}", reason(&refused));
    sim.invite('c', Phone::default());
    assert_eq!(sim.caller('c').rejection.as_ref().map(|r| r.status), Some(503));
    sim.run_ms(5_000);
    sim.join('a', 'b', "both");
    sim.check("a:b b:a c:");
}

/// Each call is counted once, by what became of it; a change of its session is no new call.
#[test]
fn what_becomes_of_calls_is_counted() {
    use mediaserver::metrics::CallResult;
    let mut setup = Setup::default();
    setup.settings.max_calls = 1;
    let mut sim = Simulator::with(setup);
    sim.call("a");
    sim.reinvite('a', "sendonly");
    sim.reinvite('a', "sendrecv");
    assert_eq!(sim.call_results, [CallResult::Answered]);
    sim.invite('b', Phone::default());
    assert_eq!(sim.call_results, [CallResult::Answered, CallResult::Busy]);
    sim.hang_up('a');
    assert_eq!(sim.call_results.len(), 2, "its end is not another result");
}
