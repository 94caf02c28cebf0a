//! What is heard where packets are missing: the last sound, repeated and faded out.

/// How much of the last sound is repeated, in samples: 20 ms.
const HISTORY: usize = 160;

/// How long it takes to fade to silence, in samples: 60 ms.
const FADE: usize = 480;

/// Over how many samples real audio takes over again: 5 ms.
const BLEND: usize = 40;

/// Repeats the last 20 ms to and fro: played backwards first, it goes on where the sound stopped
/// without a step, and without the buzz of a short loop.
#[derive(Debug)]
pub(super) struct Concealment {
    history: [i16; HISTORY],
    /// Samples since the last real one.
    elapsed: usize,
    /// Samples of the transition back to real audio that are still to come.
    blend: usize,
}

impl Concealment {
    pub(super) fn new() -> Concealment {
        // Silence is what was heard before the beginning: nothing to fade, nothing to blend.
        Concealment { history: [0; HISTORY], elapsed: FADE, blend: 0 }
    }

    pub(super) fn reset(&mut self) {
        *self = Concealment::new();
    }

    /// Samples since the last real one.
    pub(super) fn elapsed(&self) -> usize {
        self.elapsed
    }

    /// Whether nothing can be heard any more.
    pub(super) fn is_silent(&self) -> bool {
        self.elapsed >= FADE
    }

    /// Makes up samples; returns how many of them can be heard.
    pub(super) fn fill(&mut self, out: &mut [i16]) -> usize {
        let audible = FADE.saturating_sub(self.elapsed).min(out.len());
        for sample in out {
            *sample = self.next();
        }
        // After a silence the first sound is left as it is.
        self.blend = if audible > 0 { BLEND } else { 0 };
        audible
    }

    /// The cursor moves: the next real audio does not follow the last.
    pub(super) fn jump(&mut self) {
        if !self.is_silent() {
            self.blend = BLEND;
        }
    }

    /// Takes real audio, as it is played, and blends its beginning with what was made up.
    pub(super) fn follow(&mut self, samples: &mut [i16]) {
        let blended = self.blend.min(samples.len());
        for sample in &mut samples[..blended] {
            let made_up = i32::from(self.next());
            let share = self.blend as i32;
            let whole = BLEND as i32 + 1;
            *sample = ((i32::from(*sample) * (whole - share) + made_up * share) / whole) as i16;
            self.blend -= 1;
        }
        if self.blend == 0 {
            self.elapsed = 0;
        }
        self.remember(samples);
    }

    fn next(&mut self) -> i16 {
        let gain = FADE.saturating_sub(self.elapsed) as i32;
        let step = self.elapsed % (2 * HISTORY);
        let index = if step < HISTORY { HISTORY - 1 - step } else { step - HISTORY };
        self.elapsed = self.elapsed.saturating_add(1);
        (i32::from(self.history[index]) * gain / FADE as i32) as i16
    }

    fn remember(&mut self, samples: &[i16]) {
        let newest = &samples[samples.len().saturating_sub(HISTORY)..];
        self.history.rotate_left(newest.len());
        self.history[HISTORY - newest.len()..].copy_from_slice(newest);
    }
}
