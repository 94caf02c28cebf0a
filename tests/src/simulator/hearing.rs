//! Who hears whom, read from the recordings.

use super::Simulator;
use crate::tone::{TOLERANCE_DB, UNHEARD_DB, level_dbfs};

/// How long changes take to be heard: a jitter buffer fills, a fade ends.
const SETTLING_MS: u64 = 200;

/// How long is listened: tones 30 Hz apart are told from each other.
const LISTENING_MS: u64 = 500;

/// Names that have a tone: callers, and dialogs that play one.
const NAMES: &str = "abcdefghijklm0123456789";

/// G.711 distorts: a tone brings odd harmonics with it, folded at 4 kHz. Up to the 39th, none of
/// these tones has one within 10 Hz of another.
const TONES_HZ: [f64; 23] = [
    425.0, 516.0, 667.0, 868.0, 1_053.0, 1_110.0, 1_160.0, 1_255.0, 1_325.0, 1_445.0, 1_601.0,
    1_698.0, 1_751.0, 1_838.0, 2_092.0, 2_173.0, 2_289.0, 2_345.0, 2_423.0, 2_503.0, 2_639.0,
    2_815.0, 2_940.0,
];

/// Frequency of the one who has this name, in Hz.
///
/// # Panics
/// When the name is neither a letter from `a` to `m` nor a digit.
#[must_use]
pub fn tone_of(name: char) -> f64 {
    TONES_HZ[NAMES.find(name).expect("a name with a tone")]
}

impl Simulator {
    /// Holds what everyone hears against `expected`: for each caller its name, a colon and whom it
    /// hears, as in `a:bc b:a c:`.
    ///
    /// # Panics
    /// When it is otherwise, or when someone is heard neither at the right level nor not at all.
    #[track_caller]
    pub fn check(&mut self, expected: &str) {
        assert_eq!(self.hearing(), expected, "seed {:#x}", self.seed);
    }

    /// Who hears whom from now on, after everything under way has taken effect.
    #[track_caller]
    pub fn hearing(&mut self) -> String {
        self.run_ms(SETTLING_MS);
        let rows: Vec<String> = self
            .record_ms(LISTENING_MS)
            .iter()
            .map(|(listener, samples)| {
                let heard = self.speakers().filter(|&name| self.hears(*listener, samples, name));
                format!("{listener}:{}", heard.collect::<String>())
            })
            .collect();
        rows.join(" ")
    }

    /// How loud one hears another from now on, in dB above the level it was sent with, averaged over
    /// what an impaired line leaves of it.
    pub fn loudness(&mut self, listener: char, speaker: char) -> f64 {
        let mut recordings = self.record_ms(LISTENING_MS).into_iter();
        let (_, samples) = recordings.find(|(name, _)| *name == listener).expect("a listener");
        level_dbfs(&samples, tone_of(speaker)) - self.level_of(speaker)
    }

    /// What each caller hears from now on for some time.
    pub fn record_ms(&mut self, ms: u64) -> Vec<(char, Vec<i16>)> {
        let from: Vec<(char, usize)> =
            self.callers.iter().map(|(name, caller)| (*name, caller.heard.len())).collect();
        self.run_ms(ms);
        let recorded =
            |(name, from): (char, usize)| (name, self.caller(name).heard[from..].to_vec());
        from.into_iter().map(recorded).collect()
    }

    fn hears(&self, listener: char, samples: &[i16], speaker: char) -> bool {
        // To a caller on hold nothing is sent.
        if samples.is_empty() {
            return false;
        }
        let below = level_dbfs(samples, tone_of(speaker)) - self.level_of(speaker);
        assert!(
            below.abs() <= TOLERANCE_DB || below < UNHEARD_DB,
            "{listener} hears {speaker} neither well nor not at all: {below:.1} dB; seed {:#x}",
            self.seed
        );
        below > UNHEARD_DB
    }

    /// Everyone who could be heard.
    fn speakers(&self) -> impl Iterator<Item = char> {
        NAMES.chars().filter(|name| self.ids.contains_key(name))
    }
}
