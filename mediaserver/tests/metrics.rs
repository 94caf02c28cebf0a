//! What `/metrics` exports: right figures, a histogram that adds up, and a page that cannot rot.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use media_io::net::Snapshot;
use mediaserver::http::Health;
use mediaserver::metrics::{
    self, CallResult, FetchInProgress, FetchOutcome, Metrics, Privilege, RejectedPacket,
    RequestKind, RequestOutcome, TickHistogram,
};
use mixer::engine::Stats;
use sip::Refused;

#[global_allocator]
static TRAP: AllocDisabler = AllocDisabler;

/// The value of the sample whose name and labels are `series`.
fn sample(text: &str, series: &str) -> f64 {
    let line = text.lines().find(|line| line.rsplit_once(' ').is_some_and(|(s, _)| s == series));
    let line = line.unwrap_or_else(|| panic!("no {series} in\n{text}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[test]
fn every_event_is_counted_under_its_label_and_no_other() {
    let metrics = Metrics::new(1);
    metrics.legs.set(3);
    metrics.count_call(CallResult::Busy);
    metrics.count_request(RequestKind::Join, RequestOutcome::Refused);
    metrics.count_request(RequestKind::Join, RequestOutcome::Refused);
    metrics.rtp_rejected(RejectedPacket::Source).inc_by(5);
    metrics.set_privilege(0, Privilege::Mlock, true);
    metrics.count_fetch(FetchOutcome::Timeout);

    let text = metrics.expose().unwrap();
    for (series, value) in [
        ("mediaserver_legs", 3.0),
        ("mediaserver_calls_total{result=\"busy\"}", 1.0),
        ("mediaserver_calls_total{result=\"answered\"}", 0.0),
        ("mediaserver_mscp_requests_total{kind=\"join\",outcome=\"refused\"}", 2.0),
        ("mediaserver_mscp_requests_total{kind=\"unjoin\",outcome=\"refused\"}", 0.0),
        ("mediaserver_rtp_rejected_packets_total{reason=\"source\"}", 5.0),
        ("mediaserver_engine_realtime{engine=\"0\",kind=\"mlock\"}", 1.0),
        ("mediaserver_engine_realtime{engine=\"0\",kind=\"fifo\"}", 0.0),
        ("mediaserver_fetches_total{outcome=\"timeout\"}", 1.0),
        ("mediaserver_late_ticks_total{engine=\"0\"}", 0.0),
    ] {
        assert_eq!(sample(&text, series), value, "{series}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn a_fetch_is_in_progress_until_it_ends_and_counts_as_given_up_when_nobody_says_how() {
    let metrics = Metrics::new(1);
    let in_progress =
        || sample(&metrics.expose().unwrap(), "mediaserver_fetches_in_progress") as u64;
    let counted = |outcome: FetchOutcome| {
        let series = format!("mediaserver_fetches_total{{outcome=\"{}\"}}", outcome.word());
        sample(&metrics.expose().unwrap(), &series) as u64
    };
    let done = FetchInProgress::begin(Arc::clone(&metrics));
    let given_up = FetchInProgress::begin(Arc::clone(&metrics));
    assert_eq!(in_progress(), 2);
    done.end(FetchOutcome::Done);
    assert_eq!((in_progress(), counted(FetchOutcome::Done)), (1, 1));
    assert_eq!(counted(FetchOutcome::Cancelled), 0);
    drop(given_up);
    assert_eq!((in_progress(), counted(FetchOutcome::Cancelled)), (0, 1));
}

#[test]
fn what_the_engine_and_the_network_thread_count_is_copied_and_not_added_up() {
    let metrics = Metrics::new(1);
    for seconds in 1..=3 {
        metrics.survey_engine(&Stats { frames_limited: 10 * seconds, ..Stats::default() });
        metrics.survey_network(&Snapshot {
            dropped_flood: 7 * seconds,
            send_errors: seconds,
            sent_late: 2 * seconds,
            ..Snapshot::default()
        });
    }
    let text = metrics.expose().unwrap();
    for (series, value) in [
        ("mediaserver_engine_limited_frames_total", 30.0),
        ("mediaserver_engine_clipped_samples_total", 0.0),
        ("mediaserver_network_dropped_packets_total{reason=\"flood\"}", 21.0),
        ("mediaserver_network_dropped_packets_total{reason=\"oversize\"}", 0.0),
        ("mediaserver_network_errors_total{operation=\"send\"}", 3.0),
        ("mediaserver_network_errors_total{operation=\"open\"}", 0.0),
        ("mediaserver_network_late_packets_total", 6.0),
    ] {
        assert_eq!(sample(&text, series), value, "{series}");
    }
}

#[test]
fn calls_that_the_sip_agent_refused_are_added_once_to_those_of_the_control_side() {
    let metrics = Metrics::new(1);
    metrics.count_call(CallResult::Busy);
    for busy in [0, 2, 2, 5] {
        metrics.survey_refused_calls(Refused { busy, unfit: 3, failed: 1 });
    }
    metrics.count_call(CallResult::Refused);
    let text = metrics.expose().unwrap();
    for (result, value) in
        [("busy", 6.0), ("refused", 4.0), ("failed", 1.0), ("answered", 0.0), ("cancelled", 0.0)]
    {
        let series = format!("mediaserver_calls_total{{result=\"{result}\"}}");
        assert_eq!(sample(&text, &series), value, "{series}");
    }
}

/// Each of them reaches a series of its own.
#[test]
fn every_counter_of_the_engine_that_operators_need_is_exported() {
    let metrics = Metrics::new(1);
    metrics.survey_engine(&Stats {
        frames_limited: 1,
        samples_clipped: 2,
        datagrams_stale: 3,
        inbox_overruns: 4,
        events_dropped: 5,
        digits_dropped: 6,
        talkers_dropped: 7,
        notices_retried: 8,
        steps_refused: 9,
        rooms_dropped: 10,
        relays_dropped: 11,
        payloads_encoded: 12,
        relays_late: 13,
        outlets_mixed: 14,
        encodings_refused: 15,
        relays_sent: 16,
        ..Stats::default()
    });
    let text = metrics.expose().unwrap();
    let values = text
        .lines()
        .filter(|line| line.starts_with("mediaserver_engine_") && line.contains("_total "));
    let mut values: Vec<u64> =
        values.filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect();
    values.sort_unstable();
    assert_eq!(values, (1..=16).collect::<Vec<_>>());
}

#[test]
fn two_servers_in_one_process_count_apart() {
    let (one, two) = (Metrics::new(1), Metrics::new(1));
    one.engines[0].late_ticks.inc();
    let late_ticks = "mediaserver_late_ticks_total{engine=\"0\"}";
    assert_eq!(sample(&two.expose().unwrap(), late_ticks), 0.0);
}

#[test]
fn engines_in_one_server_are_told_apart() {
    let metrics = Metrics::new(2);
    metrics.engines[1].late_ticks.inc();
    metrics.engines[1].tick_seconds.record(Duration::from_micros(300));
    metrics.set_privilege(1, Privilege::Affinity, true);
    let text = metrics.expose().unwrap();
    for (series, value) in [
        ("mediaserver_late_ticks_total{engine=\"0\"}", 0.0),
        ("mediaserver_late_ticks_total{engine=\"1\"}", 1.0),
        ("mediaserver_tick_seconds_count{engine=\"0\"}", 0.0),
        ("mediaserver_tick_seconds_count{engine=\"1\"}", 1.0),
        ("mediaserver_wake_lateness_seconds_count{engine=\"1\"}", 0.0),
        ("mediaserver_engine_realtime{engine=\"0\",kind=\"affinity\"}", 0.0),
        ("mediaserver_engine_realtime{engine=\"1\",kind=\"affinity\"}", 1.0),
    ] {
        assert_eq!(sample(&text, series), value, "{series}");
    }
}

#[test]
fn the_tick_histogram_is_cumulative_and_ends_in_its_count() {
    let metrics = Metrics::new(1);
    for us in [5, 10, 11, 400, 30_000, 1_000_000] {
        metrics.engines[0].tick_seconds.record(Duration::from_micros(us));
    }
    let text = metrics.expose().unwrap();
    let bucket = |le: &str| {
        sample(&text, &format!("mediaserver_tick_seconds_bucket{{le=\"{le}\",engine=\"0\"}}"))
    };
    assert_eq!(bucket("0.00001"), 2.0, "a bound belongs to its own bucket");
    assert_eq!(bucket("0.000025"), 3.0);
    assert_eq!(bucket("0.0005"), 4.0);
    assert_eq!(bucket("0.05"), 5.0);
    assert_eq!(bucket("+Inf"), 6.0);
    assert_eq!(sample(&text, "mediaserver_tick_seconds_count{engine=\"0\"}"), 6.0);
    let sum = sample(&text, "mediaserver_tick_seconds_sum{engine=\"0\"}");
    assert!((sum - 1.030_426).abs() < 1e-9, "{sum}");
}

#[test]
fn quantiles_are_bounds_from_above() {
    let histogram = TickHistogram::default();
    assert_eq!(histogram.quantile(0.99), None);
    for _ in 0..99 {
        histogram.record(Duration::from_micros(90));
    }
    histogram.record(Duration::from_millis(4));
    assert_eq!(histogram.quantile(0.5), Some(Duration::from_micros(100)));
    assert_eq!(histogram.quantile(0.99), Some(Duration::from_micros(100)));
    assert_eq!(histogram.quantile(1.0), Some(Duration::from_millis(5)));
    histogram.record(Duration::from_secs(9));
    assert_eq!(histogram.quantile(1.0), None, "beyond the last bound there is no bound");
}

#[test]
fn many_threads_lose_no_tick() {
    let histogram = TickHistogram::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..10_000).for_each(|_| histogram.record(Duration::from_micros(3))));
        }
    });
    assert_eq!(histogram.count(), 40_000);
    assert_eq!(histogram.sum(), Duration::from_millis(120));
}

