//! Two people in conversation where one is mixed: the floor changes once a turn, in time, and no word
//! loses its beginning.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, BToA};
use speech::{Talker, Text, Voice, bring_to};

const TURNS: usize = 20;
/// Between two turns: 300 ms.
const GAP_SAMPLES: usize = 2_400;
/// Power of a frame of 20 ms from which somebody can be said to speak: -45 dBov.
const SPEAKS: f64 = 3.4e4;
/// A turn is looked at in blocks of 5 ms, for its first 400 ms.
const BLOCK: usize = 40;
const FIRST_BLOCKS: usize = 80;

struct Turn {
    who: usize,
    /// In samples from the beginning.
    begins: usize,
    ends: usize,
}

/// What two talkers say in turn, each over the hiss of a line, and when.
fn conversation(seed: u64) -> ([Vec<i16>; 2], Vec<Turn>) {
    let talkers = [Voice::Man, Voice::Woman].map(|voice| Talker::new(voice, 8_000));
    let mut text = Text::new(seed);
    let (mut lines, mut turns) = ([Vec::new(), Vec::new()], Vec::new());
    for turn in 0..TURNS {
        let who = turn % 2;
        let mut said = talkers[who].say(&text.sentence());
        bring_to(&mut said, 8_000, -22.0);
        let begins = lines[who].len() + first_sound(&said);
        let length = said.len();
        lines[who].extend(said);
        lines[1 - who].extend(vec![0; length]);
        turns.push(Turn { who, begins, ends: lines[who].len() });
        lines.iter_mut().for_each(|line| line.extend(vec![0; GAP_SAMPLES]));
    }
    let mut noise = seed | 1;
    for sample in lines.iter_mut().flatten() {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *sample = sample.saturating_add((noise >> 58) as i16 - 32);
    }
    (lines, turns)
}

fn first_sound(said: &[i16]) -> usize {
    said.chunks(160).take_while(|frame| power(frame) < SPEAKS).count() * 160
}

/// Who is mixed in each tick.
fn floor(lines: [Vec<i16>; 2]) -> (Studio, Vec<Option<usize>>) {
    let mut studio = Studio::with_all("abc");
    studio.open('R', Policy::NBest(1));
    studio.join('a', 'R', AToB);
    studio.join('b', 'R', AToB);
    studio.join('c', 'R', BToA);
    "abc".chars().for_each(|name| studio.line(name).be_deaf());
    let ticks = lines[0].len() / 160;
    let ports = ["a", "b"].map(|name| studio.port(name.chars().next().unwrap()));
    for (name, line) in "ab".chars().zip(lines) {
        studio.line(name).say(line);
    }
    let floor = (0..ticks)
        .map(|_| {
            studio.tick();
            let talking = studio.handle.talkers(studio.rooms[&'R']).next()?;
            ports.iter().position(|port| *port == talking.port)
        })
        .collect();
    (studio, floor)
}

#[test]
fn the_floor_changes_once_a_turn_and_within_40_ms() {
    for seed in [3, 17, 99] {
        let (lines, turns) = conversation(seed);
        let (studio, floor) = floor(lines);
        let speakers: Vec<usize> = floor.iter().flatten().copied().collect();
        let changes = speakers.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes < TURNS, "seed {seed}: {changes} changes in {TURNS} turns");
        for turn in &turns {
            let first = turn.begins / 160;
            let mine = (first..turn.ends / 160).find(|tick| floor[*tick] == Some(turn.who));
            let late = mine.map(|tick| (tick - first) * 20);
            assert!(late.is_some_and(|ms| ms <= 40), "seed {seed}: decided after {late:?} ms");
        }
        studio.check_soundness();
    }
}

#[test]
fn not_more_than_10_ms_of_a_turn_are_lost() {
    for seed in [3, 17] {
        let (lines, turns) = conversation(seed);
        let said = lines.clone();
        let mut studio = Studio::with_all("abc");
        studio.open('R', Policy::NBest(1));
        studio.join('a', 'R', AToB);
        studio.join('b', 'R', AToB);
        studio.join('c', 'R', BToA);
        let ticks = lines[0].len() / 160;
        for (name, line) in "ab".chars().zip(lines) {
            studio.line(name).say(line);
        }
        let heard: Vec<i16> = (0..ticks).flat_map(|_| studio.record(1)[&'c'].clone()).collect();
        for turn in &turns[1..] {
            let lost = lost_ms(&said[turn.who][turn.begins..turn.ends], &heard[turn.begins..]);
            assert!(lost <= 10, "seed {seed}: {lost} ms of a turn are lost");
        }
    }
}

/// Milliseconds of speech at the beginning of a turn that are not in the recording, where they may be
/// late by up to 40 ms, and less after a pause.
fn lost_ms(turn: &[i16], heard: &[i16]) -> usize {
    let blocks = turn.chunks_exact(BLOCK).enumerate().take(FIRST_BLOCKS);
    let speech = blocks.filter(|(_, block)| power(block) >= SPEAKS);
    let lost = speech.filter(|(index, block)| {
        let heard = |late: usize| heard.get(index * BLOCK + late * 160..);
        !(0..3).any(|late| heard(late).is_some_and(|heard| is_like(block, heard)))
    });
    lost.count() * BLOCK / 8
}

fn power(samples: &[i16]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
}

/// The same to 20 dB: the hiss of the other line may be beneath.
fn is_like(said: &[i16], heard: &[i16]) -> bool {
    let square = |value: i32| f64::from(value).powi(2);
    let power: f64 = said.iter().map(|sample| square(i32::from(*sample))).sum();
    let pairs = said.iter().zip(heard);
    let rest: f64 = pairs.map(|(said, heard)| square(i32::from(*said) - i32::from(*heard))).sum();
    rest * 100.0 <= power
}
