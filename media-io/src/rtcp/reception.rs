//! Reception statistics of one source (RFC 3550, 6.4.1, A.1, A.3 and A.8).

use mixer::time::Time;

use super::ReportBlock;
use crate::rtp::{Sequence, Timestamp};

/// Packets in sequence after which a source is valid (A.1).
const MIN_SEQUENTIAL: u16 = 2;

/// Largest step forward that still counts as loss (A.1).
const MAX_DROPOUT: u16 = 3_000;

/// Largest step back that still counts as reordering (A.1).
const MAX_MISORDER: u16 = 100;

/// Sequence numbers below the highest of which we know whether they came.
const WINDOW: u32 = 128;

/// Cumulative loss has 24 bits with a sign.
const LOST_MAX: i64 = 0x7f_ffff;
const LOST_MIN: i64 = -0x80_0000;

/// What a packet is, by its sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// One of the stream.
    Yes,
    /// The same sequence number came before.
    Duplicate,
    /// The source begins anew here, at another place of its sequence.
    Restarted,
    /// Far off the sequence: a stray, unless the next one follows it.
    No,
}

/// Follows the sequence numbers and times of one source.
#[derive(Clone, Debug)]
pub struct Reception {
    ssrc: u32,
    base: u32,
    /// Highest sequence number, extended by the count of wraps.
    highest: u32,
    bad_sequence: Option<Sequence>,
    probation: u16,
    received: u64,
    received_prior: u64,
    expected_prior: u64,
    /// Bit n is set when `highest - n` came.
    came: u128,
    transit: Option<u32>,
    /// Sixteen times the jitter (A.8).
    jitter: u32,
}

impl Reception {
    /// Begins with the first packet of a source, which is still to be passed to
    /// [`receive`](Self::receive).
    #[must_use]
    pub fn new(ssrc: u32, first: Sequence) -> Reception {
        let mut reception = Reception {
            ssrc,
            base: 0,
            highest: 0,
            bad_sequence: None,
            probation: MIN_SEQUENTIAL,
            received: 0,
            received_prior: 0,
            expected_prior: 0,
            came: 0,
            transit: None,
            jitter: 0,
        };
        reception.begin(first);
        reception.highest = u32::from(first.plus(u16::MAX).0);
        reception
    }

    /// Whose packets these are.
    #[must_use]
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Whether enough packets came in sequence to take the source for real.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.probation == 0
    }

    /// Takes the sequence number of a packet (`update_seq` of A.1). Unlike there, the packets of
    /// the probation are not refused, only not counted: a leg has one source, and its first
    /// 20 ms are as good as the others.
    pub fn receive(&mut self, sequence: Sequence) -> Accepted {
        if self.probation > 0 {
            return self.on_probation(sequence);
        }
        let step = sequence.0.wrapping_sub(self.highest as u16);
        if step < MAX_DROPOUT {
            self.on_step_forward(step)
        } else if step <= (u16::MAX - MAX_MISORDER) + 1 {
            self.on_jump(sequence)
        } else {
            self.on_step_back(step.wrapping_neg())
        }
    }

    /// Takes the times of an audio packet for the interarrival jitter (A.8). Packets that repeat
    /// a timestamp (telephone-events) say nothing about the network and are left out.
    pub fn time(&mut self, arrival: Time, timestamp: Timestamp, clock_rate_hz: u32) {
        let units = u128::from(arrival.0) * u128::from(clock_rate_hz) / 1_000_000_000;
        let transit = (units as u32).wrapping_sub(timestamp.0);
        let Some(before) = self.transit.replace(transit) else { return };
        let difference = (transit.wrapping_sub(before) as i32).unsigned_abs();
        self.jitter = self
            .jitter
            .saturating_add(difference)
            .saturating_sub(self.jitter.saturating_add(8) >> 4);
    }

    /// Interarrival jitter, in timestamp units.
    #[must_use]
    pub fn jitter(&self) -> u32 {
        self.jitter >> 4
    }

    /// Highest sequence number, extended.
    #[must_use]
    pub fn highest_sequence(&self) -> u32 {
        self.highest
    }

    /// Packets that should have come less those that came (A.3); duplicates make it less.
    #[must_use]
    pub fn lost(&self) -> i64 {
        if !self.is_valid() {
            return 0;
        }
        self.expected() as i64 - self.received as i64
    }

    /// The report on this source, which begins a new interval for the fraction lost (A.3).
    pub fn report(&mut self) -> ReportBlock {
        let expected = self.expected();
        let expected_interval = expected.saturating_sub(self.expected_prior);
        let received_interval = self.received.saturating_sub(self.received_prior);
        self.expected_prior = expected;
        self.received_prior = self.received;
        let lost_interval = expected_interval.saturating_sub(received_interval);
        let fraction = (lost_interval << 8).checked_div(expected_interval).unwrap_or(0);
        ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: fraction.min(u64::from(u8::MAX)) as u8,
            cumulative_lost: self.lost().clamp(LOST_MIN, LOST_MAX) as i32,
            highest_sequence: self.highest,
            jitter: self.jitter(),
            last_sr: 0,
            delay_since_last_sr: 0,
        }
    }

    /// `init_seq` of A.1.
    fn begin(&mut self, first: Sequence) {
        self.base = u32::from(first.0);
        self.highest = u32::from(first.0);
        self.bad_sequence = None;
        self.received = 0;
        self.received_prior = 0;
        self.expected_prior = 0;
        self.came = 1;
    }

    fn expected(&self) -> u64 {
        u64::from(self.highest.wrapping_sub(self.base)) + 1
    }

    fn on_probation(&mut self, sequence: Sequence) -> Accepted {
        if self.probation < MIN_SEQUENTIAL && sequence.0 == self.highest as u16 {
            return Accepted::Duplicate;
        }
        if sequence.0 != (self.highest as u16).wrapping_add(1) {
            self.probation = MIN_SEQUENTIAL - 1;
            self.highest = u32::from(sequence.0);
            return Accepted::Yes;
        }
        self.probation -= 1;
        self.highest = u32::from(sequence.0);
        if self.probation == 0 {
            self.begin(sequence);
            self.received = 1;
        }
        Accepted::Yes
    }

    fn on_step_forward(&mut self, step: u16) -> Accepted {
        self.received += 1;
        if step == 0 {
            return Accepted::Duplicate;
        }
        self.highest = self.highest.wrapping_add(u32::from(step));
        self.came = self.came.checked_shl(u32::from(step)).unwrap_or(0) | 1;
        Accepted::Yes
    }

    fn on_step_back(&mut self, step: u16) -> Accepted {
        self.received += 1;
        let bit = 1u128.checked_shl(u32::from(step).min(WINDOW)).unwrap_or(0);
        if self.came & bit != 0 {
            return Accepted::Duplicate;
        }
        self.came |= bit;
        Accepted::Yes
    }

    /// Two packets in sequence, far from the others, are a restart of the source.
    fn on_jump(&mut self, sequence: Sequence) -> Accepted {
        if self.bad_sequence != Some(sequence) {
            self.bad_sequence = Some(sequence.plus(1));
            return Accepted::No;
        }
        self.begin(sequence);
        self.received = 1;
        Accepted::Restarted
    }
}
