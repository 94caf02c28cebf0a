//! Three baresip phones in one conference: each records the two others and not itself. One that was
//! never set up calls with the line that a newcomer is told.

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

    assert_each_hears_the_others(phones, voices);
    server.wait_for_no_call(Duration::from_secs(5));
}

#[test]
#[ignore = "end to end: run ./test"]
fn a_fresh_phone_calls_with_the_line_from_the_readme() {
    if !installed(&["baresip"]) {
        return;
    }
    let server = Server::start();
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let conference = application.create_conference();
    let voices = [("fresh", VOICES_HZ[0]), ("other", VOICES_HZ[1])];
    let calls: [fn(&Server, &str, f64) -> Phone; 2] = [Phone::call_as_told, Phone::call];
    let phones = [0, 1].map(|index| {
        let phone = calls[index](&server, voices[index].0, voices[index].1);
        let connection = application.next_connection();
        application.join(&conference, &connection, "");
        phone
    });
    sleep(TALK);
    phones.iter().for_each(Phone::hang_up);
    assert_each_hears_the_others(phones, voices);
    server.wait_for_no_call(Duration::from_secs(5));
}

#[test]
#[ignore = "end to end: run ./test"]
fn phones_with_keys_hear_each_other_where_srtp_is_required() {
    let server = [("MEDIASERVER_SIP_SRTP", "required")];
    for encryption in ["srtp-mand", "srtp"] {
        two_phones_hear_each_other(&server, |server, name, hz| {
            Phone::call_with_keys(server, name, hz, encryption)
        });
    }
}

#[test]
#[ignore = "end to end: run ./test"]
fn phones_hear_each_other_over_ipv6_in_the_clear_and_with_keys() {
    let sip = ("MEDIASERVER_SIP", "[::1]:0");
    two_phones_hear_each_other(&[sip], Phone::call);
    let server = [sip, ("MEDIASERVER_SIP_SRTP", "required")];
    two_phones_hear_each_other(&server, |server, name, hz| {
        Phone::call_with_keys(server, name, hz, "srtp-mand")
    });
}

fn two_phones_hear_each_other(
    variables: &[(&str, &str)],
    call: impl Fn(&Server, &str, f64) -> Phone,
) {
    if !installed(&["baresip"]) {
        return;
    }
    let server = Server::with(variables);
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let conference = application.create_conference();
    let voices = [("one", VOICES_HZ[0]), ("two", VOICES_HZ[1])];
    let phones = voices.map(|(name, hz)| {
        let phone = call(&server, name, hz);
        let connection = application.next_connection();
        application.join(&conference, &connection, "");
        phone
    });
    sleep(TALK);
    phones.iter().for_each(Phone::hang_up);
    assert_each_hears_the_others(phones, voices);
    server.wait_for_no_call(Duration::from_secs(5));
    // Malformed ones are not asked for: a phone may open the way with a packet that holds nothing.
    for reason in ["srtp_unauthenticated", "srtp_replayed", "srtp_not_sealed"] {
        let dropped = format!("mediaserver_network_dropped_packets_total{{reason=\"{reason}\"}}");
        assert!(server.metric(&dropped) < 1.0, "{dropped}");
    }
}

fn assert_each_hears_the_others<const N: usize>(phones: [Phone; N], voices: [(&str, f64); N]) {
    let present = voices.map(|(_, hz)| hz);
    for (phone, (name, own)) in phones.into_iter().zip(voices) {
        let recording = phone.recording();
        let end = recording.len() - END;
        let others: Vec<f64> = present.into_iter().filter(|hz| *hz != own).collect();
        assert_hears(name, &recording[end - MIDDLE..end], &others, &present);
    }
}
