//! What of a voice is noise: the least it is for a while, and whether it rises above that.

/// Frames of one look for the least power: 1 s, which no speech fills without a pause for breath.
const LOOK_FRAMES: u16 = 50;
/// How far above the floor a sound must rise to be more than noise, in power: 6 dB. The powers of
/// 20 ms of steady noise differ by less.
const MARGIN: f32 = 4.0;
/// Below this power nothing is speech: -64 dBov, some 16 dB above the steps of G.711.
const FAINT: f32 = 428.0;
/// Frames for which a sound that fell back to the floor still counts as speech: 300 ms, the gaps
/// between words and before plosives.
const HANGOVER_FRAMES: u8 = 15;

/// Tells speech from a steady noise, such as a fan, a car or hiss on the line.
///
/// The floor is the least power of the last one to two seconds, so a noise that sets in is taken
/// for speech for as long, and speech over a noise is found by its rise above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoiseFloor {
    /// The least power of this look so far, and of the one before.
    now: f32,
    before: f32,
    /// Frames of this look.
    frames: u16,
    hangover: u8,
}

impl NoiseFloor {
    /// Nothing is known yet: whatever is heard may be speech.
    pub(crate) const UNKNOWN: NoiseFloor =
        NoiseFloor { now: f32::INFINITY, before: 0.0, frames: 0, hangover: 0 };

    /// Takes in the power of the next frame. Frames that hold nothing say nothing of the noise and
    /// come with a power of 0.
    pub(crate) fn follow(&mut self, power: f32) {
        if !self.covers(power) {
            self.hangover = HANGOVER_FRAMES;
        } else {
            self.hangover = self.hangover.saturating_sub(1);
        }
        if power == 0.0 {
            return;
        }
        self.now = self.now.min(power);
        self.frames += 1;
        if self.frames == LOOK_FRAMES {
            (self.before, self.now, self.frames) = (self.now, f32::INFINITY, 0);
        }
    }

    /// Whether the voice is more than its noise, or was until a moment ago.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.hangover > 0
    }

    /// Whether a frame of this power is noise and nothing else.
    pub(crate) fn covers(&self, power: f32) -> bool {
        power < (self.floor() * MARGIN).max(FAINT)
    }

    fn floor(&self) -> f32 {
        self.before.min(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the last of `frames` frames of a power counts as speech.
    fn after(noise: &mut NoiseFloor, frames: usize, power: f32) -> bool {
        (0..frames).for_each(|_| noise.follow(power));
        noise.is_exceeded()
    }

    #[test]
    fn a_steady_noise_is_known_after_two_seconds() {
        let mut noise = NoiseFloor::UNKNOWN;
        assert!(after(&mut noise, 50, 1e5), "it may be speech");
        assert!(!after(&mut noise, 50, 1e5));
    }

    #[test]
    fn speech_over_a_noise_is_found_at_once_and_not_lost_between_words() {
        let mut noise = NoiseFloor::UNKNOWN;
        after(&mut noise, 100, 1e5);
        assert!(after(&mut noise, 1, 5e5));
        assert!(after(&mut noise, usize::from(HANGOVER_FRAMES) - 1, 1e5));
        assert!(!after(&mut noise, 1, 1e5));
    }

    #[test]
    fn speech_with_pauses_never_becomes_noise() {
        let mut noise = NoiseFloor::UNKNOWN;
        for _ in 0..100 {
            assert!(after(&mut noise, 30, 1e6));
            after(&mut noise, 10, 1e4);
        }
    }

    #[test]
    fn what_is_faint_is_no_speech_however_quiet_the_line() {
        let mut noise = NoiseFloor::UNKNOWN;
        assert!(!after(&mut noise, 10, FAINT / 2.0));
    }
}
