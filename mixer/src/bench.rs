//! A door to the inner loops for the benchmarks, and for nothing else: what is behind it changes
//! without notice.

use crate::room::Policy;
use crate::room::selection::{self, Candidate};
use crate::signal::fade::Ramp;
use crate::signal::level::Level;
use crate::signal::noise::NoiseFloor;
use crate::signal::{crowd, level, limiter, sum};
use crate::topology::Treatment;
use crate::treatment::agc::Agc;
use crate::treatment::dtmf::DtmfClamp;
use crate::treatment::rumble::WithoutRumble;
use crate::treatment::tone::ToneClamp;
use crate::treatment::{Gains, HOPS, LOOKAHEAD_FRAMES};

/// Mean square of a frame.
#[must_use]
pub fn power(frame: &[i16]) -> f32 {
    level::power(frame)
}

/// Adds a voice that has been in the mix for longer than a tick.
pub fn add(sum: &mut [i32], frame: &[i16]) {
    sum::add(sum, frame, Ramp::FLAT);
}

/// What limits one output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limiter(limiter::Limiter);

impl Limiter {
    /// Writes the sum into the frame, turned down where it must be; returns whether it was.
    pub fn limit(&mut self, sum: &[i32], frame: &mut [i16]) -> bool {
        self.0.limit(sum, frame).limited
    }

    /// The same for the sum less one of its voices.
    pub fn limit_without(&mut self, sum: &[i32], own: &[i16], frame: &mut [i16]) -> bool {
        self.0.limit_without(sum, own, frame).limited
    }
}

/// What limits the sum of many for all of them.
#[derive(Debug)]
pub struct Crowd(crowd::Crowd, limiter::Limiter);

impl Default for Crowd {
    fn default() -> Self {
        Self(crowd::Crowd::new(), limiter::Limiter::default())
    }
}

impl Crowd {
    /// Takes in a sum; returns whether it is a crowd's.
    pub fn limit(&mut self, sum: &[i32]) -> bool {
        self.0.limit(&mut self.1, sum)
    }

    /// Writes what was taken in less one of its voices into the frame.
    pub fn without(&self, own: &[i16], frame: &mut [i16]) {
        self.0.without(own, frame);
    }
}

/// What may be done to one voice, each by itself.
#[derive(Debug)]
pub struct Treatments {
    agc: Agc,
    noise: NoiseFloor,
    without_rumble: WithoutRumble,
    dtmf: DtmfClamp,
    tone: ToneClamp,
}

impl Default for Treatments {
    fn default() -> Self {
        Self {
            agc: Agc::NEW,
            noise: NoiseFloor::UNKNOWN,
            without_rumble: WithoutRumble::SILENT,
            dtmf: DtmfClamp::new(),
            tone: ToneClamp::new(LOOKAHEAD_FRAMES),
        }
    }
}

impl Treatments {
    /// Gain control, of a frame whose power is known; returns the gain.
    pub fn control_gain(&mut self, frame: &[i16], power: f32) -> f32 {
        self.noise.follow(power);
        let is_speech = self.noise.is_exceeded();
        let power = self.without_rumble.of_speech(frame, f32::from, power, is_speech);
        self.agc.follow(power, is_speech).0[HOPS]
    }

    /// The clamp for keys; returns the gain.
    pub fn clamp_dtmf(&mut self, frame: &[i16]) -> f32 {
        self.dtmf.hear(frame).0[HOPS]
    }

    /// The clamp for tones; returns the gain.
    pub fn clamp_tone(&mut self, frame: &[i16]) -> f32 {
        self.tone.hear(frame).0[HOPS]
    }
}

/// Applies a gain that moves to a frame, as a treated voice is before it is limited.
pub fn shape(frame: &[i16], (from, to): (f32, f32), treated: &mut [i32]) {
    Gains::line(from, to).shape(frame, |i, sample| treated[i] = sample);
}

/// Those who may be chosen in a room.
#[derive(Clone, Debug)]
pub struct Candidates(Vec<Candidate>);

impl Candidates {
    /// One for each level, in squared sample units; the first `incumbents` were chosen before.
    #[must_use]
    pub fn new(levels: impl Iterator<Item = f32>, incumbents: usize) -> Self {
        let candidate = |(index, level)| Candidate {
            origin: index as u32,
            guest: u32::MAX,
            key: index as u32,
            level: Level(level),
            speaks: true,
            incumbent: index < incumbents,
            held: false,
            preferred: false,
            has_floor: false,
            since: 0,
            treatment: Treatment::default(),
            stream: index as u32,
        };
        Self(levels.enumerate().map(candidate).collect())
    }

    /// Puts them in the order of `other`, which has as many.
    pub fn copy_from(&mut self, other: &Candidates) {
        self.0.copy_from_slice(&other.0);
    }

    /// Puts those in front whom `policy` chooses, and returns how many they are.
    pub fn choose(&mut self, policy: Policy) -> usize {
        selection::choose(policy, &mut self.0)
    }
}
