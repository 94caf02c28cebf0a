//! The inner loops alone, without the engine round them.

use std::hint::black_box;

use mixer::bench::{Candidates, Crowd, Limiter, add, power};
use mixer::port::Rate;
use mixer::room::Policy;

use crate::measure::{head, line};

const MEMBERS: usize = 1_000;

/// White noise of this amplitude is at -75 dBFS: a thousand such voices need no limiting.
const QUIET: f32 = 10.0;

/// This is at -20 dBFS, as people speak: all together are ten times full scale, and always limited.
const LOUD: f32 = 5_675.0;

/// Measures a room at 48 kHz in which all are summed, quiet and loud, and choosing among its members.
pub(crate) fn run() {
    head("inner loops, 1,000 members at 48 kHz");
    for (level, amplitude) in [("quiet", QUIET), ("loud", LOUD)] {
        let mut room = Room::new(amplitude);
        line(&format!("energy, {level}"), || room.measure());
        line(&format!("sum, {level}"), || room.add());
        line(&format!("mix-minus and limit, {level}"), || room.listen());
        line(&format!("energy, sum, mix-minus and limit, {level}"), || {
            room.measure();
            room.add();
            room.listen();
        });
    }
    let mut room = Room::new(LOUD);
    line("energy, sum, mix-minus and limit, loud, as a crowd", || {
        room.measure();
        room.add();
        room.listen_in_a_crowd();
    });
    choose();
}

fn choose() {
    // A full turn through all levels in an order that has nothing to do with them.
    let levels = (0..MEMBERS).map(|member| (member * 619 % MEMBERS) as f32 * 1e4);
    let members = Candidates::new(levels, 3);
    let mut candidates = members.clone();
    for policy in [Policy::NBest(3), Policy::NBest(16), Policy::NBest(500)] {
        line(&format!("choose, {policy:?}"), || {
            candidates.copy_from(&members);
            black_box(candidates.choose(policy));
        });
    }
    line("of that, putting them back in order", || {
        black_box(&mut candidates).copy_from(&members);
    });
}

/// All that 1,000 members say in a tick, each through a limiter of their own.
struct Room {
    voices: Vec<Vec<i16>>,
    sum: Vec<i32>,
    limiters: Vec<Limiter>,
    crowd: Crowd,
    frame: Vec<i16>,
}

impl Room {
    fn new(amplitude: f32) -> Room {
        let samples = Rate::Full.frame_samples();
        let mut seed = 1;
        let voice = |_| (0..samples).map(|_| (noise(&mut seed) * amplitude) as i16).collect();
        Room {
            voices: (0..MEMBERS).map(voice).collect(),
            sum: vec![0; samples],
            limiters: vec![Limiter::default(); MEMBERS],
            crowd: Crowd::default(),
            frame: vec![0; samples],
        }
    }

    fn measure(&self) {
        for voice in &self.voices {
            black_box(power(voice));
        }
    }

    fn add(&mut self) {
        self.sum.fill(0);
        for voice in &self.voices {
            add(&mut self.sum, voice);
        }
    }

    fn listen(&mut self) {
        for (voice, limiter) in self.voices.iter().zip(&mut self.limiters) {
            limiter.limit_without(&self.sum, voice, &mut self.frame);
            black_box(&self.frame);
        }
    }

    fn listen_in_a_crowd(&mut self) {
        assert!(self.crowd.limit(&self.sum), "they are loud enough");
        for voice in &self.voices {
            self.crowd.without(voice, &mut self.frame);
            black_box(&self.frame);
        }
    }
}

/// White noise between -1 and 1: a linear congruential generator (Knuth's MMIX).
fn noise(seed: &mut u64) -> f32 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
}
