//! What the server sends leaves evenly: sequence numbers without gap, timestamps that advance by
//! what a packet holds, and 20 ms between packets.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::thread;
use std::time::Duration;

use antiphon_tests::e2e::caller::{Caller, Heard};
use antiphon_tests::e2e::evenness::assert_even;
use antiphon_tests::e2e::mscp::AppServer;
use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::voices::VOICES_HZ;

/// How long is listened.
const LISTEN: Duration = Duration::from_secs(10);

#[test]
#[ignore = "end to end: run ./test"]
fn packets_leave_every_twenty_milliseconds_without_a_gap() {
    let server = Server::start();
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let conference = application.create_conference();
    let callers = VOICES_HZ.map(|hz| Caller::call(server.sip, hz));
    for _ in &callers {
        let connection = application.next_connection();
        application.join(&conference, &connection, "");
    }
    let heard: Vec<Vec<Heard>> = thread::scope(|scope| {
        let listeners = callers.each_ref().map(|caller| scope.spawn(|| caller.listen_for(LISTEN)));
        listeners.into_iter().map(|listener| listener.join().unwrap()).collect()
    });
    for (index, packets) in heard.iter().enumerate() {
        assert_even(&format!("listener {index}"), packets, LISTEN);
    }
    callers.into_iter().for_each(Caller::hang_up);
    server.wait_for_no_call(Duration::from_secs(5));
}
