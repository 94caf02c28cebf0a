//! Three baresip phones in one conference: each records the two others and not itself.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::thread::sleep;
use std::time::Duration;

use antiphon_tests::e2e::baresip::Phone;
use antiphon_tests::e2e::mscp::AppServer;
use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::tools::installed;
use antiphon_tests::e2e::voices::{VOICES_HZ, assert_hears};

/// How long all three are in the conference.
const TALK: Duration = Duration::from_secs(7);

/// What is cut off the end of each recording, in samples: the phones do not hang up all at once.
const END: usize = 12_000;

/// What is looked at before that, in samples: well after the last of the three was joined.
const MIDDLE: usize = 32_000;

#[test]
#[ignore = "end to end: run ./test"]
fn each_of_three_phones_records_the_two_others_and_not_itself() {
    if !installed(&["baresip"]) {
        return;
    }
    let server = Server::start();
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let conference = application.create_conference();
    let voices = [("alice", VOICES_HZ[0]), ("bob", VOICES_HZ[1]), ("carol", VOICES_HZ[2])];
    let phones = voices.map(|(name, hz)| {
        let phone = Phone::call(&server, name, hz);
        let connection = application.next_connection();
        application.join(&conference, &connection, "");
        phone
    });
    sleep(TALK);
    phones.iter().for_each(Phone::hang_up);

    let present = voices.map(|(_, hz)| hz);
    for (phone, (name, own)) in phones.into_iter().zip(voices) {
        let recording = phone.recording();
        let end = recording.len() - END;
        let others: Vec<f64> = present.into_iter().filter(|hz| *hz != own).collect();
        assert_hears(name, &recording[end - MIDDLE..end], &others, &present);
    }
    server.wait_for_no_call(Duration::from_secs(5));
}
