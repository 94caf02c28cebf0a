//! What is heard where packets are missing: the last sound, repeated and faded out, or what the
//! decoder makes up, faded out as well if it goes on.

use mixer::port::Rate;

/// Samples a ms at the highest rate.
const PER_MS_MAX: usize = Rate::Full.hz() as usize / 1_000;

/// How much of the last sound is repeated, in ms.
const HISTORY_MS: usize = 20;

/// How long a repeated sound takes to fade to silence, in ms.
const FADE_MS: usize = 60;

/// How long a decoder is trusted to make up sound before the same fade begins, in ms.
const TRUST_MS: usize = 40;

/// Over how long real audio takes over again, in ms.
const BLEND_MS: usize = 5;

/// How long a loss can be heard, in ms.
pub(super) fn audible_ms(by_decoder: bool) -> usize {
    if by_decoder { TRUST_MS + FADE_MS } else { FADE_MS }
}

/// Repeats the last 20 ms to and fro: played backwards first, it goes on where the sound stopped
/// without a step, and without the buzz of a short loop.
#[derive(Debug)]
pub(super) struct Concealment {
    per_ms: usize,
    history: [i16; HISTORY_MS * PER_MS_MAX],
    /// Samples since the last real one.
    elapsed: usize,
    /// Samples of the transition back to real audio that are still to come.
    blend: usize,
    /// What was made up last is the decoder's, which goes on from there by itself.
    by_decoder: bool,
}

impl Concealment {
    /// Silence is what was heard before the beginning: nothing to fade, nothing to blend.
    pub(super) fn new(rate: Rate) -> Concealment {
        let per_ms = rate.hz() as usize / 1_000;
        let history = [0; HISTORY_MS * PER_MS_MAX];
        Concealment { per_ms, history, elapsed: usize::MAX, blend: 0, by_decoder: false }
    }

    /// Makes up samples.
    pub(super) fn fill(&mut self, out: &mut [i16]) {
        self.by_decoder = false;
        self.blend = if self.is_silent() { 0 } else { self.blend_len() };
        for sample in out {
            *sample = self.next();
        }
    }

    /// Takes what the decoder made up.
    pub(super) fn fade(&mut self, out: &mut [i16]) {
        self.by_decoder = true;
        self.blend = if self.is_silent() { 0 } else { self.blend_len() };
        for sample in &mut *out {
            *sample = scaled(*sample, self.gain(), self.fade_len());
            self.elapsed = self.elapsed.saturating_add(1);
        }
        self.remember(out);
    }

    /// A tick passes in silence: the first sound after it is left as it is.
    pub(super) fn rest(&mut self) {
        self.elapsed = usize::MAX;
        self.blend = 0;
    }

    /// The cursor moves: the next real audio does not follow the last.
    pub(super) fn jump(&mut self) {
        if !self.is_silent() {
            self.by_decoder = false;
            self.blend = self.blend_len();
        }
    }

    /// Takes real audio, as it is played, and blends its beginning with what was made up.
    pub(super) fn follow(&mut self, samples: &mut [i16]) {
        let blended = self.blend.min(samples.len());
        for sample in &mut samples[..blended] {
            *sample = if self.by_decoder { self.swell(*sample) } else { self.mix(*sample) };
            self.blend -= 1;
        }
        if self.blend == 0 {
            self.elapsed = 0;
        }
        self.remember(samples);
    }

    /// From the last sound, repeated, to the real one.
    fn mix(&mut self, sample: i16) -> i16 {
        let made_up = i32::from(self.next());
        let (share, whole) = (self.blend as i32, self.blend_len() as i32 + 1);
        ((i32::from(sample) * (whole - share) + made_up * share) / whole) as i16
    }

    /// From the loudness to which the decoder's sound was faded to the real one's.
    fn swell(&self, sample: i16) -> i16 {
        let fade = self.fade_len();
        let missing = (fade - self.gain()) * self.blend / (self.blend_len() + 1);
        scaled(sample, fade - missing, fade)
    }

    fn next(&mut self) -> i16 {
        let len = HISTORY_MS * self.per_ms;
        let step = self.elapsed % (2 * len);
        let index = if step < len { len - 1 - step } else { step - len };
        let sample = scaled(self.history[index], self.gain(), self.fade_len());
        self.elapsed = self.elapsed.saturating_add(1);
        sample
    }

    /// Whether nothing is heard any more, even if the decoder makes it up.
    pub(super) fn is_over(&self) -> bool {
        self.elapsed >= audible_ms(true) * self.per_ms
    }

    fn is_silent(&self) -> bool {
        self.elapsed >= audible_ms(self.by_decoder) * self.per_ms
    }

    /// From `fade_len` for all of it down to 0.
    fn gain(&self) -> usize {
        let audible = audible_ms(self.by_decoder) * self.per_ms;
        audible.saturating_sub(self.elapsed).min(self.fade_len())
    }

    fn fade_len(&self) -> usize {
        FADE_MS * self.per_ms
    }

    fn blend_len(&self) -> usize {
        BLEND_MS * self.per_ms
    }

    fn remember(&mut self, samples: &[i16]) {
        let history = &mut self.history[..HISTORY_MS * self.per_ms];
        let newest = &samples[samples.len().saturating_sub(history.len())..];
        history.copy_within(newest.len().., 0);
        let older = history.len() - newest.len();
        history[older..].copy_from_slice(newest);
    }
}

fn scaled(sample: i16, part: usize, whole: usize) -> i16 {
    (i32::from(sample) * part as i32 / whole as i32) as i16
}
