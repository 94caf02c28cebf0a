//! The names and help texts under which metrics are exported, and the manual made of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use prometheus_client::registry::Registry;

use super::Metrics;
use super::engine::Engines;
use super::process::Process;

impl Metrics {
    /// A registry that holds clones of the metrics; a clone shares its value with the original.
    /// The registry appends `_total` to a counter's name and a full stop to every help text.
    pub(super) fn registered(&self) -> Registry {
        let mut root = Registry::default();
        let own = root.sub_registry_with_prefix("mediaserver");
        self.register_media(own);
        self.register_control(own);
        self.register_engine(own);
        self.engine.register(own);
        self.network.register(own);
        root.register_collector(Box::new(Process { started: Instant::now() }));
        root
    }

    fn register_media(&self, own: &mut Registry) {
        own.register("legs", "Legs (calls with media) in place", self.legs.clone());
        own.register("calls", "New calls by what became of them: answered (200, acknowledged or not), busy (486, 503: \
             full, draining, or too much to do), refused (another 4xx), cancelled (by the caller \
             before the answer), failed (another 5xx). A re-INVITE is no new call; an INVITE \
             repeated after its refusal is one more; an INVITE for an MSCP channel counts only if \
             it is refused before it is looked into", self.calls.clone());
        own.register(
            "rtp_received_packets",
            "RTP packets received and accepted by a leg",
            self.rtp_received.clone(),
        );
        own.register("rtp_sent_packets", "RTP packets sent", self.rtp_sent.clone());
        own.register(
            "rtp_lost_packets",
            "RTP packets that never came, by their sequence numbers",
            self.rtp_lost.clone(),
        );
        own.register(
            "rtp_late_packets",
            "RTP packets that came after their playout time",
            self.rtp_late.clone(),
        );
        own.register(
            "rtp_duplicate_packets",
            "RTP packets that came more than once",
            self.rtp_duplicate.clone(),
        );
        own.register(
            "rtp_rejected_packets",
            "RTP packets that were not accepted, by reason",
            self.rtp_rejected.clone(),
        );
    }

    fn register_control(&self, own: &mut Registry) {
        own.register("conferences", "Conferences in place", self.conferences.clone());
        own.register("dialogs", "Dialogs prepared or running", self.dialogs.clone());
        own.register(
            "mscp_requests",
            "MSCP requests answered, by kind and outcome",
            self.mscp_requests.clone(),
        );
        own.register("mscp_channels", "MSCP channels in place", self.mscp_channels.clone());
        own.register(
            "notifications_dropped",
            "Notifications dropped because their reader was away for too long",
            self.notifications_dropped.clone(),
        );
        own.register("fetches", "Fetches for dialogs, by outcome: done, failed, timeout, denied (by the configuration), \
             cancelled (by the application server, or with its dialog)", self.fetches.clone());
        own.register(
            "fetches_in_progress",
            "Fetches running now or waiting for their turn",
            self.fetches_in_progress.clone(),
        );
    }

    fn register_engine(&self, own: &mut Registry) {
        own.register(
            "engine_realtime",
            "Whether the engine thread got a real-time privilege: 1 or 0",
            self.engine_realtime.clone(),
        );
        own.register_collector(Box::new(Engines(self.engines.clone())));
    }
}

/// `docs/metrics.md`, read off an exposition so that it cannot rot.
#[must_use]
pub fn manual(exposition: &str) -> String {
    let mut page = String::from(HEAD);
    for (family, row) in families(exposition) {
        let suffix = if row.kind == "counter" { "_total" } else { "" };
        let labels = if row.labels.is_empty() { "-" } else { &row.labels };
        let _ = writeln!(page, "| `{family}{suffix}` | {} | {labels} | {} |", row.kind, row.help);
    }
    page
}

#[derive(Default)]
struct Row {
    kind: String,
    help: String,
    labels: String,
}

fn families(exposition: &str) -> BTreeMap<&str, Row> {
    let mut families: BTreeMap<&str, Row> = BTreeMap::new();
    let mut current = "";
    for line in exposition.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("HELP"), Some(name), Some(help)) => {
                current = name;
                families.entry(name).or_default().help = help.to_owned();
            }
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                families.entry(name).or_default().kind = kind.to_owned();
            }
            _ if !line.starts_with('#') => {
                let row = families.entry(current).or_default();
                if row.labels.is_empty() {
                    row.labels = label_names(line);
                }
            }
            _ => {}
        }
    }
    families
}

/// The names of the labels in one sample, but for a histogram's own `le`.
fn label_names(sample: &str) -> String {
    let inside = sample.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    let pairs = inside.map_or("", |(labels, _)| labels).split(',');
    let names = pairs.filter_map(|pair| pair.split_once('=')).map(|(name, _)| name);
    names
        .filter(|name| *name != "le")
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

const HEAD: &str = "\
# Metrics

`GET /metrics` on the HTTP port answers in the OpenMetrics text format, which Prometheus reads. Every series begins at zero
when the server starts. A tick lasts 20 ms of audio: watch `mediaserver_late_ticks_total` first, then the
buckets of `mediaserver_tick_seconds`. What an engine thread measures by itself has the number of its engine as a label, from 0;
what engines count in common (`mediaserver_engine_…_total`) is their sum.

This page is printed from the registry in `mediaserver/src/metrics/`; after a change there,
`UPDATE_DOCS=1 cargo test -p mediaserver --test metrics` writes it anew.

| metric | type | labels | meaning |
|---|---|---|---|
";
