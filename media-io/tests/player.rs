//! A player delivers its clip sample for sample, says when it began and ended, and never touches
//! the allocator while it plays.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::sync::Arc;
use std::time::Duration;

use assert_no_alloc::assert_no_alloc;
use media_io::player::{FADE_MS, Player, PlayerConfig, PlayerHandle, player};
use mixer::port::{
    Activity, Audio, FRAME_SAMPLES, Heard, Outbox, Outgoing, PortEvent, PortId, Rate, Sink, Source,
};
use mixer::time::{TICK, Time};
use proptest::prelude::*;

#[global_allocator]
static TRAP: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

const PORT: PortId = PortId { slot: 7, generation: 3 };

/// One tick as the engine saw it.
#[derive(Debug, PartialEq)]
struct Tick {
    activity: Activity,
    frame: [i16; FRAME_SAMPLES],
    events: Vec<PortEvent>,
}

/// Keeps events without allocating.
#[derive(Default)]
struct Events {
    kept: [Option<PortEvent>; 4],
}

impl Outbox for Events {
    fn send(&mut self, _datagram: Outgoing<'_>) {
        panic!("a player sends nothing");
    }

    fn notify(&mut self, port: PortId, event: PortEvent) {
        assert_eq!(port, PORT);
        let free = self.kept.iter_mut().find(|kept| kept.is_none());
        *free.expect("no more than four events in a tick") = Some(event);
    }
}

fn tick(player: &mut Player, number: u32) -> Tick {
    let now = Time(0) + TICK * number;
    let mut frame = [0x5555; FRAME_SAMPLES];
    let mut events = Events::default();
    let activity = assert_no_alloc(|| {
        let activity = player.read(now, &mut frame, &mut events);
        player.write(now, Heard::Audio(SOMETHING), &mut events);
        activity
    });
    Tick { activity, frame, events: events.kept.into_iter().flatten().collect() }
}

fn clip(samples: usize) -> Arc<[i16]> {
    (0..samples).map(|n| (n * 37 % 20_011) as i16 - 10_000).collect()
}

/// What a player may be made to hear.
const SOMETHING: Audio<'_> = Audio { frame: &[1_000; FRAME_SAMPLES], payload: &[], encoding: None };

fn playing_at(rate: Rate, samples: &Arc<[i16]>, started: bool) -> (Player, PlayerHandle) {
    player(PlayerConfig { port: PORT, samples: Arc::clone(samples), rate, started })
}

fn playing(samples: &Arc<[i16]>, started: bool) -> (Player, PlayerHandle) {
    playing_at(Rate::Narrow, samples, started)
}

/// All audio of all active ticks and every event with its tick.
fn run(player: &mut Player, ticks: u32) -> (Vec<i16>, Vec<(u32, PortEvent)>) {
    let (mut audio, mut events) = (Vec::new(), Vec::new());
    for number in 0..ticks {
        let tick = tick(player, number);
        events.extend(tick.events.into_iter().map(|event| (number, event)));
        match tick.activity {
            Activity::Active => audio.extend(tick.frame),
            Activity::Silent => assert_eq!(tick.frame, [0; FRAME_SAMPLES]),
            Activity::Encoded { .. } => panic!("a clip is not encoded"),
        }
    }
    (audio, events)
}

#[test]
fn a_clip_is_delivered_whole_and_padded_to_the_tick() {
    let samples = clip(3 * FRAME_SAMPLES + 17);
    let (mut player, handle) = playing(&samples, true);
    let (audio, events) = run(&mut player, 10);

    assert_eq!(audio.len(), 4 * FRAME_SAMPLES);
    assert_eq!(audio[..samples.len()], samples[..]);
    assert!(audio[samples.len()..].iter().all(|sample| *sample == 0));
    assert_eq!(events, [(0, PortEvent::Started), (4, PortEvent::Finished)]);
    assert_eq!(handle.played(), Duration::from_micros(62_125));
}

#[test]
fn a_clip_of_whole_ticks_ends_without_an_empty_one() {
    let samples = clip(2 * FRAME_SAMPLES);
    let (mut player, _handle) = playing(&samples, true);
    let (audio, events) = run(&mut player, 6);

    assert_eq!(audio, samples[..]);
    assert_eq!(events, [(0, PortEvent::Started), (2, PortEvent::Finished)]);
}

#[test]
fn an_empty_clip_starts_and_finishes_in_one_tick() {
    let (mut player, _handle) = playing(&clip(0), true);
    let (audio, events) = run(&mut player, 3);

    assert!(audio.is_empty());
    assert_eq!(events, [(0, PortEvent::Started), (0, PortEvent::Finished)]);
}

