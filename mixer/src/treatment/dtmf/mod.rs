//! `dtmfclamp`: the tones of keys never reach the mix.
//!
//! A key is found when 35 ms of sound are two sinusoids and hardly anything else, of which one is
//! of the low and one of the high group of ITU-T Q.23. What is mixed lags behind what is heard
//! ([`LOOKAHEAD_FRAMES`]), so that the key's beginning is still there to be silenced when it is
//! found. A key that was found needs less proof to go on; it ends a little after its tones.
//!
//! Levels, twist, frequencies and durations are those of Q.24, table A-1, all administrations
//! together: 0 to -27 dBm0 for each tone, up to 10 dB between them, 1.8 % or 1.5 % + 4 Hz off,
//! 40 ms and longer, and there is some reserve.

mod spectrum;

use super::narrow::{HOP_SAMPLES, Narrow};
use super::silencer::Silencer;
use super::sinusoid::{Folded, dot, wrap};
use super::{Gains, HOPS, LOOKAHEAD_FRAMES};
use spectrum::{OMEGAS, SPAN, Spectrum};

/// What must be one key's from end to end, twice in a row and a hop apart: 30 ms. A key of 40 ms
/// has room for both wherever it begins, and speech is hardly ever as steady.
const WINDOW_HOPS: usize = 6;
const WINDOW: usize = WINDOW_HOPS * HOP_SAMPLES;
/// From the beginning of the first to the end of the second.
const FOUND_HOPS: i32 = WINDOW_HOPS as i32 + 1;
/// Between the two looks whose phases tell the frequencies: all that the window has beyond a look.
const LOOK_HOPS: usize = (WINDOW - SPAN) / HOP_SAMPLES;
/// Power below which no key is looked for: -51 dBov, two tones of -48 dBm0.
const FAINT: f32 = 8_500.0;
/// The two strongest tones' share of the last look that is worth a closer one. Tones 2 % off lose
/// a third.
const WORTH_A_LOOK: f32 = 0.55;
/// How far a frequency may be off: 1.5 % + 4 Hz is 2.1 % for the lowest, and a noise 15 dB below
/// moves what is measured of the weaker tone.
const TOLERANCE: f32 = 0.03;
/// The weaker tone's least share of both: 12 dB less than the other.
const TWIST: f32 = 0.06;
/// What the two sinusoids may leave unexplained. A noise 15 dB below leaves 3 %.
const REST: f32 = 0.08;
/// What they may leave of the last look of a key that was found. A look that holds a quarter of
/// silence leaves a quarter.
const REST_LATER: f32 = 0.3;
/// Hops silenced before that: the tones began up to a hop earlier, and more when a noise hid them.
const LEAD_HOPS: i32 = 2;
/// Hops silenced after the last: what is left of the tones, and their echo (Q.24 has up to 20 ms).
const HOLD_HOPS: i32 = 4;
/// Hops for which a key that stopped may go on: Q.24 allows an interruption of 20 ms.
const PATIENCE_HOPS: u8 = 8;

/// Keeps the keys of one leg out of what is mixed [`LOOKAHEAD_FRAMES`] after it was heard.
#[derive(Clone, Debug)]
pub(crate) struct DtmfClamp {
    narrow: Narrow,
    /// The last 30 ms at 8 kHz.
    window: [f32; WINDOW],
    /// The last looks, the newest last.
    looks: [Spectrum; LOOK_HOPS + 1],
    /// What the window before held.
    suspect: Option<Key>,
    /// The last key, and hops for which it may still go on.
    key: Key,
    patience: u8,
    silencer: Silencer,
}

/// A tone of each group, by number and as they are, in radians a sample.
#[derive(Clone, Copy, Debug)]
struct Key {
    tones: [usize; 2],
    omegas: [f32; 2],
}

impl DtmfClamp {
    pub(crate) const fn new() -> DtmfClamp {
        DtmfClamp {
            narrow: Narrow::new(),
            window: [0.0; WINDOW],
            looks: [Spectrum::SILENT; LOOK_HOPS + 1],
            suspect: None,
            key: Key { tones: [0; 2], omegas: [0.0; 2] },
            patience: 0,
            silencer: Silencer::new(LOOKAHEAD_FRAMES),
        }
    }

