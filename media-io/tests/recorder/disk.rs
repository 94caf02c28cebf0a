//! Slow and full disks.

use std::thread;

use media_io::recorder::{Coding, Ending, Limits, Recording, WAITING_TICKS, tap};
use mixer::port::Rate;
use mixer::time::TICK;

use super::store::Store;
use super::{TICK_SAMPLES, at, hear, ticks_of};

const NARROW: Coding = Coding::Wav(Rate::Narrow);

/// The header of every file.
const HEADER: usize = 80;

#[test]
fn a_full_disk_ends_the_recording_and_keeps_what_it_holds() {
    // One byte of the third tick fits.
    let room = HEADER + 2 * 2 * TICK_SAMPLES + 1;
    let store = Store::with_room(room);
    let (mut tap, feed) = tap(Rate::Narrow);
    let mut recording = Recording::new(NARROW, Limits::default(), at(0));
    recording.add("full".into(), store.clone(), vec![feed], 1).unwrap();
    hear(&mut tap, 0, 1);
    recording.advance().unwrap();
    hear(&mut tap, 1, 2);
    hear(&mut tap, 2, 3);
    let ending = recording.advance().unwrap_err();
    let Ending::Failed { file, reason } = &ending else { panic!("{ending:?}") };
    assert_eq!((&**file, reason.is_empty()), ("full", false));
    let report = recording.stop(ending);
    assert_eq!(ticks_of(&store.bytes()), [1, 2]);
    assert_eq!(report.files[0].duration, TICK * 2);
}

#[test]
fn one_file_on_a_full_disk_leaves_the_others_whole() {
    let full = Store::with_room(HEADER);
    let good = Store::default();
    let ((mut tap_1, feed_1), (mut tap_2, feed_2)) = (tap(Rate::Narrow), tap(Rate::Narrow));
    let mut recording = Recording::new(NARROW, Limits::default(), at(0));
    recording.add("full".into(), full, vec![feed_1], 1).unwrap();
    recording.add("good".into(), good.clone(), vec![feed_2], 2).unwrap();
    hear(&mut tap_1, 0, 1);
    hear(&mut tap_2, 0, 1);
    let ending = recording.advance().unwrap_err();
    assert!(matches!(recording.stop(ending).ending, Ending::Failed { .. }));
    assert_eq!(ticks_of(&good.bytes()), [1]);
}

/// The engine goes on while the disk does not; what found no room is silence, and what comes after it
/// is in its place.
#[test]
fn a_slow_disk_delays_no_tick() {
    const STUCK: u32 = 3;
    const HEARD: u32 = STUCK + WAITING_TICKS as u32 + 50;
    let store = Store::default();
    let (gated, keeper) = store.clone().gated();
    let (mut tap, feed) = tap(Rate::Narrow);
    let writer = thread::spawn(move || {
        let mut recording = Recording::new(NARROW, Limits::default(), at(0));
        recording.add("slow".into(), gated, vec![feed], 1).unwrap();
        while !recording.is_over() {
            recording.advance().unwrap();
            thread::yield_now();
        }
        recording.stop(Ending::Stopped)
    });
    keeper.reached.recv().unwrap();
    keeper.open.send(()).unwrap();
    (0..STUCK).for_each(|tick| hear(&mut tap, tick, tick as i16 + 1));
    // The samples of some of these are on their way to the disk, which takes its time.
    keeper.reached.recv().unwrap();
    (STUCK..HEARD).for_each(|tick| hear(&mut tap, tick, tick as i16 + 1));
    drop(keeper);
    drop(tap);
    let report = writer.join().unwrap();
    let ticks = ticks_of(&store.bytes());
    assert_eq!(ticks.len(), HEARD as usize);
    for (tick, value) in ticks.iter().enumerate() {
        assert!([0, tick as i16 + 1].contains(value), "tick {tick} is {value}");
    }
    let lost = ticks.iter().filter(|value| **value == 0).count();
    assert_eq!(report.files[0].lost, TICK * lost as u32);
    assert!((1..=50).contains(&lost), "{lost} of 50 at most find no room");
    assert_eq!(report.ending, Ending::Stopped);
}
