//! Half an hour of speech of four voices: no key, and no tone, is heard in it.

use speech::{Talker, Voice, bring_to};

use super::gains;
use super::signals::Coding;
use crate::treatment::LOOKAHEAD_FRAMES;
use crate::treatment::dtmf::DtmfClamp;
use crate::treatment::tone::ToneClamp;

/// Of each voice: together half an hour.
const SECONDS: usize = 450;
/// Loud enough for a tone to be loud, usual, and quiet.
const LEVELS_DBOV: [f64; 3] = [-10.0, -22.0, -38.0];

fn talk(voice: Voice, rate_hz: usize) {
    let seed = 1_000 + voice as u64;
    let mut samples = Talker::new(voice, rate_hz as u32).talk(seed, SECONDS);
    for level in LEVELS_DBOV {
        bring_to(&mut samples, rate_hz as u32, level);
        let coded: Vec<i16> = samples.iter().map(|sample| Coding::MuLaw.pass(*sample)).collect();
        let mut keys = DtmfClamp::new();
        let of_keys = gains(&coded, rate_hz, LOOKAHEAD_FRAMES, |frame| keys.hear(frame));
        let mut tones = ToneClamp::new(LOOKAHEAD_FRAMES);
        let of_tones = gains(&coded, rate_hz, LOOKAHEAD_FRAMES, |frame| tones.hear(frame));
        for (name, gains) in [("key", of_keys), ("tone", of_tones)] {
            let at = gains.iter().position(|gain| *gain < 1.0);
            let at_s = at.map(|index| index as f64 / rate_hz as f64);
            println!("{voice:?} at {level} dBov, seed {seed}: a {name} at {at_s:?} s");
            assert_eq!(at_s, None, "{voice:?} at {level} dBov, seed {seed}: taken for a {name}");
        }
    }
}

#[test]
fn a_man_is_not_taken_for_a_tone() {
    talk(Voice::Man, 8_000);
}

#[test]
fn a_bass_is_not_taken_for_a_tone() {
    talk(Voice::Bass, 8_000);
}

#[test]
fn a_woman_is_not_taken_for_a_tone() {
    talk(Voice::Woman, 8_000);
}

#[test]
fn a_child_is_not_taken_for_a_tone() {
    talk(Voice::Child, 8_000);
}

#[test]
fn nor_is_one_with_a_wide_band() {
    talk(Voice::Woman, 16_000);
}
