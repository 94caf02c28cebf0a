//! `toneclamp`: loud steady single tones are kept out: ring-back tones, the calls of fax machines
//! (ITU-T T.30: 1,100 and 2,100 Hz), the howl of feedback.
//!
//! A tone is learned: only when tones of one frequency have been heard for a second in all is it
//! silenced, and from then on wherever it begins. So bursts add up, and a voice, which never holds
//! a pitch that long and that exactly, is never taken for one. What is two tones at once, such as
//! the North American ring-back of 440 and 480 Hz, is left alone.

mod pure;

use std::f32::consts::PI;

use super::narrow::{HOP_SAMPLES, Narrow};
use super::silencer::Silencer;
use super::{Gains, HOPS};
use pure::{FRAME, Tone};

/// Power from which a tone is loud: -18 dBov.
const LOUD: f32 = 1.7e7;
/// Power at which one that is silenced still counts as loud: -21 dBov.
const STILL_LOUD: f32 = 8.5e6;
/// What a known tone may leave beyond what it left when it was learned: speech 11 dB below it.
const REST_MORE: f32 = 0.08;
/// How far from each other frequencies may be and be the same tone: 2 %.
const SAME: f32 = 0.02;
/// How far they may be from frame to frame while the tone is steady: 0.5 %, and 2 Hz for noise.
const STEADY: f32 = 0.005;
const STEADY_OMEGA: f32 = 2.0 * 2.0 * PI / 8_000.0;
/// Frames from which a steady tone counts as one: 160 ms. The shortest tones of a telephone network
/// are busy tones of 200 ms (ITU-T E.180).
const STEADY_FRAMES: u16 = 8;
/// Frames of a tone after which it is learned: 1 s, less what two bursts lose at their ends.
const LEARNED_FRAMES: u16 = 48;
/// Frames of a known tone after which it is silenced, from the one before them on: 40 ms.
const KNOWN_FRAMES: u16 = 2;
/// Frames after which a tone that is not heard any more is forgotten: 30 s.
const FORGOTTEN_FRAMES: u16 = 1_500;
/// The share of what is new in what is remembered of a tone: one in this many.
const FOLLOWING: f32 = 8.0;
/// Tones that are remembered.
const TONES: usize = 4;
/// What a frame in which a tone begins or ends may hold of the tone's power, and more is something
/// else as well: 1 dB.
const EDGE: f32 = 1.25;

/// Keeps loud steady tones of one leg out of what is mixed.
#[derive(Clone, Debug)]
pub(crate) struct ToneClamp {
    narrow: Narrow,
    /// The tone that is heard now.
    now: Heard,
    /// The tones that were heard before.
    tones: [Heard; TONES],
    /// The power of the tone that is silenced, 0 when none is.
    silenced: f32,
    /// The power of the frame before, and of the one before that.
    powers: [f32; KNOWN_FRAMES as usize],
    silencer: Silencer,
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
    /// For frames that are mixed so many frames after they are heard. Without, the first 40 to 60
    /// ms of a known tone are heard.
    pub(crate) const fn new(lookahead_frames: usize) -> ToneClamp {
        ToneClamp {
            narrow: Narrow::new(),
            now: Heard::NOTHING,
            tones: [Heard::NOTHING; TONES],
            silenced: 0.0,
            powers: [0.0; KNOWN_FRAMES as usize],
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
        let power = power(newest);
        let is_loud = power >= if self.silenced > 0.0 { STILL_LOUD } else { LOUD };
        let tone = is_loud.then(|| pure::tone(&frame, power)).flatten();
        self.age();
        if tone.is_some_and(|tone| self.is_known(tone)) {
            self.silence(power);
        } else {
            self.silence_end(power);
        }
        if tone.is_none() {
            self.now = Heard::NOTHING;
        }
        self.powers = [power, self.powers[0]];
        self.silencer.release()
    }

    /// Silences a frame, and when it is the first, those that led to it.
    fn silence(&mut self, power: f32) {
        let hops = HOPS as i32;
        if self.silenced == 0.0 {
            let has_begun_before = self.powers[1] <= EDGE * power;
            self.silencer.silence(if has_begun_before { -2 * hops } else { -hops }..0);
        }
        self.silenced = power;
        self.silencer.silence(0..hops);
    }

    /// Silences what is left of a tone in the frame in which it ends.
    fn silence_end(&mut self, power: f32) {
        if self.silenced > 0.0 && power <= EDGE * self.silenced {
            self.silencer.silence(0..HOPS as i32);
        }
        self.silenced = 0.0;
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
    energy as f32 / frame.len().max(1) as f32
}
