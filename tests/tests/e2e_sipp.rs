//! sipp as the caller: hundreds of calls without one failure, and afterwards without one leaked
//! port, descriptor or byte; and each thing a call may do.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::thread;
use std::time::Duration;

use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::sipp::Sipp;
use antiphon_tests::e2e::tools::{figure, installed};

/// Calls, and calls begun in a second.
type Load = (u32, u32);

/// The load the server is held to.
const LOAD: Load = (500, 50);

/// The load until memory has its level: each of the engine's 2,048 ports has been used, and the heap
/// has been as large as it gets.
const WARM_UP: Load = (4_000, 200);

/// The load of two rounds that are alike: what grows from one to the other is lost.
const ROUND: Load = (1_000, 100);

/// How much memory may grow between these two, in KiB: a quarter of a KiB a call. The allocator
/// takes memory from the system and gives it back in steps of 132 KiB.
const MEMORY_TOLERANCE_KIB: u64 = 256;

/// How long the server may remember a call that is over: 64 * T1 = 32 s, over UDP (RFC 3261 timers
/// H and J) as over TCP (RFC 6026 timer L), and a moment to tidy up.
const REMEMBERED: Duration = Duration::from_secs(34);

/// Each transport has a server of its own, so that both can be waited for at once.
#[test]
#[ignore = "end to end: run ./test"]
fn five_hundred_calls_leave_nothing_behind_over_udp_and_tcp() {
    if !installed(&["sipp"]) {
        return;
    }
    thread::scope(|scope| {
        scope.spawn(|| five_hundred_calls("UDP", |sipp| sipp));
        scope.spawn(|| five_hundred_calls("TCP", Sipp::over_tcp));
    });
}

fn five_hundred_calls(transport: &str, over: impl Fn(Sipp) -> Sipp) {
    let server = Server::start();
    let idle = server.facts();
    let round = |(calls, rate): Load| {
        let sipp = Sipp::new(&server, "call", calls).per_second(rate).arguments(&["-d", "200"]);
        let outcome = over(sipp).run();
        assert_eq!(outcome.retransmissions, 0, "{outcome:?}");
        server.wait_for_no_call(Duration::from_secs(10));
        thread::sleep(REMEMBERED);
        server.facts()
    };
    let [warm, load, before, after] = [WARM_UP, LOAD, ROUND, ROUND].map(round);
    figure(&format!(
        "sipp {transport}: idle {idle:?}, warm {warm:?}, after {} calls at {}/s {load:?}, after \
         {} calls at {}/s {before:?}, after as many again {after:?}",
        LOAD.0, LOAD.1, ROUND.0, ROUND.1
    ));
    for facts in [warm, load, before, after] {
        assert_eq!(facts.media_ports, 0);
        assert!(facts.descriptors <= idle.descriptors, "idle {idle:?}, then {facts:?}");
    }
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    assert!(grown <= MEMORY_TOLERANCE_KIB, "memory grew by {grown} KiB in the last round");
    let answered = server.metric("mediaserver_calls_total{result=\"answered\"}");
    assert_eq!(answered, f64::from(WARM_UP.0 + LOAD.0 + 2 * ROUND.0));
}

#[test]
#[ignore = "end to end: run ./test"]
fn calls_offerless_cancelled_held_refused_and_asked() {
    if !installed(&["sipp"]) {
        return;
    }
    let server = Server::start();
    let idle = server.facts();
    for (scenario, calls) in
        [("offerless", 20), ("cancel", 20), ("hold", 20), ("no_codec", 20), ("options", 20)]
    {
        for (transport, over) in
            [("UDP", &(|sipp| sipp) as &dyn Fn(Sipp) -> Sipp), ("TCP", &Sipp::over_tcp)]
        {
            let sipp = Sipp::new(&server, scenario, calls).per_second(20);
            // A 200 that comes while sipp is about to send its CANCEL would otherwise end its call
            // there and then; so it hears the repetition of that 200.
            let patient = ["-default_behaviors", "all,-abortunexp"];
            let sipp = if scenario == "cancel" { sipp.arguments(&patient) } else { sipp };
            let outcome = over(sipp.arguments(&["-d", "100"])).run();
            figure(&format!("sipp {scenario} over {transport}: {outcome:?}"));
            server.wait_for_no_call(Duration::from_secs(10));
        }
    }
    assert_eq!(server.metric("mediaserver_calls_total{result=\"refused\"}"), 40.0);
    assert!(server.facts().descriptors <= idle.descriptors);
}
