//! How long what is said takes to be heard: talk with marks in it, and the time from the sample that
//! begins a mark to the one that begins it again at the listener.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::caller::{Heard, PACKET_SAMPLES, Voice};

/// Packets from mark to mark, half a second: longer than any delay to be measured.
const MARK_EVERY: u32 = 25;

/// Packets with sound, and those of each syllable with its pause.
const SYLLABLE: (u32, u32) = (4, 6);

/// Sentences, pauses included, and what is said of each, in packets.
const SENTENCE: (u32, u32) = (140, 180);

/// Amplitude of the talk, noise of some -34 dBFS in syllables.
const TALK: i16 = 1_200;

/// Amplitude of a mark, half of full scale.
const MARK: i16 = 16_000;

/// What no talk and every mark reaches, also where a gain of 9 dB or of -6 dB is in between.
const THRESHOLD: i16 = 5_000;

/// Samples of a mark's square wave before it turns: 1 kHz.
const HALF_WAVE: usize = 4;

/// Packets without a mark before one that begins it.
const APART: u16 = 5;

/// Samples in a ms.
const PER_MS: f64 = 8.0;

/// When marks were said.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    said: Arc<Mutex<Vec<Instant>>>,
}

impl Marks {
    /// A voice that says them amid talk.
    #[must_use]
    pub fn voice(&self) -> impl Voice + use<> {
        let said = Arc::clone(&self.said);
        move |count| {
            if count % MARK_EVERY == MARK_EVERY / 2 {
                said.lock().unwrap().push(Instant::now());
                return mark();
            }
            let talks = count % SENTENCE.1 < SENTENCE.0 && count % SYLLABLE.1 < SYLLABLE.0;
            let loudest = if talks { TALK } else { 0 };
            (0..PACKET_SAMPLES).map(|_| rand::random_range(-loudest..=loudest)).collect()
        }
    }

    /// From each mark said to the same mark heard, in ms.
    #[must_use]
    pub fn delays_ms(&self, heard: &[Heard]) -> Vec<f64> {
        let said = self.said.lock().unwrap();
        let delay = |(at, samples): (Instant, usize)| {
            let begin = said.iter().rev().find(|begin| **begin < at)?;
            Some((at - *begin).as_secs_f64() * 1_000.0 + samples as f64 / PER_MS)
        };
        onsets(heard).into_iter().filter_map(delay).collect()
    }
}

fn mark() -> Vec<i16> {
    let up = |index: usize| (index / HALF_WAVE).is_multiple_of(2);
    (0..PACKET_SAMPLES).map(|index| if up(index) { MARK } else { -MARK }).collect()
}

/// When the packets came in which a mark begins, and the samples in them before it.
fn onsets(heard: &[Heard]) -> Vec<(Instant, usize)> {
    let mut onsets = Vec::new();
    let mut last = None;
    for packet in heard {
        let loud = |sample: &i16| sample.unsigned_abs() >= THRESHOLD.unsigned_abs();
        let Some(samples) = packet.samples.iter().position(loud) else { continue };
        let near = |last: u16| packet.sequence.wrapping_sub(last) < APART;
        if !last.is_some_and(near) {
            onsets.push((packet.at, samples));
        }
        last = Some(packet.sequence);
    }
    onsets
}