/// What the engine thread touches neither allocates nor frees (the trap aborts the process if it does).
#[test]
fn the_engine_side_does_not_allocate() {
    let (metrics, now) = (Metrics::new(1), Instant::now());
    let (rejected, health) = (metrics.rtp_rejected(RejectedPacket::Overload), Health::new(now, 1));
    assert_no_alloc(|| {
        metrics.engines[0].tick_seconds.record(Duration::from_micros(70));
        metrics.engines[0].wake_lateness_seconds.record(Duration::from_secs(70));
        metrics.rtp_received.inc();
        metrics.engines[0].late_ticks.inc_by(2);
        rejected.inc();
        health.ticked(0, now);
    });
    assert_eq!(metrics.engines[0].tick_seconds.count(), 1);
}

#[test]
fn the_process_tells_of_itself() {
    let text = Metrics::new(1).expose().unwrap();
    assert!(sample(&text, "process_resident_memory_bytes") > 100_000.0);
    assert!(sample(&text, "process_open_fds") >= 3.0);
    assert!(sample(&text, "mediaserver_uptime_seconds") >= 0.0);
}

#[test]
fn the_page_lists_what_is_exported() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
    let page = metrics::manual(&Metrics::new(1).expose().unwrap());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        !page.contains("| |") && !page.contains("|  |"),
        "each metric has type and help\n{page}"
    );
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written, page, "run UPDATE_DOCS=1 cargo test -p mediaserver --test metrics");
}
