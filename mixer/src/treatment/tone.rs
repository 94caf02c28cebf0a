//! `toneclamp`: loud steady single tones are kept out: ring-back tones, the calls of fax machines
//! (ITU-T T.30: 1,100 and 2,100 Hz), the howl of feedback.
//!
//! A tone is learned: only when tones of one frequency have been heard for a second in all is it
//! silenced, and from then on wherever it begins. So bursts add up, and a voice, which never holds
//! a pitch that long and that exactly, is never taken for one. What is two tones at once, such as
//! the North American ring-back of 440 and 480 Hz, is left alone.

use std::f32::consts::PI;

use super::narrow::{HOP_SAMPLES, Narrow};
use super::silencer::Silencer;
use super::sinusoid::{Folded, dot, wrap};
use super::tables::{HANN, cos};
use super::{Gains, HOPS};

/// Samples of a frame at 8 kHz.
const FRAME: usize = HOPS * HOP_SAMPLES;
const HALF: usize = FRAME / 2;

/// Power from which a tone is loud: -18 dBov.
const LOUD: f32 = 1.7e7;
/// Power at which one that is silenced still counts as loud: -21 dBov.
const STILL_LOUD: f32 = 8.5e6;
/// What a tone may leave unexplained of a frame to be learned. A howl that is clipped comes near a
/// square wave, whose overtones are 19 %.
const REST: f32 = 0.25;
/// What a known tone may leave beyond what it left when it was learned: speech 11 dB below it.
const REST_MORE: f32 = 0.08;
/// The highest frequency that is looked for, and the lowest as far from 0, in radians a sample.
const OMEGA_MAX: f32 = PI - 0.05;
/// What must be left of a frame's power at 8 kHz for its tone to be what is loud in it.
const LEFT: f32 = 0.2;
/// How far from each other frequencies may be and be the same tone: 2 %.
const SAME: f32 = 0.02;
/// How far they may be from frame to frame while the tone is steady: 0.5 %, and 2 Hz for noise.
const STEADY: f32 = 0.005;
const STEADY_OMEGA: f32 = 2.0 * 2.0 * PI / 8_000.0;
/// Frames from which a steady tone counts as one: 100 ms.
const STEADY_FRAMES: u16 = 5;
/// Frames of a tone after which it is learned: 1 s, less what two bursts lose at their ends.
const LEARNED_FRAMES: u16 = 48;
/// Frames of a known tone after which it is silenced: 40 ms.
const KNOWN_FRAMES: u16 = 2;
/// Frames after which a tone that is not heard any more is forgotten: 30 s.
const FORGOTTEN_FRAMES: u16 = 1_500;
/// The share of what is new in what is remembered of a tone: one in this many.
const FOLLOWING: f32 = 8.0;
/// Tones that are remembered.
const TONES: usize = 4;
/// Frames held back that are silenced with the first that is a known tone: the other ones that
/// told, and the one in which it began.
const LEAD_FRAMES: i32 = KNOWN_FRAMES as i32;
/// Hops silenced after a frame that is a known tone: the next frame, in which it may end.
const HOLD_HOPS: i32 = HOPS as i32;
/// The frequencies among which the strongest is looked for: every 100 Hz, up to 3,900.
const BAND: f32 = 100.0 * 2.0 * PI / 8_000.0;
const BANDS: usize = 39;
/// By what each turns in a sample: twice the cosine.
static TURNS: [f32; BANDS] = turns();

/// Keeps loud steady tones of one leg out of what is mixed.
#[derive(Clone, Debug)]
pub(crate) struct ToneClamp {
    narrow: Narrow,
    /// The tone that is heard now.
    now: Heard,
    /// The tones that were heard before.
    tones: [Heard; TONES],
    is_silencing: bool,
    silencer: Silencer,
}

/// What is one sinusoid and hardly anything else: its frequency in radians a sample, and the share
/// of the power that is something else.
#[derive(Clone, Copy, Debug)]
struct Tone {
    omega: f32,
    rest: f32,
}

/// A tone, for how long it was heard in all, and how long ago.
#[derive(Clone, Copy, Debug)]
struct Heard {
    tone: Tone,
    frames: u16,
    ago: u16,
}

impl Heard {
    const NOTHING: Heard =
        Heard { tone: Tone { omega: 0.0, rest: 0.0 }, frames: 0, ago: FORGOTTEN_FRAMES };

    fn new(tone: Tone, frames: u16) -> Heard {
        Heard { tone, frames, ago: 0 }
    }

    fn is_near(&self, tone: Tone) -> bool {
        self.frames > 0 && (tone.omega - self.tone.omega).abs() <= SAME * self.tone.omega
    }

    /// Whether the tone is this one by itself, and this one is known.
    fn is_learned(&self, tone: Tone) -> bool {
        self.frames >= LEARNED_FRAMES
            && self.is_near(tone)
            && tone.rest <= self.tone.rest + REST_MORE
    }

    /// Follows a tone that drifts.
    fn add(&mut self, tone: Tone, frames: u16) {
        self.frames = self.frames.saturating_add(frames);
        self.tone.omega += (tone.omega - self.tone.omega) / FOLLOWING;
        self.tone.rest += (tone.rest - self.tone.rest) / FOLLOWING;
        self.ago = 0;
    }
}