#[test]
fn a_prepared_player_waits_for_its_start() {
    let samples = clip(FRAME_SAMPLES);
    let (mut player, handle) = playing(&samples, false);
    assert_eq!(run(&mut player, 5), (Vec::new(), Vec::new()));

    handle.start();
    let (audio, events) = run(&mut player, 3);
    assert_eq!(audio, samples[..]);
    assert_eq!(events, [(0, PortEvent::Started), (1, PortEvent::Finished)]);

    handle.start();
    assert_eq!(run(&mut player, 3), (Vec::new(), Vec::new()), "it plays once");
}

#[test]
fn a_stopped_player_fades_out_and_finishes() {
    let samples: Arc<[i16]> = vec![12_000; 10 * FRAME_SAMPLES].into();
    let (mut player, handle) = playing(&samples, true);
    run(&mut player, 2);
    handle.stop();

    let last = tick(&mut player, 2);
    assert_eq!((last.activity, last.events), (Activity::Active, vec![]));
    let (fade, rest) = last.frame.split_at(8 * FADE_MS);
    let step = 12_000 / (8 * FADE_MS) as i16;
    let mut before = 12_000;
    for sample in fade {
        assert!((before - sample - step).abs() <= 1, "an even ramp: {before} then {sample}");
        before = *sample;
    }
    assert_eq!(before, 0);
    assert!(rest.iter().all(|sample| *sample == 0));

    let (audio, events) = run(&mut player, 3);
    assert!(audio.is_empty());
    assert_eq!(events, [(0, PortEvent::Finished)]);
}

#[test]
fn a_player_stopped_before_its_start_finishes_without_a_sound() {
    let (mut player, handle) = playing(&clip(FRAME_SAMPLES), false);
    handle.stop();
    handle.start();
    assert_eq!(run(&mut player, 3), (Vec::new(), vec![(0, PortEvent::Finished)]));
}

#[test]
fn a_stop_after_the_end_finishes_once() {
    let (mut player, handle) = playing(&clip(FRAME_SAMPLES), true);
    run(&mut player, 1);
    handle.stop();
    let (_, events) = run(&mut player, 3);
    assert_eq!(events, [(0, PortEvent::Finished)]);
}

#[test]
fn a_lost_handle_changes_nothing() {
    let samples = clip(3 * FRAME_SAMPLES);
    let (mut player, handle) = playing(&samples, true);
    drop(handle);
    assert_eq!(run(&mut player, 5).0, samples[..]);
}

#[test]
fn the_clip_lives_until_the_player_has_come_home() {
    let samples = clip(FRAME_SAMPLES);
    let (mut player, _handle) = playing(&samples, true);
    run(&mut player, 5);
    assert_eq!(Arc::strong_count(&samples), 2);
    drop(player);
    assert_eq!(Arc::strong_count(&samples), 1);
}

#[test]
fn many_players_share_one_clip() {
    let samples = clip(5 * FRAME_SAMPLES);
    let mut players: Vec<_> = (0..100).map(|_| playing(&samples, true)).collect();
    for (player, _) in &mut players {
        assert_eq!(run(player, 6).0, samples[..]);
    }
}

#[test]
fn a_clip_of_another_rate_fills_its_ticks_and_fades_as_long() {
    for rate in Rate::ALL {
        let samples: Arc<[i16]> = vec![12_000; 5 * rate.frame_samples()].into();
        let (mut player, handle) = playing_at(rate, &samples, true);
        let mut frame = vec![0; rate.frame_samples()];
        let mut events = Events::default();
        player.read(Time(0), &mut frame, &mut events);
        assert!(frame.iter().all(|sample| *sample == 12_000), "{rate:?}");
        assert_eq!(handle.played(), TICK);
        handle.stop();
        player.read(Time(0) + TICK, &mut frame, &mut events);
        let audible = frame.iter().take_while(|sample| **sample != 0).count() + 1;
        assert_eq!(audible, rate.hz() as usize / 1_000 * FADE_MS, "{rate:?}");
    }
}

proptest! {
    #[test]
    fn any_order_of_starts_and_stops_finishes_at_most_once(
        samples in 0_usize..1_000,
        started: bool,
        wishes in proptest::collection::vec(0_u8..4, 0..20),
    ) {
        let (mut player, handle) = playing(&clip(samples), started);
        let mut events = Vec::new();
        let mut delivered = 0;
        for (number, wish) in wishes.iter().enumerate() {
            match wish {
                0 => handle.start(),
                1 => handle.stop(),
                _ => {}
            }
            let tick = tick(&mut player, number as u32);
            events.extend(tick.events);
            delivered += usize::from(tick.activity == Activity::Active);
        }
        let starts = events.iter().filter(|event| **event == PortEvent::Started).count();
        let ends = events.iter().filter(|event| **event == PortEvent::Finished).count();
        prop_assert!(starts <= 1 && ends <= 1, "{:?}", events);
        prop_assert!(delivered <= samples.div_ceil(FRAME_SAMPLES));
        if let Some(place) = events.iter().position(|event| *event == PortEvent::Started) {
            prop_assert_eq!(place, 0);
        }
    }
}
