//! Keys at every level, twist, frequency and duration of ITU-T Q.24, through every coding and at
//! every rate: how much of them is heard.

use std::fmt;

use speech::{Talker, Voice, bring_to};

use super::signals::{Coding, Random, Signal, amplitude_dbm0, power_dbov};
use super::{gains, heard_ms};
use crate::treatment::LOOKAHEAD_FRAMES;
use crate::treatment::dtmf::DtmfClamp;

const LOW_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH_HZ: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];

/// Of the louder tone. Table A-1 has 0 to -27 dBm0 for what must be taken for a key.
const LEVELS_DBM0: [f64; 9] = [0.0, -3.0, -8.0, -14.0, -20.0, -25.0, -27.0, -29.0, -34.0];
/// The high tone over the low one: +4 to -8 dB (AT&T), 5 (NTT), 6 (Denmark), 9 (Brazil), 10
/// (Australia) either way.
const TWISTS_DB: [f64; 9] = [-10.0, -8.0, -5.0, -2.0, 0.0, 2.0, 4.0, 8.0, 10.0];
/// Share and Hz that a tone is off: 1.5 % (AT&T), + 2 Hz (Denmark), + 4 Hz (Australia), 1.8 % (NTT,
/// Brazil).
const OFFSETS: [(f64, f64); 5] =
    [(0.0, 0.0), (0.015, 0.0), (0.015, 2.0), (0.015, 4.0), (0.018, 0.0)];
/// 40 ms is the shortest that all take for a key.
const DURATIONS_MS: [f64; 7] = [40.0, 40.0, 43.0, 50.0, 70.0, 110.0, 300.0];
/// 30 ms is the shortest pause (NTT, Brazil).
const PAUSES_MS: [f64; 4] = [30.0, 35.0, 50.0, 90.0];
const RATES_HZ: [usize; 4] = [8_000, 8_000, 16_000, 48_000];
/// How fast tones rise and fall.
const EDGES_MS: [f64; 3] = [0.0, 1.0, 2.0];
/// White noise below both tones together.
const NOISE_DB: f64 = -15.0;
/// A quiet line.
const IDLE_DBOV: f64 = -75.0;

/// Trials of each key, level and twist. Everything else is drawn.
const TRIALS: usize = 4;
/// What may be heard of a key (the demand).
const HEARD_MS_MAX: f64 = 5.0;

/// One key, pressed twice.
#[derive(Clone, Copy, Debug)]
struct Press {
    hz: [f64; 2],
    dbm0: [f64; 2],
    begin_ms: f64,
    length_ms: f64,
    pause_ms: f64,
    edge_ms: f64,
    has_noise: bool,
    coding: Coding,
    rate_hz: usize,
}

impl Press {
    fn draw(key: usize, dbm0: f64, twist_db: f64, has_noise: bool, random: &mut Random) -> Press {
        let mut off = |hz: f64| {
            let (share, more_hz) = random.pick(&OFFSETS);
            hz + random.pick(&[-1.0, 1.0]) * (hz * share + more_hz)
        };
        Press {
            hz: [off(LOW_HZ[key / 4]), off(HIGH_HZ[key % 4])],
            dbm0: [dbm0 - twist_db.max(0.0), dbm0 + twist_db.min(0.0)],
            begin_ms: 60.0 + 20.0 * random.share(),
            length_ms: random.pick(&DURATIONS_MS),
            pause_ms: random.pick(&PAUSES_MS),
            edge_ms: random.pick(&EDGES_MS),
            has_noise,
            coding: random.pick(&Coding::ALL),
            rate_hz: random.pick(&RATES_HZ),
        }
    }

    /// What is heard of the worse of the two presses, in ms.
    fn heard_ms(&self, random: &mut Random) -> f64 {
        let length = self.begin_ms + 2.0 * self.length_ms + self.pause_ms;
        let mut signal = Signal::silence(self.rate_hz, (length / 20.0).ceil() * 20.0 + 100.0);
        let begins = [self.begin_ms, self.begin_ms + self.length_ms + self.pause_ms];
        let spans = begins.map(|begin| signal.span(begin, self.length_ms));
        for span in &spans {
            for (hz, dbm0) in self.hz.iter().zip(self.dbm0) {
                signal.tone(*hz, amplitude_dbm0(dbm0), span.clone(), self.edge_ms);
            }
        }
        signal.noise(self.noise(), random);
        let samples = signal.coded(self.coding);
        let mut clamp = DtmfClamp::new();
        let gains = gains(&samples, self.rate_hz, LOOKAHEAD_FRAMES, |frame| clamp.hear(frame));
        let heard = spans.map(|span| heard_ms(&gains[span], self.rate_hz));
        heard[0].max(heard[1])
    }

