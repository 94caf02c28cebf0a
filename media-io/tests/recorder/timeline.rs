//! Where a tick lands in the file.

use std::time::Duration;

use media_io::recorder::{Coding, Ending, Limits, Progress, Recording, tap};
use mixer::port::{Audio, Heard, Rate};
use mixer::time::TICK;

use super::store::Store;
use super::{TICK_SAMPLES, at, hear, hear_nothing, ticks_of};

const NARROW: Coding = Coding::Wav(Rate::Narrow);

fn recording() -> Recording<Store> {
    Recording::new(NARROW, Limits::default(), at(0))
}

#[test]
fn what_nobody_said_and_what_the_engine_missed_is_silence_of_that_length() {
    let (store, (mut tap, feed)) = (Store::default(), tap(Rate::Narrow));
    let mut recording = recording();
    recording.add("a".into(), store.clone(), vec![feed], 1).unwrap();
    hear_nothing(&mut tap, 2);
    hear(&mut tap, 3, 30);
    recording.advance().unwrap();
    // Nobody in tick 4; ticks 5 to 7 were skipped.
    hear_nothing(&mut tap, 4);
    hear(&mut tap, 8, 80);
    recording.advance().unwrap();
    assert_eq!(ticks_of(&store.bytes()), [0, 0, 0, 30, 0, 0, 0, 0, 80]);
    // Silence goes on as long as time does.
    hear_nothing(&mut tap, 10);
    recording.advance().unwrap();
    assert_eq!(ticks_of(&store.bytes()).len(), 11);
    drop(tap);
    assert_eq!(recording.advance(), Ok(Progress::Done));
    assert!(recording.is_over());
    let report = recording.stop(Ending::Stopped);
    assert_eq!(report.files[0].duration, TICK * 11);
    assert_eq!(report.files[0].bytes, store.bytes().len() as u64);
}

#[test]
fn a_pause_is_cut_out_at_the_same_tick_of_every_file() {
    let (one, other) = (Store::default(), Store::default());
    let ((mut tap_1, feed_1), (mut tap_2, feed_2)) = (tap(Rate::Narrow), tap(Rate::Narrow));
    let mut recording = recording();
    recording.add("1".into(), one.clone(), vec![feed_1], 1).unwrap();
    recording.add("2".into(), other.clone(), vec![feed_2], 2).unwrap();
    for tick in 0..4 {
        hear(&mut tap_1, tick, tick as i16);
    }
    // The second engine is behind by two ticks.
    for tick in 0..2 {
        hear(&mut tap_2, tick, tick as i16);
    }
    recording.advance().unwrap();
    // Asked for at tick 2; the first file is at tick 4 already.
    assert!(recording.pause(at(2)));
    for tick in 4..8 {
        hear(&mut tap_1, tick, tick as i16);
    }
    for tick in 2..7 {
        hear(&mut tap_2, tick, tick as i16);
    }
    recording.advance().unwrap();
    recording.resume(at(5));
    for tick in 8..10 {
        hear(&mut tap_1, tick, tick as i16);
    }
    for tick in 7..10 {
        hear(&mut tap_2, tick, tick as i16);
    }
    recording.advance().unwrap();
    for store in [one, other] {
        assert_eq!(ticks_of(&store.bytes()), [0, 1, 2, 3, 8, 9]);
    }
}

