//! How long a word takes through a room of two, from the packet it came in with to the packet it
//! leaves with; and through the AudioBridge of Janus, on the same machine in the same run.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::thread;
use std::time::Duration;

use antiphon_tests::e2e::caller::{Caller, Heard};
use antiphon_tests::e2e::janus::{Janus, Participant};
use antiphon_tests::e2e::marks::Marks;
use antiphon_tests::e2e::mscp::AppServer;
use antiphon_tests::e2e::server::Server;
use antiphon_tests::e2e::tools::{figure, installed};

/// Pairs that talk at once, each from a moment of its own, so that every position of a packet
/// between two ticks has its share.
const PAIRS: usize = 8;

/// What the server mixes at once.
const TICK: Duration = Duration::from_millis(20);

/// Talk before anything is measured, until buffers have found their depth.
const SETTLE: Duration = Duration::from_secs(10);

/// How long is measured.
const LISTEN: Duration = Duration::from_secs(20);

#[test]
#[ignore = "end to end: run ./test"]
fn a_word_passes_sooner_than_through_janus() {
    if !installed(&["janus"]) {
        return;
    }
    let ours = spread("Antiphon", &mut delays_of_ours());
    let theirs = spread("Janus AudioBridge", &mut delays_of_janus());
    assert!(ours < theirs, "a median of {ours:.1} ms, and of Janus {theirs:.1} ms");
}

fn delays_of_ours() -> Vec<f64> {
    let server = Server::start();
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let marks: Vec<Marks> = (0..2 * PAIRS).map(|_| Marks::default()).collect();
    let callers: Vec<Caller> = marks
        .chunks(2)
        .flat_map(|pair| {
            let room = application.create_conference();
            let call = |marks: &Marks| {
                thread::sleep(rand::random_range(Duration::ZERO..TICK));
                let caller = Caller::saying(server.sip, marks.voice());
                let connection = application.next_connection();
                application.join(&room, &connection, "");
                caller
            };
            pair.iter().map(call).collect::<Vec<_>>()
        })
        .collect();
    let delays = measure(&marks, &callers, Caller::listen_for);
    callers.into_iter().for_each(Caller::hang_up);
    delays
}

/// One room of two: it takes a thread each and mixes by a clock of the room.
fn delays_of_janus() -> Vec<f64> {
    let janus = Janus::start();
    let marks = [Marks::default(), Marks::default()];
    let participants = marks.each_ref().map(|marks| janus.join(marks.voice()));
    measure(&marks, &participants, Participant::listen_for)
}

/// Each listens to the marks of the other of its pair.
fn measure<T: Sync>(
    marks: &[Marks],
    listeners: &[T],
    listen: impl Fn(&T, Duration) -> Vec<Heard> + Copy + Send + Sync,
) -> Vec<f64> {
    thread::sleep(SETTLE);
    thread::scope(|scope| {
        let tasks: Vec<_> = listeners
            .iter()
            .enumerate()
            .map(|(index, listener)| {
                let other = &marks[index ^ 1];
                scope.spawn(move || other.delays_ms(&listen(listener, LISTEN)))
            })
            .collect();
        tasks.into_iter().flat_map(|task| task.join().unwrap()).collect()
    })
}

/// Writes how delays are spread, and gives their median.
fn spread(name: &str, delays_ms: &mut [f64]) -> f64 {
    assert!(!delays_ms.is_empty(), "{name}: no mark was heard");
    delays_ms.sort_by(f64::total_cmp);
    let at = |share: f64| delays_ms[((delays_ms.len() - 1) as f64 * share) as usize];
    let (low, median, high) = (at(0.0), at(0.5), at(0.99));
    figure(&format!(
        "delay through {name}: {} marks, least {low:.1} ms, p50 {median:.1} ms, p99 {high:.1} ms",
        delays_ms.len()
    ));
    median
}