    fn noise(&self) -> f64 {
        let tones = self.dbm0.map(|dbm0| amplitude_dbm0(dbm0).powi(2) / 2.0);
        // The same in a telephone's band, however wide the leg's is.
        let width = self.rate_hz as f64 / 8_000.0;
        let noise = (tones[0] + tones[1]) * 10f64.powf(NOISE_DB / 10.0) * width;
        if self.has_noise { noise } else { power_dbov(IDLE_DBOV) }
    }
}

/// How many presses were heard for how long.
#[derive(Default)]
struct Tally {
    presses: usize,
    heard: usize,
    worst_ms: f64,
    too_long: Vec<(f64, Press)>,
}

impl Tally {
    fn add(&mut self, press: Press, heard_ms: f64) {
        self.presses += 1;
        self.heard += usize::from(heard_ms > 0.0);
        self.worst_ms = self.worst_ms.max(heard_ms);
        if heard_ms > HEARD_MS_MAX {
            self.too_long.push((heard_ms, press));
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { presses, heard, worst_ms, .. } = self;
        write!(f, "{presses} pairs of presses, {heard} heard, for {worst_ms:.1} ms at most")
    }
}

fn battery(seed: u64, has_noise: bool) {
    let mut random = Random(seed);
    let mut tally = Tally::default();
    for key in 0..16 {
        for level in LEVELS_DBM0 {
            for twist in TWISTS_DB {
                for _ in 0..TRIALS {
                    let press = Press::draw(key, level, twist, has_noise, &mut random);
                    tally.add(press, press.heard_ms(&mut random));
                }
            }
        }
    }
    println!("DTMF, noise: {has_noise}, seed {seed}: {tally}");
    assert!(tally.too_long.is_empty(), "seed {seed}: {tally}: {:#?}", tally.too_long);
}

#[test]
fn no_key_of_q_24_is_heard_for_more_than_5_ms() {
    battery(24, false);
}

#[test]
fn nor_is_it_through_a_noise_15_db_below() {
    battery(25, true);
}

/// Two tones in a second of silence, with whatever is done to them. Gives the signal's gains.
fn press(change: impl FnOnce(&mut Signal, std::ops::Range<usize>)) -> Vec<f32> {
    let mut signal = Signal::silence(8_000, 1_000.0);
    let span = signal.span(203.0, 60.0);
    for hz in [LOW_HZ[2], HIGH_HZ[1]] {
        signal.tone(hz, amplitude_dbm0(-8.0), span.clone(), 0.0);
    }
    change(&mut signal, span);
    let mut clamp = DtmfClamp::new();
    gains(&signal.coded(Coding::ALaw), 8_000, LOOKAHEAD_FRAMES, |frame| clamp.hear(frame))
}

#[test]
fn a_key_is_silenced_with_little_round_it() {
    let gains = press(|_, _| {});
    let first = gains.iter().position(|gain| *gain < 1.0).unwrap();
    let last = gains.iter().rposition(|gain| *gain < 1.0).unwrap();
    assert!((203 - 30) * 8 < first && first < 203 * 8, "begins at sample {first}");
    assert!(263 * 8 < last && last < (263 + 35) * 8, "ends at sample {last}");
    assert!(gains.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.03), "a ramp is steep");
}

#[test]
fn keys_pressed_while_one_talks_are_kept_out_and_the_talk_goes_on() {
    let seed = 27;
    let mut random = Random(seed);
    let mut talk = Talker::new(Voice::Woman, 8_000).talk(seed, 60);
    bring_to(&mut talk, 8_000, -22.0);
    let mut signal = Signal { rate_hz: 8_000, samples: talk.into_iter().map(f64::from).collect() };
    // A telephone cuts the voice off while it sends a key.
    let spans: Vec<_> = (1..59)
        .map(|second| {
            let begin_ms = 1_000.0 * (f64::from(second) + 0.5 * random.share());
            let span = signal.span(begin_ms, random.pick(&DURATIONS_MS));
            signal.samples[span.clone()].fill(0.0);
            for hz in [random.pick(&LOW_HZ), random.pick(&HIGH_HZ)] {
                signal.tone(hz, amplitude_dbm0(-12.0), span.clone(), 0.0);
            }
            span
        })
        .collect();
    let mut clamp = DtmfClamp::new();
    let samples = signal.coded(Coding::MuLaw);
    let gains = gains(&samples, 8_000, LOOKAHEAD_FRAMES, |frame| clamp.hear(frame));
    let heard = spans.iter().map(|span| heard_ms(&gains[span.clone()], 8_000));
    let worst = heard.fold(0.0, f64::max);
    assert!(worst <= HEARD_MS_MAX, "{worst} ms of a key are heard, seed {seed}");
    let keys: usize = spans.iter().map(std::ops::Range::len).sum();
    let lost = gains.iter().filter(|gain| **gain < 1.0).count() - keys;
    let lost_ms = lost as f64 / 8.0 / spans.len() as f64;
    assert!(lost_ms < 60.0, "{lost_ms} ms of the talk are lost with a key, seed {seed}");
}

