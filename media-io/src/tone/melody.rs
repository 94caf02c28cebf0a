//! Notes one after the other, as a clip: what a server plays by itself.

use mixer::port::SAMPLE_RATE_HZ;

use super::Tone;

/// Length of the ramps at both ends of a note, in ms: without them it would click.
const RAMP_MS: usize = 10;

/// One note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Its pitch, below half of the sample rate.
    pub frequency_hz: f64,
    /// How long it sounds, its ramps included.
    pub length_ms: usize,
}

/// The samples of these notes at [`SAMPLE_RATE_HZ`], each a sine whose peak is `level_db` relative to
/// full scale, swelling and fading over 10 ms.
#[must_use]
pub fn melody(notes: &[Note], level_db: f64) -> Vec<i16> {
    notes.iter().flat_map(|note| sound(*note, level_db)).collect()
}

fn sound(note: Note, level_db: f64) -> Vec<i16> {
    let mut samples = vec![0; samples_in(note.length_ms)];
    Tone::sine(note.frequency_hz, level_db).fill(&mut samples);
    let (length, ramp) = (samples.len(), samples_in(RAMP_MS));
    for (place, sample) in samples.iter_mut().enumerate() {
        let from_an_end = place.min(length - 1 - place).min(ramp);
        *sample = (i32::from(*sample) * from_an_end as i32 / ramp as i32) as i16;
    }
    samples
}

fn samples_in(ms: usize) -> usize {
    ms * SAMPLE_RATE_HZ as usize / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_follow_each_other_and_end_in_silence() {
        let notes = [
            Note { frequency_hz: 500.0, length_ms: 100 },
            Note { frequency_hz: 750.0, length_ms: 150 },
        ];
        let samples = melody(&notes, -20.0);
        assert_eq!(samples.len(), samples_in(250));
        let (first, second) = samples.split_at(samples_in(100));
        for (note, periods) in [(first, 50), (second, 112)] {
            assert_eq!((note.first(), note.last()), (Some(&0), Some(&0)));
            let rises = note.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
            assert!(rises.abs_diff(periods) <= 1, "{rises} periods");
            // -20 dBFS is a tenth of full scale.
            let peak = note.iter().map(|sample| sample.abs()).max();
            assert!(peak.is_some_and(|peak| (3_100..=3_277).contains(&peak)), "{peak:?}");
        }
    }
}
