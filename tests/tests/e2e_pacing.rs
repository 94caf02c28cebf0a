//! What the server sends leaves evenly: sequence numbers without gap, timestamps that advance by
//! what a packet holds, and 20 ms between packets.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::thread;
use std::time::Duration;

use antiphon_tests::e2e::caller::{Caller, Heard};
use antiphon_tests::e2e::mscp::AppServer;
use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::tools::figure;
use antiphon_tests::e2e::voices::VOICES_HZ;

/// How long is listened.
const LISTEN: Duration = Duration::from_secs(10);

/// How far the median of the spacing may lie from 20 ms, in milliseconds.
const MEDIAN_TOLERANCE_MS: f64 = 1.0;

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
        assert_even(index, packets);
    }
    callers.into_iter().for_each(Caller::hang_up);
    server.wait_for_no_call(Duration::from_secs(5));
}

fn assert_even(listener: usize, packets: &[Heard]) {
    let expected = LISTEN.as_millis() / 20;
    assert!(packets.len() as u128 >= expected - 5, "{} of {expected} came", packets.len());
    let mut gaps_ms = Vec::new();
    for pair in packets.windows(2) {
        assert_eq!(pair[1].ssrc, pair[0].ssrc, "one stream throughout");
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "a gap in the sequence");
        let advanced = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert_eq!(advanced as usize, pair[0].samples.len(), "a packet holds what it says");
        gaps_ms.push((pair[1].at - pair[0].at).as_secs_f64() * 1_000.0);
    }
    gaps_ms.sort_by(f64::total_cmp);
    let quantile = |q: f64| gaps_ms[((gaps_ms.len() - 1) as f64 * q) as usize];
    let (low, median, high) = (quantile(0.01), quantile(0.5), quantile(0.99));
    figure(&format!(
        "pacing: listener {listener}, {} packets: spacing p1 {low:.2} ms, median {median:.2} ms, \
         p99 {high:.2} ms",
        packets.len()
    ));
    assert!((median - 20.0).abs() <= MEDIAN_TOLERANCE_MS, "median {median:.2} ms");
}
