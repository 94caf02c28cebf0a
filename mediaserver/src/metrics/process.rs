//! What the system says about this process, read at each scrape.

use std::fmt::Error;
use std::time::Instant;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::gauge::ConstGauge;

/// Memory, descriptors and uptime; a figure the system does not give is left out.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) started: Instant,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut gauge = |name: &str, help: &str, value: Option<i64>| {
            let Some(value) = value else { return Ok(()) };
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
        };
        gauge(
            "process_resident_memory_bytes",
            "Memory of the process that is in RAM.",
            resident_memory_bytes(),
        )?;
        gauge("process_open_fds", "Open file descriptors.", open_descriptors())?;
        let uptime = i64::try_from(self.started.elapsed().as_secs()).ok();
        gauge("mediaserver_uptime_seconds", "Seconds since the server was made.", uptime)
    }
}

/// `/proc/self/statm` counts pages; its second field is the resident set (proc(5)).
fn resident_memory_bytes() -> Option<i64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    let page_bytes = i64::try_from(rustix::param::page_size()).ok()?;
    pages.checked_mul(page_bytes)
}

/// Reading the list opens one descriptor itself, which is not counted.
fn open_descriptors() -> Option<i64> {
    let count = std::fs::read_dir("/proc/self/fd").ok()?.count();
    i64::try_from(count).ok().map(|count| count - 1)
}