    /// Hears the newest frame, at 8, 16 or 48 kHz, and says how loud that of [`LOOKAHEAD_FRAMES`]
    /// before shall be. While nothing is received it hears silence.
    pub(crate) fn hear(&mut self, newest: &[i16]) -> Gains {
        self.silencer.advance();
        for (hop, samples) in newest.chunks_exact((newest.len() / HOPS).max(1)).enumerate() {
            let hop_at_8_khz = self.narrow.hop(samples);
            self.take(&hop_at_8_khz);
            self.listen(hop as i32 + 1);
        }
        self.silencer.release()
    }

    /// A telephone-event (RFC 4733) came in: all that is held back is silenced, and as many of the
    /// frames to come. To be said before the frame of the same tick is heard.
    pub(crate) fn on_event(&mut self, frames_to_come: u8) {
        self.silencer.silence_all(i32::from(frames_to_come) * HOPS as i32);
    }

    fn take(&mut self, hop: &[f32; HOP_SAMPLES]) {
        self.window.copy_within(HOP_SAMPLES.., 0);
        self.window[WINDOW - HOP_SAMPLES..].copy_from_slice(hop);
        self.looks.rotate_left(1);
        let span = &self.window[WINDOW - SPAN..];
        let is_faint = dot(span, span) < FAINT * SPAN as f32;
        self.looks[LOOK_HOPS] = if is_faint { Spectrum::SILENT } else { Spectrum::of(span) };
    }

    /// Looks for a key in the window that ends at a hop of the newest frame.
    fn listen(&mut self, end: i32) {
        self.patience = self.patience.saturating_sub(1);
        let found = self.key_in_window();
        let suspect = std::mem::replace(&mut self.suspect, found);
        if let Some(key) = found.filter(|key| suspect.is_some_and(|s| s.tones == key.tones)) {
            (self.key, self.patience) = (key, PATIENCE_HOPS);
            self.silencer.silence(end - FOUND_HOPS - LEAD_HOPS..end + HOLD_HOPS);
        } else if self.patience > 0 && self.key_goes_on() {
            self.patience = PATIENCE_HOPS;
            self.silencer.silence(end - LOOK_HOPS as i32..end + HOLD_HOPS);
        }
    }

    fn key_in_window(&self) -> Option<Key> {
        let (first, last) = (&self.looks[0], &self.looks[LOOK_HOPS]);
        let tones = last.strongest();
        if last.share(tones) < WORTH_A_LOOK || first.share(tones) < WORTH_A_LOOK {
            return None;
        }
        let offsets = tones.map(|tone| offset(first, last, tone));
        if offsets.iter().any(|offset| offset.abs() > TOLERANCE) {
            return None;
        }
        let omegas = [0, 1].map(|i| OMEGAS[tones[i]] * (1.0 + offsets[i]));
        self.is_key(omegas).then_some(Key { tones, omegas })
    }

    fn is_key(&self, omegas: [f32; 2]) -> bool {
        let window = Folded::<{ WINDOW / 2 }>::new(&self.window);
        let pair = window.explained_by_pair(omegas);
        let weaker = pair.each[0].min(pair.each[1]);
        weaker >= TWIST * pair.both && window.energy - pair.both <= REST * window.energy
    }

    fn key_goes_on(&self) -> bool {
        let look = Folded::<{ SPAN / 2 }>::new(&self.window[WINDOW - SPAN..]);
        let rest = look.energy - look.explained_by_pair(self.key.omegas).both;
        look.energy >= FAINT * SPAN as f32 && rest <= REST_LATER * look.energy
    }
}

/// How far a tone is off, as a share of its frequency, by how its phase moved from look to look.
fn offset(first: &Spectrum, last: &Spectrum, tone: usize) -> f32 {
    let samples = (LOOK_HOPS * HOP_SAMPLES) as f32;
    wrap(last.turn_since(first, tone) - OMEGAS[tone] * samples) / (OMEGAS[tone] * samples)
}
