//! Judges: what the detectors of a voice have heard, and how loud that lets it be.
//!
//! They listen to those who are mixed and to nobody else. Who enters is judged from the oldest tick
//! that is still to be heard. A key is judged by its sound alone, anew each time; a steady tone is
//! known by having been there before, also before a pause.

use super::is_previous;
use super::voice::Voice;
use crate::topology::Treatment;
use crate::treatment::dtmf::DtmfClamp;
use crate::treatment::tone::ToneClamp;
use crate::treatment::{Gains, LOOKAHEAD_FRAMES};

/// Ticks for which a voice is silenced after a key was reported by RFC 4733: what its jitter buffer
/// makes up of the tone for want of audio has faded by then.
const EVENT_FRAMES: u8 = 4;

/// The judge of one voice.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    dtmf: DtmfClamp,
    tone: ToneClamp,
    /// How far ahead of what is mixed the detectors listen, in ticks.
    lookahead: usize,
    /// The last tick that was judged, and the verdict.
    judged: u64,
    dtmf_gains: Gains,
    tone_gains: Gains,
}

impl Judge {
    pub(super) const NEW: Judge = Judge {
        dtmf: DtmfClamp::new(),
        tone: ToneClamp::new(0),
        lookahead: 0,
        judged: super::NEVER,
        dtmf_gains: Gains::UNITY,
        tone_gains: Gains::UNITY,
    };

    /// Listens to what was said in this tick, unless that was done.
    pub(super) fn listen(&mut self, tick: u64, voice: &Voice, has_key: bool) {
        let treatment = voice.treatment();
        if !(treatment.dtmf_clamp || treatment.tone_clamp) {
            (self.dtmf_gains, self.tone_gains) = (Gains::UNITY, Gains::UNITY);
            return;
        }
        if self.judged == tick {
            return;
        }
        let lookahead = if treatment.dtmf_clamp { LOOKAHEAD_FRAMES } else { 0 };
        if lookahead != self.lookahead {
            (self.lookahead, self.tone) = (lookahead, ToneClamp::new(lookahead));
        }
        let goes_on = is_previous(self.judged, tick);
        self.judged = tick;
        if !goes_on {
            self.dtmf = DtmfClamp::new();
        }
        if has_key {
            self.dtmf.on_event(EVENT_FRAMES);
        }
        let unheard = if goes_on { 0 } else { lookahead };
        for ago in (0..=unheard).rev() {
            let samples = voice.ago(ago);
            if treatment.dtmf_clamp {
                self.dtmf_gains = self.dtmf.hear(samples);
            }
            if treatment.tone_clamp {
                self.tone_gains = self.tone.hear(samples);
            }
        }
    }

    /// Whether there is a key or a tone in the tick that is mixed now.
    pub(super) fn clamps(&self) -> bool {
        self.dtmf_gains != Gains::UNITY || self.tone_gains != Gains::UNITY
    }

    /// How loud the tick is to be that is mixed now, in a room that asks for this.
    pub(super) fn gains(&self, treatment: Treatment) -> Gains {
        let dtmf = if treatment.dtmf_clamp { self.dtmf_gains } else { Gains::UNITY };
        let tone = if treatment.tone_clamp { self.tone_gains } else { Gains::UNITY };
        dtmf.times(&tone)
    }
}
