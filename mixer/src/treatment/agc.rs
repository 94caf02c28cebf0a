//! Automatic gain control: quiet and loud talkers come out alike, and noise is left as it is.
//!
//! The level of a voice is its active speech level in the manner of ITU-T P.56: its mean power over
//! the time in which it speaks, short pauses included. The gain moves towards what brings that
//! level to the one that RFC 7874, section 4, takes from ITU-T G.169 and G.115; it moves in steps
//! too small to be heard, only in frames that hold speech, and only while the sound rises and falls
//! as speech does. In a pause it stays where it is, so noise is never pumped up.
//!
//! A level is a mean, and peaks of speech lie up to 18 dB above it, so that at the target, 22 dB
//! below full scale, they fit. When a quiet talker shouts, what the gain makes of it may exceed 16
//! bits until the gain has come down: it is summed in 32 bits, and the limiter after the sum brings
//! it back.

use super::Gains;

/// Where voices are brought: an r.m.s. of 2,600, which is -19 dBm0 or -22 dBov.
const TARGET: f32 = 2_600.0 * 2_600.0;
/// Highest gain: 24 dB, so that -45 dBov, an arm's length from the microphone, reaches the target.
const GAIN_MAX: f32 = 15.85;
/// Lowest gain: -18 dB, so that -6 dBov, which is as loud as speech can be, comes down to it.
const GAIN_MIN: f32 = 0.125;
/// What the gain rises at most in a frame that holds speech: 0.5 dB, or 25 dB a second.
const RISE: f32 = 1.06;
/// What it falls at most: 0.6 dB, or 30 dB a second.
const FALL: f32 = 0.933;
/// As near as that to what it should be the gain stays where it is: 0.7 dB.
const NEAR: f32 = 1.084;

/// Frames below the level by more than this are a pause: 15.9 dB (P.56, section 5).
const MARGIN: f32 = 38.9;
/// Frames of a pause that count as time in which one speaks: 200 ms (P.56, section 5).
const PAUSE_FRAMES: u8 = 10;
/// Frames that the level is the mean of: 3 s, so that it follows the talker and not the syllable.
const MEMORY_FRAMES: u8 = 150;
/// Frames before the gain moves: 200 ms, a syllable.
const FIRST_FRAMES: u8 = 10;
/// A level below which nobody speaks: -52 dBov.
const FAINT: f32 = 6_775.0;

/// The share of a new frame's power in the smoothed power: slower than the flutter of a noise that
/// is as narrow as 300 Hz, faster than syllables.
const SMOOTHING: f32 = 0.5;
/// Sound that has not fallen this far below its latest peak does not vary as speech does: 8 dB.
const DEPTH: f32 = 6.3;
/// What remains of that peak a frame later: 0.2 dB less.
const PEAK_DECAY: f32 = 0.955;
/// Frames that speech may go on without such a fall: 800 ms, a long vowel.
const STEADY_FRAMES: u8 = 40;
/// Frames of speech that are all quieter than a pause of who spoke before: 1 s. Then it is
/// somebody else, and the level is found anew.
const STRANGER_FRAMES: u8 = 50;

/// The gain of one voice, or of one mix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Agc {
    gain: f32,
    /// Mean power while speaking, over so many frames.
    level: f32,
    frames: u8,
    /// Frames since one that counted.
    pause: u8,
    /// Of those, the ones that held speech too quiet to count.
    too_quiet: u8,
    /// The power smoothed, its latest peak, and frames of speech since it fell well below.
    smooth: f32,
    peak: f32,
    steady: u8,
    /// Whether it ever did.
    has_fallen: bool,
}

impl Agc {
    /// Nothing is known of the voice; it passes unchanged.
    pub(crate) const NEW: Agc = Agc {
        gain: 1.0,
        level: 0.0,
        frames: 0,
        pause: 0,
        too_quiet: 0,
        smooth: 0.0,
        peak: 0.0,
        steady: 0,
        has_fallen: false,
    };

    /// Whether going over from the one to the other goes unnoticed: to 0.5 dB.
    pub(crate) fn is_near(&self, other: &Agc) -> bool {
        (1.0 / RISE..RISE).contains(&(self.gain / other.gain))
    }

    /// Whether a further frame without speech changes nothing: no longer pause than this counts.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.pause > PAUSE_FRAMES
    }

    /// Takes in the power (mean square) of the next frame and whether it is speech, and says how
    /// loud the frame shall be that is mixed now.
    pub(crate) fn follow(&mut self, power: f32, is_speech: bool) -> Gains {
        let before = self.gain;
        self.pause = self.pause.saturating_add(1);
        if is_speech {
            self.watch(power);
            if power * MARGIN < self.level {
                self.doubt();
            } else if self.steady <= STEADY_FRAMES {
                self.learn(power);
                self.adapt();
            }
        }
        Gains::line(before, self.gain)
    }

    /// Whether the sound rises and falls. One that never did is no voice, and is forgotten.
    fn watch(&mut self, power: f32) {
        self.smooth += (power - self.smooth) * SMOOTHING;
        self.peak = (self.peak * PEAK_DECAY).max(self.smooth);
        if self.smooth * DEPTH < self.peak {
            (self.steady, self.has_fallen) = (0, true);
            return;
        }
        self.steady = self.steady.saturating_add(1);
        if self.steady > STEADY_FRAMES && !self.has_fallen {
            (self.level, self.frames) = (0.0, 0);
        }
    }

    fn learn(&mut self, power: f32) {
        let first = self.frames == 0;
        let pauses = if first { 0 } else { (self.pause - 1).min(PAUSE_FRAMES) };
        (0..pauses).for_each(|_| self.average(0.0));
        self.average(power);
        (self.pause, self.too_quiet) = (0, 0);
    }

    fn average(&mut self, power: f32) {
        self.frames = (self.frames + 1).min(MEMORY_FRAMES);
        self.level += (power - self.level) / f32::from(self.frames);
    }

    fn adapt(&mut self) {
        if self.frames < FIRST_FRAMES || !self.has_fallen || self.level < FAINT {
            return;
        }
        let wanted = (TARGET / self.level).sqrt().clamp(GAIN_MIN, GAIN_MAX);
        let step = wanted / self.gain;
        if !(1.0 / NEAR..NEAR).contains(&step) {
            self.gain *= step.clamp(FALL, RISE);
        }
    }

    /// Speech that is quieter than the pauses of who spoke before.
    fn doubt(&mut self) {
        self.too_quiet += 1;
        if self.too_quiet == STRANGER_FRAMES {
            *self = Agc { gain: self.gain, ..Agc::NEW };
        }
    }
}
