//! Talkers for tests and benchmarks: half an hour of speech of several voices in a second or two,
//! the same for the same seed, with nothing to install and no recordings to keep.
//!
//! ```
//! use speech::{Talker, Voice};
//!
//! let talker = Talker::new(Voice::Woman, 8_000);
//! let greeting = talker.say("Welcome to the conference.");
//! let minute = talker.talk(1, 60);
//! assert!(minute.len() >= 60 * 8_000 && greeting.len() < minute.len());
//! ```
//!
//! The words are spoken by [`flite_rs`], a diphone synthesiser whose one speaker is a man. A taller
//! or a smaller speaker is he played slower or faster, which moves his formants, and told to speak
//! at a pitch and a pace that make up for it.

mod rate;
mod text;

use flite_rs::Engine;

pub use text::Text;

/// Power of a full-scale square wave: 0 dBov.
const FULL_SCALE_POWER: f64 = 32_768.0 * 32_768.0;
/// The synthesiser's voice of 16 kHz.
const RECORDED_VOICE: &str = "kal16";

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The speaker as he was recorded, at about 90 Hz.
    Man,
    /// A large man who speaks low and slowly, at about 70 Hz.
    Bass,
    /// A woman, at about 200 Hz.
    Woman,
    /// A child that speaks fast, at about 280 Hz.
    Child,
}

impl Voice {
    /// All of them.
    pub const ALL: [Voice; 4] = [Voice::Man, Voice::Bass, Voice::Woman, Voice::Child];

    fn build(self) -> Build {
        match self {
            Voice::Man => Build { formants: 1.0, pitch: 1.0, melody: 1.0, pace: 1.0 },
            Voice::Bass => Build { formants: 0.92, pitch: 0.76, melody: 0.8, pace: 0.9 },
            Voice::Woman => Build { formants: 1.17, pitch: 2.15, melody: 2.2, pace: 1.0 },
            Voice::Child => Build { formants: 1.32, pitch: 2.85, melody: 3.5, pace: 1.15 },
        }
    }
}

/// What makes a voice another's: all as multiples of the recorded speaker's.
struct Build {
    formants: f32,
    pitch: f32,
    /// How far the pitch moves.
    melody: f32,
    pace: f32,
}

/// Someone who speaks.
pub struct Talker {
    synthesiser: Engine,
    rate_hz: u32,
    /// The rate at which what the synthesiser gives has the formants wanted.
    played_hz: f64,
}

impl Talker {
    /// A talker whose samples come at a rate, in Hz.
    #[must_use]
    pub fn new(voice: Voice, rate_hz: u32) -> Talker {
        let build = voice.build();
        let mut synthesiser = Engine::new();
        synthesiser.select_voice(RECORDED_VOICE);
        let params = synthesiser.params_mut();
        params.f0_shift *= build.pitch / build.formants;
        params.int_f0_target_stddev *= build.melody / build.formants;
        params.duration_stretch *= build.formants / build.pace;
        let played_hz = f64::from(synthesiser.sample_rate()) * f64::from(build.formants);
        Talker { synthesiser, rate_hz, played_hz }
    }

    /// Says it, with the short silences before and after that belong to a phrase.
    #[must_use]
    pub fn say(&self, text: &str) -> Vec<i16> {
        let spoken = self.synthesiser.synthesize(text).samples;
        rate::convert(&spoken, self.played_hz, f64::from(self.rate_hz))
    }

    /// Talks for that long and to the end of the sentence. Each seed gives another text.
    #[must_use]
    pub fn talk(&self, seed: u64, seconds: usize) -> Vec<i16> {
        let samples = seconds * self.rate_hz as usize;
        let mut said = Vec::with_capacity(samples + self.rate_hz as usize * 10);
        let mut text = Text::new(seed);
        while said.len() < samples {
            said.extend(self.say(&text.sentence()));
        }
        said
    }
}

/// Brings samples to an active speech level, in dBov.
///
/// What is active is told in the manner of ITU-T P.56: frames of 20 ms less than 15.9 dB below the
/// level itself, and 200 ms after each.
pub fn bring_to(samples: &mut [i16], rate_hz: u32, dbov: f64) {
    let gain = 10f64.powf((dbov - active_level_dbov(samples, rate_hz)) / 20.0);
    for sample in samples {
        // The cast saturates, as a converter would.
        *sample = (f64::from(*sample) * gain).round() as i16;
    }
}

/// Active speech level in dBov, in the manner of ITU-T P.56 (see [`bring_to`]).
#[must_use]
pub fn active_level_dbov(samples: &[i16], rate_hz: u32) -> f64 {
    let frame = rate_hz as usize / 50;
    let powers: Vec<f64> = samples.chunks(frame).map(power).collect();
    let energy: f64 = powers.iter().sum();
    // The lower the level the more is active, so the level is found by going down to it.
    let mut level = powers.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    for _ in 0..LEVEL_STEPS {
        let active = active_frames(&powers, level / MARGIN);
        let found = energy / active.max(1) as f64;
        if found >= level {
            break;
        }
        level *= LEVEL_STEP;
    }
    10.0 * (level / FULL_SCALE_POWER).log10()
}

/// How far below the level what is active may lie: 15.9 dB (P.56, 5).
const MARGIN: f64 = 38.9;
/// How long it stays active: 200 ms in frames (P.56, 5).
const HANGOVER_FRAMES: usize = 10;
/// A tenth of a dB down.
const LEVEL_STEP: f64 = 0.977_237;
/// Down to silence.
const LEVEL_STEPS: usize = 1_200;

fn active_frames(powers: &[f64], threshold: f64) -> usize {
    let mut hangover = 0;
    let active = powers.iter().filter(|power| {
        hangover = if **power >= threshold { HANGOVER_FRAMES + 1 } else { hangover };
        hangover = usize::saturating_sub(hangover, 1);
        **power >= threshold || hangover > 0
    });
    active.count()
}

fn power(samples: &[i16]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
}
