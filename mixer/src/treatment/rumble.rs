//! The power of a voice without what rumbles below it: traffic, wind and blown microphones, hum.
//!
//! Rumble is narrow, so that it rises and falls as slowly as speech does, and gain control would take
//! it for a quiet talker. A high-pass of second order (Butterworth, 250 Hz) takes 24 dB of what lies
//! at 60 Hz, and of speech hardly anything: the first formants lie above it. Nobody hears what it
//! lets through; it is measured and thrown away. It is slow work, each sample waiting for the one
//! before, and done for those who speak only.

use crate::port::Rate;

/// The filter at each rate, by the bilinear transform: its gain, and what of the last two outputs it
/// takes back.
const COEFFICIENTS: [(Rate, Coefficients); 3] = [
    (Rate::Narrow, Coefficients { gain: 0.870_330_8, back: [-1.723_776_2, 0.757_546_9] }),
    (Rate::Wide, Coefficients { gain: 0.932_932_2, back: [-1.861_361_1, 0.870_367_5] }),
    (Rate::Full, Coefficients { gain: 0.977_125_6, back: [-1.953_727_9, 0.954_774_6] }),
];

#[derive(Clone, Copy, Debug)]
struct Coefficients {
    gain: f32,
    back: [f32; 2],
}

/// A power below which the filter is as good as at rest, and is laid to rest before its numbers become
/// so small that processors are slow with them.
const NOTHING: f32 = 1e-6;

/// Measures one voice, or one mix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithoutRumble {
    /// What the last two samples have left in the filter.
    state: [f32; 2],
}

impl WithoutRumble {
    /// Has silence for a past.
    pub(crate) const SILENT: WithoutRumble = WithoutRumble { state: [0.0; 2] };

    /// The power of a frame without its rumble, if it is speech; of what is none gain control does not
    /// ask, and `power` will do.
    pub(crate) fn of_speech<T: Copy>(
        &mut self,
        frame: &[T],
        as_f32: impl Fn(T) -> f32,
        power: f32,
        is_speech: bool,
    ) -> f32 {
        if is_speech {
            return self.power(frame, as_f32);
        }
        *self = WithoutRumble::SILENT;
        power
    }

    /// Mean square of a frame, whose rate its length tells; 0 at any other rate.
    fn power<T: Copy>(&mut self, frame: &[T], as_f32: impl Fn(T) -> f32) -> f32 {
        let filter = COEFFICIENTS.iter().find(|(rate, _)| rate.frame_samples() == frame.len());
        let Some((_, Coefficients { gain, back })) = filter else { return 0.0 };
        // The transposed direct form: two states, and no more than one product waits for another.
        let [mut one, mut two] = self.state;
        let mut energy = 0.0;
        for sample in frame {
            let sample = as_f32(*sample) * gain;
            let passed = sample + one;
            one = two - 2.0 * sample - back[0] * passed;
            two = sample - back[1] * passed;
            energy += passed * passed;
        }
        let power = energy / frame.len() as f32;
        self.state = if power < NOTHING { [0.0; 2] } else { [one, two] };
        power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of a sine comes through, in dB, once the filter has settled.
    fn passed_db(hz: f64, rate: Rate) -> f32 {
        let at = |i: usize| (hz * std::f64::consts::TAU * i as f64 / f64::from(rate.hz())).sin();
        let samples: Vec<i16> =
            (0..rate.hz() as usize).map(|i| (10_000.0 * at(i)).round() as i16).collect();
        let mut measure = WithoutRumble::SILENT;
        let frames = samples.chunks_exact(rate.frame_samples());
        let powers: Vec<f32> = frames.map(|frame| measure.power(frame, f32::from)).collect();
        let settled = &powers[25..];
        let power = settled.iter().sum::<f32>() / settled.len() as f32;
        10.0 * (power / (10_000.0 * 10_000.0 / 2.0)).log10()
    }

    #[test]
    fn speech_passes_and_rumble_does_not_at_every_rate() {
        for rate in Rate::ALL {
            for hz in [500.0, 1_000.0, 3_000.0] {
                assert!(passed_db(hz, rate).abs() < 0.3, "{hz} Hz at {rate:?}");
            }
            assert!((passed_db(250.0, rate) + 3.0).abs() < 0.1, "{rate:?}");
            for hz in [20.0, 50.0, 60.0] {
                assert!(passed_db(hz, rate) < -24.0, "{hz} Hz at {rate:?}");
            }
        }
    }

    #[test]
    fn after_silence_nothing_is_left() {
        let mut measure = WithoutRumble::SILENT;
        measure.power(&[i16::MAX; 160], f32::from);
        let left = (0..10).map(|_| measure.power(&[0_i16; 160], f32::from)).last();
        assert!(left.is_some_and(|power| power < 1e-6));
        assert_eq!(measure.power(&[1_000_i16; 55], f32::from), 0.0);
    }
}