impl ToneClamp {
    pub fn longest(&self) -> u16 {
        self.tones.iter().map(|t| t.frames).max().unwrap()
    }
    pub fn run(&self) -> u16 {
        self.now.frames
    }
    /// For frames that are mixed so many frames after they are heard. Without, the first 40 to 60
    /// ms of a known tone are heard.
    pub(crate) const fn new(lookahead_frames: usize) -> ToneClamp {
        ToneClamp {
            narrow: Narrow::new(),
            now: Heard::NOTHING,
            tones: [Heard::NOTHING; TONES],
            is_silencing: false,
            silencer: Silencer::new(lookahead_frames),
        }
    }

    /// Hears the newest frame, at 8, 16 or 48 kHz, and says how loud the frame shall be that is
    /// mixed now. While nothing is received it hears silence.
    pub(crate) fn hear(&mut self, newest: &[i16]) -> Gains {
        self.silencer.advance();
        let mut frame = [0.0; FRAME];
        let hops = newest.chunks_exact((newest.len() / HOPS).max(1));
        for (hop, samples) in frame.chunks_exact_mut(HOP_SAMPLES).zip(hops) {
            hop.copy_from_slice(&self.narrow.hop(samples));
        }
        let loud = if self.is_silencing { STILL_LOUD } else { LOUD };
        let power = power(newest);
        let is_loud = power >= loud && dot(&frame, &frame) >= LEFT * power * FRAME as f32;
        let tone = is_loud.then(|| pure_tone(&frame)).flatten();
        self.age();
        self.is_silencing = tone.is_some_and(|tone| self.is_known(tone));
        if self.is_silencing {
            self.silencer.silence(-LEAD_FRAMES * HOPS as i32..HOPS as i32 + HOLD_HOPS);
        }
        if tone.is_none() {
            self.now = Heard::NOTHING;
        }
        self.silencer.release()
    }

    fn age(&mut self) {
        for tone in &mut self.tones {
            tone.ago = tone.ago.saturating_add(1);
            if tone.ago >= FORGOTTEN_FRAMES {
                *tone = Heard::NOTHING;
            }
        }
    }

    /// Takes in the tone of a frame and says whether it is to be silenced.
    fn is_known(&mut self, tone: Tone) -> bool {
        let known = self.tones.iter().any(|heard| heard.is_learned(tone));
        let change = (tone.omega - self.now.tone.omega).abs();
        if self.now.frames == 0 || change > STEADY * tone.omega + STEADY_OMEGA {
            self.now = Heard::new(tone, 0);
        }
        self.now.add(tone, 1);
        match self.now.frames {
            ..STEADY_FRAMES => {}
            STEADY_FRAMES => self.learn(tone, STEADY_FRAMES),
            _ => self.learn(tone, 1),
        }
        known && self.now.frames >= KNOWN_FRAMES
    }

    fn learn(&mut self, tone: Tone, frames: u16) {
        if let Some(heard) = self.tones.iter_mut().find(|heard| heard.is_near(tone)) {
            heard.add(tone, frames);
        } else if let Some(longest_ago) = self.tones.iter_mut().max_by_key(|heard| heard.ago) {
            *longest_ago = Heard::new(tone, frames);
        }
    }
}

/// Mean square.
fn power(frame: &[i16]) -> f32 {
    let energy: i64 = frame.iter().map(|sample| i64::from(i32::from(*sample).pow(2))).sum();
    energy as f32 / frame.len() as f32
}

/// The frequency of what is one sinusoid and hardly anything else.
fn pure_tone(frame: &[f32; FRAME]) -> Option<Tone> {
    let near = refined::<{ 3 * FRAME / 8 }>(frame, strongest(frame));
    let omega = refined::<{ FRAME / 4 }>(frame, near);
    if !(PI - OMEGA_MAX..OMEGA_MAX).contains(&omega) {
        return None;
    }
    let whole = Folded::<HALF>::new(frame);
    let rest = 1.0 - whole.explained(omega) / whole.energy;
    (rest <= REST).then_some(Tone { omega, rest })
}

/// The strongest of frequencies [`BAND`] apart, by Goertzel's algorithm for all of them at once.
fn strongest(frame: &[f32; FRAME]) -> f32 {
    let (mut last, mut before) = ([0.0; BANDS], [0.0; BANDS]);
    for (sample, weight) in frame.iter().zip(&HANN) {
        for k in 0..BANDS {
            let next = weight * sample + TURNS[k] * last[k] - before[k];
            (before[k], last[k]) = (last[k], next);
        }
    }
    let power =
        |k: usize| last[k] * last[k] + before[k] * before[k] - TURNS[k] * last[k] * before[k];
    let strongest = (0..BANDS).fold(0, |best, k| if power(k) > power(best) { k } else { best });
    BAND * (strongest + 1) as f32
}

/// A frequency made more exact by how the phase moves from the first to the last `2 * HALF` samples.
fn refined<const HALF: usize>(frame: &[f32; FRAME], omega: f32) -> f32 {
    let distance = FRAME - 2 * HALF;
    let phase = |first: usize| Folded::<HALF>::new(&frame[first..first + 2 * HALF]).phase(omega);
    let turn = phase(distance) - phase(0);
    omega + wrap(turn - distance as f32 * omega) / distance as f32
}

const fn turns() -> [f32; BANDS] {
    let mut turns = [0.0; BANDS];
    let mut k = 0;
    while k < BANDS {
        turns[k] = (2.0 * cos(BAND as f64 * (k + 1) as f64)) as f32;
        k += 1;
    }
    turns
}
