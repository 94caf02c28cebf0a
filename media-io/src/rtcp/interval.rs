//! When the next report is due (RFC 3550, 6.2, 6.3.1 and A.7).

use std::time::Duration;

use crate::random::unit;

/// Minimum between reports before the randomisation, in seconds; half of it before the first.
const MINIMUM_S: f64 = 5.0;

/// Share of the RTCP bandwidth kept for senders while they are fewer than this share (6.2).
const SENDERS_SHARE: f64 = 0.25;

/// Makes up for reconsideration, which shortens the mean: e - 3/2 (6.3.1).
const COMPENSATION: f64 = std::f64::consts::E - 1.5;

/// Bytes of UDP and IP headers, which count in the size of a packet (6.2).
const LOWER_LAYERS: f64 = 28.0;

/// RTCP bandwidth, in bytes per second: 5 % of G.711 in packets of 20 ms.
const BANDWIDTH: f64 = 0.05 * 80_000.0 / 8.0;

/// Who takes part, as far as the interval depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Members {
    /// All, ourselves included.
    pub members: u32,
    /// Those that sent RTP lately, ourselves included.
    pub senders: u32,
    /// Whether we are one of these.
    pub we_sent: bool,
}

/// Draws the intervals between reports.
#[derive(Clone, Debug)]
pub struct Interval {
    random: u64,
    average_size: f64,
    initial: bool,
}

impl Interval {
    /// The same seed draws the same intervals.
    #[must_use]
    pub fn new(seed: u64) -> Interval {
        Interval { random: seed, average_size: 100.0 + LOWER_LAYERS, initial: true }
    }

    /// A packet of this many bytes was sent or received (6.3.3).
    pub fn note_size(&mut self, bytes: usize) {
        self.average_size += (bytes as f64 + LOWER_LAYERS - self.average_size) / 16.0;
    }

    /// The first report has been sent: from now on the minimum is the whole one.
    pub fn begun(&mut self) {
        self.initial = false;
    }

    /// How long to wait for the next report.
    pub fn draw(&mut self, members: Members) -> Duration {
        let random = unit(&mut self.random);
        Duration::from_secs_f64(self.deterministic_s(members) * (0.5 + random) / COMPENSATION)
    }

    /// The calculated interval of 6.3.1.
    fn deterministic_s(&self, members: Members) -> f64 {
        let (all, senders) = (f64::from(members.members), f64::from(members.senders));
        let (sharing, bandwidth) = if senders > all * SENDERS_SHARE {
            (all, BANDWIDTH)
        } else if members.we_sent {
            (senders, BANDWIDTH * SENDERS_SHARE)
        } else {
            (all - senders, BANDWIDTH * (1.0 - SENDERS_SHARE))
        };
        let minimum = if self.initial { MINIMUM_S / 2.0 } else { MINIMUM_S };
        (sharing * self.average_size / bandwidth).max(minimum)
    }
}
