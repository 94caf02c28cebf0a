//! What is done to one voice before it is mixed: gain control and the clamps, a frame at a time.

use std::f32::consts::TAU;
use std::hint::black_box;

use mixer::bench::{Treatments, power, shape};
use mixer::port::Rate;

use crate::measure::{head, line};

/// Frames that are heard again and again: a second.
const FRAMES: usize = 50;

/// What makes a sample of a sound out of its time in seconds.
type Sound = fn(f32) -> f32;

const SOUNDS: [(&str, Sound); 4] = [
    ("silence", |_| 0.0),
    ("voice", voice),
    ("key", |time| 0.2 * ((770.0 * TAU * time).sin() + (1_336.0 * TAU * time).sin())),
    ("tone", |time| 0.3 * (1_100.0 * TAU * time).sin()),
];

/// Four harmonics over a pitch that moves, in syllables.
fn voice(time: f32) -> f32 {
    let phase = 140.0 * time + 4.0 * (TAU * time).sin();
    let syllable = (3.0 * TAU * time).sin().max(0.0);
    let harmonic = |n: u8| (TAU * phase * f32::from(n)).sin() / f32::from(n);
    0.2 * syllable * (1..=4).map(harmonic).sum::<f32>()
}

/// Measures each treatment at each rate, with each of the sounds.
pub(crate) fn run() {
    head("treatments, one voice, one frame of 20 ms");
    for rate in Rate::ALL {
        for (sound, sample) in SOUNDS {
            let frames = Frames::new(rate, sample);
            let name = |what: &str| format!("{what}, {} kHz, {sound}", rate.hz() / 1_000);
            frames.line(&name("gain control"), |treatments, frame| {
                treatments.control_gain(frame, power(frame))
            });
            frames.line(&name("clamp of keys"), Treatments::clamp_dtmf);
            frames.line(&name("clamp of tones"), Treatments::clamp_tone);
        }
        let frames = Frames::new(rate, voice);
        let mut treated = vec![0; rate.frame_samples()];
        frames.line(&format!("applying a gain, {} kHz", rate.hz() / 1_000), |_, frame| {
            shape(frame, (0.5, 0.6), &mut treated);
            black_box(treated[0]) as f32
        });
    }
}

struct Frames(Vec<Vec<i16>>);

impl Frames {
    fn new(rate: Rate, sample: Sound) -> Frames {
        let samples = rate.frame_samples();
        let at = |index: usize| (32_767.0 * sample(index as f32 / rate.hz() as f32)) as i16;
        let frame = |frame: usize| (frame * samples..(frame + 1) * samples).map(at).collect();
        Frames((0..FRAMES).map(frame).collect())
    }

    fn line(&self, name: &str, mut hear: impl FnMut(&mut Treatments, &[i16]) -> f32) {
        let mut treatments = Treatments::default();
        let mut next = 0;
        line(name, || {
            black_box(hear(&mut treatments, &self.0[next]));
            next = (next + 1) % FRAMES;
        });
    }
}
