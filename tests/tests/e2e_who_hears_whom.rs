//! Who hears whom on real sockets in real time: a conference of three, a mute, an unjoin, a direct
//! bridge, a sidebar, and a hang-up; rings of two and of three conferences, a conference that is
//! destroyed, and a connection that listens to one source; and callers at two engines.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::thread::{self, sleep};
use std::time::Duration;

use antiphon_tests::e2e::caller::Caller;
use antiphon_tests::e2e::mscp::AppServer;
use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::tools::figure;
use antiphon_tests::e2e::voices::{VOICES_HZ, assert_hears};

/// From the answer to a request until what was on its way is heard: packets, jitter buffer, fades.
const SETTLE: Duration = Duration::from_millis(500);

/// How long each recording is.
const RECORD: Duration = Duration::from_millis(1_500);

/// How long what circulates in a ring is given to grow.
const GROW: Duration = Duration::from_secs(5);

/// `<join>` with the conference first: media flows to the participant alone, that is, a mute.
const LISTEN_ONLY: &str = r#"<stream type="audio" direction="receive"/>"#;

/// Records all callers at once, and asserts whom each hears: `expected[i]` lists indices.
fn assert_all(situation: &str, callers: &[Caller], expected: &[&[usize]]) {
    sleep(SETTLE);
    let recordings: Vec<Vec<i16>> = thread::scope(|scope| {
        let recorders: Vec<_> =
            callers.iter().map(|caller| scope.spawn(|| caller.record(RECORD))).collect();
        recorders.into_iter().map(|recorder| recorder.join().unwrap()).collect()
    });
    let present = &VOICES_HZ[..callers.len()];
    for (index, (samples, heard)) in recordings.iter().zip(expected).enumerate() {
        let heard: Vec<f64> = heard.iter().map(|index| VOICES_HZ[*index]).collect();
        assert_hears(&format!("{situation}: caller {index}"), samples, &heard, present);
    }
}

#[test]
#[ignore = "end to end: run ./test"]
fn from_a_conference_to_a_bridge_to_a_sidebar() {
    let server = Server::start();
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let main = application.create_conference();
    let mut callers: Vec<Caller> =
        VOICES_HZ[..3].iter().map(|hz| Caller::call(server.sip, *hz)).collect();
    let ids: Vec<String> = callers.iter().map(|caller| caller.connection.clone()).collect();
    for id in &ids {
        assert_eq!(&application.next_connection(), id);
        application.join(&main, id, "");
    }
    assert_all("three-way", &callers, &[&[1, 2], &[0, 2], &[0, 1]]);

    application.join(&main, &ids[0], LISTEN_ONLY);
    assert_all("caller 0 muted", &callers, &[&[1, 2], &[2], &[1]]);

    application.unjoin(&main, &ids[0]);
    assert_all("caller 0 unjoined", &callers, &[&[], &[2], &[1]]);

    // A connection listens to one source (5.3), so the bridge takes caller 1 out of hearing of the
    // conference; it is still heard there.
    application.join(&ids[0], &ids[1], "");
    assert_all("0 and 1 bridged", &callers, &[&[1], &[0], &[1]]);
    application.unjoin(&ids[0], &ids[1]);

    let sidebar = application.create_conference();
    application.join(&main, &sidebar, LISTEN_ONLY);
    application.join(&sidebar, &ids[0], "");
    application.unjoin(&main, &ids[1]);
    application.join(&sidebar, &ids[1], "");
    assert_all("0 and 1 in a sidebar", &callers, &[&[1, 2], &[0, 2], &[]]);

    callers.pop().unwrap().hang_up();
    let ended = application.notification(&["connectionended"]);
    assert!(ended.contains(&ids[2]), "{ended}");
    assert_all("caller 2 hung up", &callers, &[&[1], &[0]]);

    callers.into_iter().for_each(Caller::hang_up);
    server.wait_for_no_call(Duration::from_secs(5));
}

#[test]
#[ignore = "end to end: run ./test"]
fn from_rings_of_conferences_to_one_source() {
    let server = Server::start();
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let [r, s, t] = [(); 3].map(|()| application.create_conference());
    let callers = VOICES_HZ.map(|hz| Caller::call(server.sip, hz));
    let ids = callers.each_ref().map(|caller| caller.connection.clone());
    for (room, id) in [(&r, &ids[0]), (&r, &ids[1]), (&s, &ids[2]), (&t, &ids[3])] {
        application.join(room, id, "");
    }
    assert_all("three conferences", &callers, &[&[1], &[0], &[], &[]]);

    application.join(&r, &s, "");
    let ring_of_two: &[&[usize]] = &[&[1, 2], &[0, 2], &[0, 1], &[]];
    assert_all("a ring of two", &callers, ring_of_two);
    sleep(GROW);
    assert_all("a ring of two, later", &callers, ring_of_two);

    for (from, to) in [(&r, &s), (&s, &t), (&t, &r)] {
        application.join(from, to, LISTEN_ONLY);
    }
    let everyone: &[&[usize]] = &[&[1, 2, 3], &[0, 2, 3], &[0, 1, 3], &[0, 1, 2]];
    assert_all("a ring of three", &callers, everyone);
    sleep(GROW);
    assert_all("a ring of three, later", &callers, everyone);

    application.destroy(&t);
    assert_all("the third destroyed", &callers, &[&[1], &[0], &[0, 1], &[]]);
    application.unjoin(&r, &s);

    application.join(&r, &ids[3], "");
    assert_all("3 in the first", &callers, &[&[1, 3], &[0, 3], &[], &[0, 1]]);
    // Listening to the second ends listening to the first, and nothing but that (5.3).
    application.join(&s, &ids[3], "");
    assert_all("3 in the second as well", &callers, &[&[1, 3], &[0, 3], &[3], &[2]]);

    callers.into_iter().for_each(Caller::hang_up);
    server.wait_for_no_call(Duration::from_secs(5));
}

/// Two callers are at each engine, and nobody can tell.
#[test]
#[ignore = "end to end: run ./test"]
fn from_a_conference_to_a_bridge_across_two_engines() {
    let server = Server::with(&[
        ("MEDIASERVER_ENGINE_THREADS", "2"),
        ("MEDIASERVER_ENGINE_MAX_PORTS", "4"),
        ("MEDIASERVER_SIP_MAX_CALLS", "4"),
    ]);
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let room = application.create_conference();
    let callers = VOICES_HZ.map(|hz| Caller::call(server.sip, hz));
    let ids = callers.each_ref().map(|caller| caller.connection.clone());
    for id in &ids {
        application.join(&room, id, "");
    }
    let everyone: &[&[usize]] = &[&[1, 2, 3], &[0, 2, 3], &[0, 1, 3], &[0, 1, 2]];
    assert_all("a conference across two engines", &callers, everyone);

    application.join(&ids[0], &ids[3], "");
    let bridged: &[&[usize]] = &[&[3], &[0, 2, 3], &[0, 1, 3], &[0]];
    assert_all("a bridge across two engines", &callers, bridged);

    let metrics = server.metrics();
    assert!(metrics["mediaserver_engine_sent_relays_total"] > 0.0, "all are at one engine");
    for engine in 0..2 {
        let ticks = metrics[&format!("mediaserver_tick_seconds_count{{engine=\"{engine}\"}}")];
        figure(&format!("engine {engine} ticked {ticks} times"));
        assert!(ticks > 0.0);
    }
    callers.into_iter().for_each(Caller::hang_up);
    server.wait_for_no_call(Duration::from_secs(5));
}
