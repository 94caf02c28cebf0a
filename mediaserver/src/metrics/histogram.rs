//! A histogram the engine thread can feed: no lock, no allocation, no floating point.

use std::fmt::Error;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use prometheus_client::encoding::{MetricEncoder, NoLabelSet};

/// Upper bounds of the buckets in nanoseconds; a last bucket takes what is beyond. They are dense where
/// a tick should lie (well below 1 ms) and reach past the 20 ms at which one tick runs into the next.
const BOUNDS_NS: [u64; 15] = [
    10_000,
    25_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    3_000_000,
    5_000_000,
    7_500_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
];

const BUCKETS: usize = BOUNDS_NS.len() + 1;

/// Durations, counted by size. Any thread may record; recording is a few relaxed additions.
#[derive(Debug, Default)]
pub struct TickHistogram {
    /// Each counts its own bucket only; they are added up when read.
    buckets: [AtomicU64; BUCKETS],
    sum_ns: AtomicU64,
    max_ns: AtomicU64,
}

impl TickHistogram {
    /// Counts one duration. Never allocates, locks or calls the system.
    pub fn record(&self, duration: Duration) {
        let ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let index = BOUNDS_NS.iter().position(|bound| ns <= *bound).unwrap_or(BOUNDS_NS.len());
        if let Some(bucket) = self.buckets.get(index) {
            bucket.fetch_add(1, Relaxed);
        }
        self.sum_ns.fetch_add(ns, Relaxed);
        self.max_ns.fetch_max(ns, Relaxed);
    }

    /// How many durations were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// Their sum.
    #[must_use]
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum_ns.load(Relaxed))
    }

    /// The longest of them; zero before the first.
    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.max_ns.load(Relaxed))
    }

    /// An upper bound of quantile `q` (0 to 1): the bound of the bucket it lies in. `None` when nothing
    /// was recorded or it lies beyond the last bound.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let counts = self.counts();
        let total: u64 = counts.iter().sum();
        let rank = (q.clamp(0.0, 1.0) * total as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        for (bound, count) in BOUNDS_NS.iter().zip(counts) {
            below += count;
            if below >= rank {
                return Some(Duration::from_nanos(*bound));
            }
        }
        None
    }

    fn counts(&self) -> [u64; BUCKETS] {
        std::array::from_fn(|index| self.buckets.get(index).map_or(0, |b| b.load(Relaxed)))
    }

    /// Upper bound in seconds and own count of each bucket, as the encoder adds them up itself.
    fn bounded_counts(&self) -> Vec<(f64, u64)> {
        let seconds = |ns: &u64| Duration::from_nanos(*ns).as_secs_f64();
        let bounds = BOUNDS_NS.iter().map(seconds).chain([f64::INFINITY]);
        bounds.zip(self.counts()).collect()
    }

    pub(super) fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), Error> {
        // Read once: while it is read the engine goes on, and count must equal the last bucket.
        let buckets = self.bounded_counts();
        let count = buckets.iter().map(|(_, count)| count).sum();
        encoder.encode_histogram::<NoLabelSet>(self.sum().as_secs_f64(), count, &buckets, None)
    }
}
