//! A console keeps two clocks together: what one hears is what the other plays, a few ticks later.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use media_io::device::{BACKLOG_TICKS, PRIMED_TICKS, console};
use mixer::port::{Activity, Audio, Heard, Outbox, Outgoing, PortEvent, PortId, Sink, Source};
use mixer::realtime::forbid_allocation;
use mixer::time::Time;

#[global_allocator]
static TRAP: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

const TICK: usize = 960;

struct Nowhere;

impl Outbox for Nowhere {
    fn send(&mut self, _: Outgoing<'_>) {}
    fn notify(&mut self, _: PortId, _: PortEvent) {}
}

#[test]
fn what_is_heard_is_played_in_order_after_a_beginning_of_silence() {
    let (mut port, mut speaker, _microphone) = console();
    let mut played = Vec::new();
    // The card asks for pieces of its own length.
    let mut piece = [1; 441];
    let mut asked = 0;
    for tick in 0..200 {
        let frame: [i16; TICK] = std::array::from_fn(|n| ((tick * TICK + n) % 30_000 + 1) as i16);
        let audio = Audio { frame: &frame, payload: &[], encoding: None };
        forbid_allocation(|| port.write(Time(0), Heard::Audio(audio), &mut Nowhere));
        while asked + piece.len() <= (tick + 1) * TICK {
            forbid_allocation(|| speaker.fill(&mut piece));
            played.extend(piece);
            asked += piece.len();
        }
    }
    let silence = played.iter().take_while(|sample| **sample == 0).count();
    let expected = (PRIMED_TICKS - 1) * TICK..(PRIMED_TICKS + 2) * TICK;
    assert!(expected.contains(&silence), "{silence}");
    for (place, sample) in played[silence..].iter().enumerate() {
        assert_eq!(*sample, (place % 30_000 + 1) as i16);
    }
}

/// A card that is faster by 2 % is left out of from time to time, and never late by more than allowed.
#[test]
fn what_a_fast_card_records_too_much_is_left_out() {
    let (mut port, _speaker, mut microphone) = console();
    let mut frame = [0; TICK];
    let (mut said, mut latest, mut active) = (0_u32, 0_i64, 0);
    for tick in 0..2_000_u32 {
        let count = TICK + TICK / 50;
        microphone.take((0..count).map(|n| ((said as usize + n) / 4 % 32_000) as i16));
        said += count as u32;
        let activity = forbid_allocation(|| port.read(Time(0), &mut frame, &mut Nowhere));
        if activity == Activity::Active {
            active += 1;
            let newest = i64::from(said / 4 % 32_000);
            let behind = (newest - i64::from(frame[TICK - 1])).rem_euclid(32_000) * 4;
            latest = latest.max(behind);
        }
        assert!(active + PRIMED_TICKS as u32 + 1 >= tick, "{active} of {tick} ticks");
    }
    assert!(latest <= ((BACKLOG_TICKS + 1) * TICK) as i64, "{latest} samples late");
    // Nobody speaks any more: what is there is said, and then there is silence.
    let left =
        (0..100).take_while(|_| port.read(Time(0), &mut frame, &mut Nowhere) == Activity::Active);
    assert!(left.count() <= BACKLOG_TICKS + 1);
}
