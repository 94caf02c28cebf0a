//! What the server counts, for Prometheus.
//!
//! Each [`Metrics`] owns its registry, so several servers can live in one process. Counters and gauges
//! are single atomics: any thread may add to them, the engine thread included. The [`Family`]s (counts
//! by label) take a lock to find a label's counter and are for the control side only; so is
//! [`Metrics::expose`].
//!
//! What the engine measures at each tick goes into a [`TickHistogram`], an array of atomics.
//! `docs/metrics.md` is printed from the registry and checked by a test.

mod engine;
mod exposition;
mod fetching;
mod histogram;
mod label;
mod process;
mod survey;

use std::fmt;
use std::sync::Arc;

use media_io::net::Snapshot;
use mixer::engine::Stats;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use sip::Refused;

pub use engine::EngineMetrics;
pub use exposition::manual;
pub use fetching::FetchInProgress;
pub use histogram::TickHistogram;
pub use label::{
    Call, CallResult, Dropped, DroppedPacket, EngineLabel, Fetch, FetchOutcome, Operation,
    Privilege, PrivilegeLabel, Rejected, RejectedPacket, Request, RequestKind, RequestOutcome,
    SocketFailure,
};

use survey::{EngineCounters, NetworkCounters, RefusedCalls};

/// Every metric of one server. Each field says which threads may touch it only where it is not all.
pub struct Metrics {
    registry: Registry,

    /// Legs in place.
    pub legs: Gauge,
    /// Conferences in place.
    pub conferences: Gauge,
    /// Dialogs prepared or running.
    pub dialogs: Gauge,
    /// Calls, by what became of them. Control side only.
    pub calls: Family<Call, Counter>,

    /// RTP packets received and accepted by a leg.
    pub rtp_received: Counter,
    /// RTP packets sent.
    pub rtp_sent: Counter,
    /// RTP packets that never came, by their sequence numbers.
    pub rtp_lost: Counter,
    /// RTP packets that came after their playout time.
    pub rtp_late: Counter,
    /// RTP packets that came more than once.
    pub rtp_duplicate: Counter,
    rtp_rejected: Family<Rejected, Counter>,

    /// MSCP requests answered, by kind and outcome. Control side only.
    pub mscp_requests: Family<Request, Counter>,
    /// MSCP channels in place.
    pub mscp_channels: Gauge,
    /// Notifications dropped because their reader was away for too long.
    pub notifications_dropped: Counter,

    /// What each engine thread measures, in the order of the engines.
    pub engines: Vec<Arc<EngineMetrics>>,
    /// Which real-time privileges the engine threads got: 1 or 0. Control side only.
    pub engine_realtime: Family<PrivilegeLabel, Gauge>,

    /// Fetches for dialogs, by outcome. Control side only.
    pub fetches: Family<Fetch, Counter>,
    /// Fetches running now.
    pub fetches_in_progress: Gauge,

    engine: EngineCounters,
    network: NetworkCounters,
    refused_calls: RefusedCalls,
}

impl Metrics {
    /// A fresh registry for a server with so many engines, with every series at zero, so that a rate
    /// is right from the first event.
    #[must_use]
    pub fn new(engines: usize) -> Arc<Self> {
        let mut metrics = Self {
            registry: Registry::default(),
            legs: Gauge::default(),
            conferences: Gauge::default(),
            dialogs: Gauge::default(),
            calls: Family::default(),
            rtp_received: Counter::default(),
            rtp_sent: Counter::default(),
            rtp_lost: Counter::default(),
            rtp_late: Counter::default(),
            rtp_duplicate: Counter::default(),
            rtp_rejected: Family::default(),
            mscp_requests: Family::default(),
            mscp_channels: Gauge::default(),
            notifications_dropped: Counter::default(),
            engines: (0..engines).map(|_| Arc::default()).collect(),
            engine_realtime: Family::default(),
            fetches: Family::default(),
            fetches_in_progress: Gauge::default(),
            engine: EngineCounters::default(),
            network: NetworkCounters::default(),
            refused_calls: RefusedCalls::default(),
        };
        metrics.begin_at_zero();
        metrics.registry = metrics.registered();
        Arc::new(metrics)
    }

    /// The text exposition (OpenMetrics 1.0), for [`CONTENT_TYPE`].
    ///
    /// # Errors
    /// None in practice: writing into a `String` does not fail.
    pub fn expose(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// The counter of RTP packets rejected for `reason`. It takes a lock to find it, so ask once and
    /// keep the clone: adding to it is one atomic and fit for every thread.
    #[must_use]
    pub fn rtp_rejected(&self, reason: RejectedPacket) -> Counter {
        self.rtp_rejected.get_or_create_owned(&Rejected { reason })
    }

    /// Counts a call. Control side only.
    pub fn count_call(&self, result: CallResult) {
        self.calls.get_or_create(&Call { result }).inc();
    }

    /// Counts an answered MSCP request. Control side only.
    pub fn count_request(&self, kind: RequestKind, outcome: RequestOutcome) {
        self.mscp_requests.get_or_create(&Request { kind, outcome }).inc();
    }

    /// Counts a fetch that ended. Control side only.
    pub fn count_fetch(&self, outcome: FetchOutcome) {
        self.fetches.get_or_create(&Fetch { outcome }).inc();
    }

    /// Copies what the engine counted by `stats`. Control side only.
    pub fn survey_engine(&self, stats: &Stats) {
        self.engine.copy(stats);
    }

    /// Copies what the network thread counted by `snapshot`. Control side only.
    pub fn survey_network(&self, snapshot: &Snapshot) {
        self.network.copy(snapshot);
    }

    /// Adds the calls that the SIP agent refused by itself since the last time. Control side only.
    pub fn survey_refused_calls(&self, refused: Refused) {
        self.refused_calls.add(refused, &self.calls);
    }

    /// Says whether the thread of an engine got a privilege. Control side only.
    pub fn set_privilege(&self, engine: usize, kind: Privilege, got: bool) {
        self.engine_realtime.get_or_create(&PrivilegeLabel { engine, kind }).set(i64::from(got));
    }

    fn begin_at_zero(&self) {
        for result in CallResult::ALL {
            drop(self.calls.get_or_create(&Call { result: *result }));
        }
        for reason in RejectedPacket::ALL {
            drop(self.rtp_rejected.get_or_create(&Rejected { reason: *reason }));
        }
        for kind in RequestKind::ALL {
            for outcome in RequestOutcome::ALL {
                let label = Request { kind: *kind, outcome: *outcome };
                drop(self.mscp_requests.get_or_create(&label));
            }
        }
        for engine in 0..self.engines.len() {
            Privilege::ALL.iter().for_each(|kind| self.set_privilege(engine, *kind, false));
        }
        // Every label of the network thread's counters appears with its first copy.
        self.network.copy(&Snapshot::default());
        for outcome in FetchOutcome::ALL {
            drop(self.fetches.get_or_create(&Fetch { outcome: *outcome }));
        }
    }
}

/// The media type of [`Metrics::expose`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
