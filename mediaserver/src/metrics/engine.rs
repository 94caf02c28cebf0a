//! What each engine thread measures by itself.

use std::fmt::Error;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;

use super::histogram::TickHistogram;
use super::label::EngineLabel;

/// What one engine thread measures. Fit for that thread: atomics only.
#[derive(Debug, Default)]
pub struct EngineMetrics {
    /// Ticks that began 10 ms or more after they were due, or after others that had to be skipped.
    pub late_ticks: Counter,
    /// How long a tick took.
    pub tick_seconds: TickHistogram,
    /// How long after its deadline the thread woke.
    pub wake_lateness_seconds: TickHistogram,
}

/// Exports what the engine threads measure, labelled with the numbers of their engines.
#[derive(Debug)]
pub(super) struct Engines(pub(super) Vec<Arc<EngineMetrics>>);

impl Collector for Engines {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        self.each(
            encoder.encode_descriptor(
                "late_ticks",
                "Ticks that began 10 ms or more after they were due, or after others that had to \
                 be skipped.",
                None,
                MetricType::Counter,
            )?,
            |engine, encoder| engine.late_ticks.encode(encoder),
        )?;
        self.each(
            encoder.encode_descriptor(
                "tick_seconds",
                "How long a tick of the engine took.",
                None,
                MetricType::Histogram,
            )?,
            |engine, encoder| engine.tick_seconds.encode(encoder),
        )?;
        self.each(
            encoder.encode_descriptor(
                "wake_lateness_seconds",
                "How long after its deadline the engine thread woke.",
                None,
                MetricType::Histogram,
            )?,
            |engine, encoder| engine.wake_lateness_seconds.encode(encoder),
        )
    }
}

impl Engines {
    fn each(
        &self,
        mut family: MetricEncoder<'_>,
        encode: impl Fn(&EngineMetrics, MetricEncoder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (engine, metrics) in self.0.iter().enumerate() {
            encode(metrics, family.encode_family(&EngineLabel { engine })?)?;
        }
        Ok(())
    }
}
