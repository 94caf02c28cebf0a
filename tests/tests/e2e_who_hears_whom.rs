//! Who hears whom on real sockets in real time: a conference of three, a mute, an unjoin, a direct
//! bridge, a sidebar, and a hang-up.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::thread::{self, sleep};
use std::time::Duration;

use antiphon_tests::e2e::caller::Caller;
use antiphon_tests::e2e::mscp::AppServer;
use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::voices::{VOICES_HZ, assert_hears};

/// From the answer to a request until what was on its way is heard: packets, jitter buffer, fades.
const SETTLE: Duration = Duration::from_millis(500);

/// How long each recording is.
const RECORD: Duration = Duration::from_millis(1_500);

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