#[test]
fn a_speaker_who_comes_later_is_on_the_same_timeline() {
    let (one, other) = (Store::default(), Store::default());
    let (mut tap_1, feed_1) = tap(Rate::Narrow);
    let mut recording = recording();
    recording.add("1".into(), one.clone(), vec![feed_1], 1).unwrap();
    (0..3).for_each(|tick| hear(&mut tap_1, tick, 1));
    recording.advance().unwrap();
    let (mut tap_2, feed_2) = tap(Rate::Narrow);
    recording.add("2".into(), other.clone(), vec![feed_2], 2).unwrap();
    recording.pause(at(4));
    (3..9).for_each(|tick| hear(&mut tap_1, tick, 1));
    recording.resume(at(6));
    (7..9).for_each(|tick| hear(&mut tap_2, tick, 2));
    recording.advance().unwrap();
    assert_eq!(ticks_of(&one.bytes()), [1; 7]);
    assert_eq!(ticks_of(&other.bytes()), [0, 0, 0, 0, 0, 2, 2]);
    // Who has gone keeps nobody waiting.
    drop(tap_1);
    hear(&mut tap_2, 9, 2);
    recording.advance().unwrap();
    assert_eq!(ticks_of(&other.bytes()).len(), 8);
    let report = recording.stop(Ending::Stopped);
    assert_eq!(report.files.iter().map(|file| &*file.name).collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn in_and_out_are_two_channels_that_wait_for_each_other() {
    let store = Store::default();
    let ((mut tap_1, feed_1), (mut tap_2, feed_2)) = (tap(Rate::Narrow), tap(Rate::Narrow));
    let mut recording = recording();
    recording.add("a".into(), store.clone(), vec![feed_1, feed_2], 1).unwrap();
    (0..3).for_each(|tick| hear(&mut tap_1, tick, 5));
    recording.advance().unwrap();
    assert_eq!(recording.duration(), Duration::ZERO);
    hear_nothing(&mut tap_2, 0);
    hear(&mut tap_2, 1, 6);
    recording.advance().unwrap();
    let file = store.bytes();
    assert_eq!(file[58], 2, "channels");
    let samples: Vec<i16> =
        file[80..].chunks(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
    assert_eq!(samples.len(), 2 * 2 * TICK_SAMPLES);
    for (place, frame) in samples.chunks(2).enumerate() {
        assert_eq!(frame, [5, if place < TICK_SAMPLES { 0 } else { 6 }]);
    }
}

/// A leg that turns to another codec goes on at another rate.
#[test]
fn a_feed_of_another_rate_is_brought_to_the_files() {
    let (store, (mut tap, feed)) = (Store::default(), tap(Rate::Full));
    let mut recording = recording();
    recording.add("a".into(), store.clone(), vec![feed], 1).unwrap();
    hear(&mut tap, 0, 900);
    for tick in 1..6 {
        let audio = Audio { frame: &[1_000; 960], payload: &[], encoding: None };
        tap.take(at(tick), Heard::Audio(audio));
    }
    recording.advance().unwrap();
    let clip = media_io::wav::decode(&store.bytes(), 8_000, &Default::default()).unwrap();
    assert_eq!(clip.samples.len(), 6 * TICK_SAMPLES);
    assert!(clip.samples[5 * TICK_SAMPLES..].iter().all(|sample| (999..=1_001).contains(sample)));
}

#[test]
fn a_recording_ends_at_its_limits() {
    let limits = Limits { duration_max: TICK * 3, ..Limits::default() };
    let (store, (mut tap_1, feed)) = (Store::default(), tap(Rate::Narrow));
    let mut recording = Recording::new(NARROW, limits, at(0));
    recording.add("a".into(), store.clone(), vec![feed], 1).unwrap();
    (0..3).for_each(|tick| hear(&mut tap_1, tick, 1));
    assert_eq!(recording.advance(), Ok(Progress::Done));
    hear(&mut tap_1, 3, 1);
    let ending = recording.advance().unwrap_err();
    assert_eq!(ending, Ending::Duration { limit: TICK * 3 });
    assert_eq!(recording.stop(ending.clone()).ending, ending);
    assert_eq!(ticks_of(&store.bytes()), [1; 3]);

    let room = 80 + 2 * 2 * TICK_SAMPLES as u64;
    let limits = Limits { file_bytes_max: room + 1, files_max: 1, ..Limits::default() };
    let (store, (mut tap_1, feed)) = (Store::default(), tap(Rate::Narrow));
    let mut recording = Recording::new(NARROW, limits, at(0));
    recording.add("a".into(), store.clone(), vec![feed], 1).unwrap();
    let (_tap, feed) = tap(Rate::Narrow);
    recording.add("b".into(), Store::default(), vec![feed], 1).unwrap_err();
    (0..3).for_each(|tick| hear(&mut tap_1, tick, 1));
    let ending = recording.advance().unwrap_err();
    assert_eq!(ending, Ending::Size { file: "a".into(), limit: room + 1 });
    let report = recording.stop(ending);
    assert_eq!((report.files[0].bytes, store.bytes().len() as u64), (room, room));
}

#[test]
fn both_sides_of_a_call_may_share_one_channel() {
    let store = Store::default();
    let ((mut tap_1, feed_1), (mut tap_2, feed_2)) = (tap(Rate::Narrow), tap(Rate::Narrow));
    let mut recording = recording();
    recording.add_mixed("a".into(), store.clone(), vec![feed_1, feed_2], 1).unwrap();
    for (tick, (one, other)) in [(1, 2), (20_000, 20_000), (-5, 0)].into_iter().enumerate() {
        hear(&mut tap_1, tick as u32, one);
        hear(&mut tap_2, tick as u32, other);
    }
    recording.advance().unwrap();
    assert_eq!(ticks_of(&store.bytes()), [3, i16::MAX, -5]);
}

#[test]
fn what_was_heard_before_the_first_round_is_there_when_it_is_stopped_at_once() {
    let (store, (mut tap, feed)) = (Store::default(), tap(Rate::Narrow));
    let mut recording = recording();
    recording.add("a".into(), store.clone(), vec![feed], 1).unwrap();
    (0..3).for_each(|tick| hear(&mut tap, tick, 7));
    let report = recording.stop(Ending::Stopped);
    assert_eq!((ticks_of(&store.bytes()), report.files[0].duration), (vec![7; 3], TICK * 3));
}
