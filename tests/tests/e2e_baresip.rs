//! Baresip phones in one conference: each records the others and not itself. One that was never set
//! up calls with the line that a newcomer is told; some call with keys, and over IPv6.

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

/// What baresip sends in the clear though it has keys, for each call: a first RTCP packet that opens
/// the way, and its goodbye. Neither may pass.
const IN_THE_CLEAR: f64 = 2.0;

#[test]
#[ignore = "end to end: run ./test"]
fn each_of_three_phones_records_the_two_others_and_not_itself() {
    if !installed(&["baresip"]) {
        return;
    }
    let voices = [("alice", VOICES_HZ[0]), ("bob", VOICES_HZ[1]), ("carol", VOICES_HZ[2])];
    talk(&Server::start(), voices, Phone::call);
}

#[test]
#[ignore = "end to end: run ./test"]
fn a_fresh_phone_calls_with_the_line_from_the_readme() {
    if !installed(&["baresip"]) {
        return;
    }
    let voices = [("fresh", VOICES_HZ[0]), ("other", VOICES_HZ[1])];
    talk(&Server::start(), voices, |server, name, hz| match name {
        "fresh" => Phone::call_as_told(server, name, hz),
        _ => Phone::call(server, name, hz),
    });
}

#[test]
#[ignore = "end to end: run ./test"]
fn phones_with_keys_hear_each_other_where_srtp_is_required() {
    if !installed(&["baresip"]) {
        return;
    }
    for encryption in ["srtp-mand", "srtp"] {
        talk_with_keys(&[("MEDIASERVER_SIP_SRTP", "required")], encryption);
    }
}

#[test]
#[ignore = "end to end: run ./test"]
fn phones_hear_each_other_over_ipv6_in_the_clear_and_with_keys() {
    if !installed(&["baresip"]) {
        return;
    }
    let sip = ("MEDIASERVER_SIP", "[::1]:0");
    talk(&Server::with(&[sip]), TWO, Phone::call);
    talk_with_keys(&[sip, ("MEDIASERVER_SIP_SRTP", "required")], "srtp-mand");
}

const TWO: [(&str, f64); 2] = [("one", VOICES_HZ[0]), ("two", VOICES_HZ[1])];

fn talk_with_keys(variables: &[(&str, &str)], encryption: &str) {
    let server = Server::with(variables);
    talk(&server, TWO, |server, name, hz| Phone::call_with_keys(server, name, hz, encryption));
    let dropped = |reason: &str| {
        server.metric(&format!("mediaserver_network_dropped_packets_total{{reason=\"{reason}\"}}"))
    };
    for reason in ["srtp_unauthenticated", "srtp_replayed", "srtp_not_sealed"] {
        assert!(dropped(reason) < 1.0, "{reason}");
    }
    let in_the_clear = dropped("srtp_malformed");
    assert!(in_the_clear <= IN_THE_CLEAR * TWO.len() as f64, "{in_the_clear} packets");
}

/// Phones with these voices meet in a conference: each records all others and not itself.
fn talk<const N: usize>(
    server: &Server,
    voices: [(&str, f64); N],
    call: impl Fn(&Server, &str, f64) -> Phone,
) {
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let conference = application.create_conference();
    let phones = voices.map(|(name, hz)| {
        let phone = call(server, name, hz);
        let connection = application.next_connection();
        application.join(&conference, &connection, "");
        phone
    });
    sleep(TALK);
    phones.iter().for_each(Phone::hang_up);
    assert_each_hears_the_others(phones, voices);
    server.wait_for_no_call(Duration::from_secs(5));
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
