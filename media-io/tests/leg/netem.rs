//! A network that drops, delays, reorders and repeats packets, the same for the same seed.

use std::time::Duration;

use mixer::time::Time;

/// What the network does to each packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Impairment {
    /// Share of packets that vanish, 0 to 1.
    pub drop: f64,
    /// Share of packets that come twice, 0 to 1.
    pub duplicate: f64,
    /// Every packet takes this long.
    pub delay: Duration,
    /// And up to this much longer, each for itself: packets overtake each other.
    pub jitter: Duration,
}

/// Packets on their way.
#[derive(Debug)]
pub struct Netem {
    impairment: Impairment,
    random: u64,
    under_way: Vec<(Time, u64, Vec<u8>)>,
    count: u64,
    pub dropped: usize,
    pub duplicated: usize,
}

impl Netem {
    pub fn new(seed: u64, impairment: Impairment) -> Netem {
        let under_way = Vec::new();
        Netem { impairment, random: seed, under_way, count: 0, dropped: 0, duplicated: 0 }
    }

    /// A packet sets out.
    pub fn send(&mut self, now: Time, bytes: Vec<u8>) {
        if self.chance() < self.impairment.drop {
            self.dropped += 1;
            return;
        }
        if self.chance() < self.impairment.duplicate {
            self.duplicated += 1;
            self.set_out(now, bytes.clone());
        }
        self.set_out(now, bytes);
    }

    /// The packets that arrive by `now`, in order.
    pub fn arrivals(&mut self, now: Time) -> Vec<(Time, Vec<u8>)> {
        self.under_way.sort_by_key(|(time, count, _)| (*time, *count));
        let here = self.under_way.partition_point(|(time, ..)| *time <= now);
        self.under_way.drain(..here).map(|(time, _, bytes)| (time, bytes)).collect()
    }

    fn set_out(&mut self, now: Time, bytes: Vec<u8>) {
        let extra = self.impairment.jitter.mul_f64(self.chance());
        self.count += 1;
        self.under_way.push((now + self.impairment.delay + extra, self.count, bytes));
    }

    fn chance(&mut self) -> f64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.random >> 33) as f64 / (1u64 << 31) as f64
    }
}