#[test]
fn an_interruption_is_bridged_and_an_echo_is_kept_out() {
    // Table A-1: up to 20 ms of interruption (Denmark); echoes 20 ms late and 10 dB below (AT&T).
    let gains_interrupted = press(|signal, span| {
        signal.samples[span.start + 320..span.start + 400].fill(0.0);
    });
    let interrupted = 203 * 8..263 * 8;
    assert_eq!(heard_ms(&gains_interrupted[interrupted], 8_000), 0.0);

    let gains_echoed = press(|signal, _| {
        let echo: Vec<f64> = signal.samples.iter().map(|sample| 0.316 * sample).collect();
        signal.samples[160..].iter_mut().zip(&echo).for_each(|(sample, echo)| *sample += echo);
    });
    assert_eq!(heard_ms(&gains_echoed[203 * 8..283 * 8], 8_000), 0.0);
}

#[test]
fn what_is_no_key_passes() {
    let seed = 26;
    let mut random = Random(seed);
    let passes = |name: &str, tones: &[f64], length_ms: f64, noise: f64, random: &mut Random| {
        let mut signal = Signal::silence(8_000, 20_000.0);
        for begin_ms in (0..20).map(|i| 100.0 + f64::from(i) * 913.7) {
            let span = signal.span(begin_ms, length_ms);
            for hz in tones {
                signal.tone(*hz, amplitude_dbm0(-10.0), span.clone(), 0.5);
            }
        }
        signal.noise(noise, random);
        let mut clamp = DtmfClamp::new();
        let samples = signal.coded(Coding::MuLaw);
        let gains = gains(&samples, 8_000, LOOKAHEAD_FRAMES, |frame| clamp.hear(frame));
        assert!(gains.iter().all(|gain| *gain == 1.0), "seed {seed}: {name}");
    };
    let idle = power_dbov(IDLE_DBOV);
    passes("dial tone", &[350.0, 440.0], 800.0, idle, &mut random);
    passes("ring-back", &[440.0, 480.0], 800.0, idle, &mut random);
    passes("busy", &[480.0, 620.0], 500.0, idle, &mut random);
    passes("one tone of a key", &[852.0], 200.0, idle, &mut random);
    passes("two of one group", &[697.0, 941.0], 200.0, idle, &mut random);
    passes("3.5 % off", &[770.0 * 1.035, 1_336.0], 200.0, idle, &mut random);
    passes("three tones", &[697.0, 1_209.0, 2_100.0], 200.0, idle, &mut random);
    passes("23 ms", &[697.0, 1_209.0], 23.0, idle, &mut random);
    passes("noise", &[], 200.0, power_dbov(-20.0), &mut random);
}

#[test]
fn a_telephone_event_silences_what_is_held_back_and_what_follows() {
    let mut clamp = DtmfClamp::new();
    let mut event_at = |tick: usize, frame: &[i16]| {
        if tick == 10 {
            clamp.on_event(3);
        }
        clamp.hear(frame)
    };
    let mut tick = 0;
    let gains = gains(&[3_000; 160 * 30], 8_000, LOOKAHEAD_FRAMES, |frame| {
        tick += 1;
        event_at(tick - 1, frame)
    });
    // Told of with frame 10, when frame 8 is about to be mixed: 8 to 12, and ramps.
    assert!(gains[..8 * 160].iter().all(|gain| *gain == 1.0));
    assert!(gains[8 * 160 + 40..13 * 160].iter().all(|gain| *gain == 0.0));
    assert!(gains[13 * 160 + 40..].iter().all(|gain| *gain == 1.0));
}
