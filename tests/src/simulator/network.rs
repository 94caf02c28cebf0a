//! The network between a caller and the server: it delays, drops, reorders and repeats packets,
//! the same for the same seed. Each caller has a line of its own, so that what happens on one
//! changes no random number of another.

use std::collections::BTreeMap;
use std::time::Duration;

use mixer::time::Time;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// What a line does to each packet. The default is a perfect line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impairment {
    /// Every packet takes this long.
    pub delay: Duration,
    /// And up to this much longer, each for itself: packets overtake each other.
    pub jitter: Duration,
    /// Share of packets that vanish, 0 to 1.
    pub loss: f64,
    /// Share of packets that come twice, 0 to 1.
    pub duplication: f64,
}

/// Packets on their way to the server.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) impairment: Impairment,
    random: StdRng,
    /// By arrival, then in the order of sending.
    under_way: BTreeMap<(Time, u64), Vec<u8>>,
    sent: u64,
}

impl Line {
    pub(super) fn new(seed: u64, impairment: Impairment) -> Line {
        let random = StdRng::seed_from_u64(seed);
        Line { impairment, random, under_way: BTreeMap::new(), sent: 0 }
    }

    /// A packet sets out at `time`.
    pub(super) fn send(&mut self, time: Time, packet: Vec<u8>) {
        if self.happens(self.impairment.loss) {
            return;
        }
        if self.happens(self.impairment.duplication) {
            self.set_out(time, packet.clone());
        }
        self.set_out(time, packet);
    }

    /// The next packet that has arrived by `now`, with the time of its arrival.
    pub(super) fn arrival(&mut self, now: Time) -> Option<(Time, Vec<u8>)> {
        let first = self.under_way.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((arrival, _), packet) = first.remove_entry();
        Some((arrival, packet))
    }

    fn set_out(&mut self, time: Time, packet: Vec<u8>) {
        let extra = self.impairment.jitter.mul_f64(self.random.random());
        self.sent += 1;
        self.under_way.insert((time + self.impairment.delay + extra, self.sent), packet);
    }

    fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && self.random.random::<f64>() < share
    }
}
