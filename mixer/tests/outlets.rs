//! Each distinct mix is made and encoded once, and who begins to talk takes the encoder's state along.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::any::Any;

use common::caller::hum;
use common::{SETTLING_TICKS, Studio};
use mixer::encoder::{Encoder, EncodingId};
use mixer::port::{Media, Rate};
use mixer::room::Policy;
use mixer::topology::Directions::{BToA, Both};

/// An encoding whose payloads tell what the encoder has encoded before: its state before the frame and
/// after it. A decoder that follows a stream of them sees each begin where the last one ended.
#[derive(Clone, Debug)]
struct Chain {
    id: EncodingId,
    state: u64,
}

impl Chain {
    fn boxed(id: u16) -> Option<Box<dyn Encoder>> {
        Some(Box::new(Chain { id: EncodingId(id), state: 0 }))
    }
}

impl Encoder for Chain {
    fn id(&self) -> EncodingId {
        self.id
    }

    fn is_stateless(&self) -> bool {
        false
    }

    fn encode(&mut self, frame: &[i16], payload: &mut [u8]) -> usize {
        payload[..8].copy_from_slice(&self.state.to_be_bytes());
        for sample in frame {
            self.state = (self.state ^ *sample as u64).wrapping_mul(0x0100_0000_01b3);
        }
        payload[8..16].copy_from_slice(&self.state.to_be_bytes());
        16
    }

    fn reset(&mut self) {
        self.state = 0;
    }

    fn follow(&mut self, other: &dyn Encoder) {
        self.state = other.as_any().downcast_ref::<Chain>().map_or(0, |other| other.state);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// How often a stream of payloads does not go on where it was.
fn breaks(payloads: &[Vec<u8>]) -> usize {
    payloads.windows(2).filter(|pair| pair[0][8..16] != pair[1][..8]).count()
}

fn media(rate: Rate, id: u16) -> Media {
    Media { rate, encoder: Chain::boxed(id) }
}

/// A room in which `a` alone talks, and the listeners named besides.
fn lecture(listeners: &str, of: impl Fn(char) -> Media) -> Studio {
    let mut studio = Studio::new();
    studio.open('R', Policy::NBest(3));
    for name in std::iter::once('a').chain(listeners.chars()) {
        studio.call_with(name, of(name));
        studio.line(name).be_silent(name != 'a');
        studio.join(name, 'R', Both);
    }
    studio.run(SETTLING_TICKS);
    studio
}

/// Mixes made and payloads encoded in one tick.
fn made_in_a_tick(studio: &mut Studio) -> (u64, u64) {
    let before = studio.stats();
    studio.tick();
    let after = studio.stats();
    (after.outlets_mixed - before.outlets_mixed, after.payloads_encoded - before.payloads_encoded)
}

#[test]
fn twenty_listeners_share_one_mix_and_one_payload() {
    let mut studio = lecture("bcdefghijklmnopqrstu", |_| media(Rate::Narrow, 1));
    assert_eq!(made_in_a_tick(&mut studio), (2, 2), "theirs, and what the talker hears");
    studio.record(5);
    let first = studio.line('b').payloads();
    assert_eq!(first.len(), 5);
    assert!("cdefghijklmnopqrstu".chars().all(|name| studio.line(name).payloads() == first));
}

#[test]
fn each_encoding_and_each_rate_is_made_once() {
    let of = |name| match name {
        'b' | 'c' => media(Rate::Narrow, 1),
        'd' | 'e' => media(Rate::Narrow, 2),
        'f' | 'g' => media(Rate::Full, 3),
        _ => Media::plain(Rate::Narrow),
    };
    let mut studio = lecture("bcdefg", of);
    assert_eq!(made_in_a_tick(&mut studio), (4, 3), "three shared ones, and the talker's own");
}

#[test]
fn who_begins_to_talk_goes_on_with_the_stream_its_peer_has_followed() {
    let mut studio = lecture("bcd", |_| media(Rate::Narrow, 1));
    studio.record(5);
    studio.run(1);
    studio.line('b').be_silent(false);
    studio.run(10);
    let payloads = studio.line('b').payloads();
    assert_eq!(payloads.len(), 16);
    assert_eq!(breaks(&payloads), 0);
    assert_ne!(payloads[15], studio.line('c').payloads()[15]);
    assert_eq!(studio.line('c').payloads()[15], studio.line('d').payloads()[15]);
}

#[test]
fn after_a_silence_a_stream_begins_afresh() {
    let mut studio = lecture("b", |_| media(Rate::Narrow, 1));
    studio.record(5);
    studio.line('a').be_silent(true);
    studio.run(SETTLING_TICKS);
    studio.line('a').be_silent(false);
    studio.run(SETTLING_TICKS);
    let payloads = studio.line('b').payloads();
    let heard: Vec<_> = payloads.into_iter().filter(|payload| !payload.is_empty()).collect();
    assert_eq!(breaks(&heard), 1);
    let beginning = heard.windows(2).find(|pair| pair[0][8..16] != pair[1][..8]).unwrap();
    assert_eq!(beginning[1][..8], [0; 8]);
}

#[test]
fn who_falls_silent_shares_with_the_others_again() {
    let mut studio = lecture("bcd", |_| media(Rate::Narrow, 1));
    studio.line('b').be_silent(false);
    studio.run(SETTLING_TICKS);
    assert_eq!(made_in_a_tick(&mut studio), (3, 3));
    studio.line('b').be_silent(true);
    studio.run(SETTLING_TICKS);
    assert_eq!(made_in_a_tick(&mut studio), (2, 2));
}

/// An encoding that depends on the last ticks and on nothing before: its payloads tell which ones.
#[derive(Clone, Debug)]
struct Forgetful {
    ticks: [u8; 4],
}

impl Encoder for Forgetful {
    fn id(&self) -> EncodingId {
        EncodingId(7)
    }

    fn is_stateless(&self) -> bool {
        false
    }

    fn encode(&mut self, frame: &[i16], payload: &mut [u8]) -> usize {
        payload[..4].copy_from_slice(&self.ticks);
        let sum = |sum: u8, sample: &i16| sum.wrapping_mul(31).wrapping_add(*sample as u8);
        self.ticks.rotate_left(1);
        self.ticks[3] = frame.iter().fold(0, sum);
        payload[4..8].copy_from_slice(&self.ticks);
        8
    }

    fn reset(&mut self) {
        self.ticks = [0; 4];
    }

    fn follow(&mut self, other: &dyn Encoder) {
        self.ticks = other.as_any().downcast_ref::<Self>().map_or([0; 4], |other| other.ticks);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[test]
fn who_falls_silent_goes_over_when_both_encoders_have_heard_the_same() {
    let forgetful =
        |_| Media { rate: Rate::Narrow, encoder: Some(Box::new(Forgetful { ticks: [0; 4] })) };
    let mut studio = lecture("bcd", forgetful);
    studio.line('b').be_silent(false);
    studio.run(SETTLING_TICKS);
    studio.record(1);
    let apart = made_in_a_tick(&mut studio);
    studio.line('b').be_silent(true);
    studio.run(2 * SETTLING_TICKS);
    assert_eq!((apart, made_in_a_tick(&mut studio)), ((3, 3), (2, 2)));
    let payloads = studio.line('b').payloads();
    assert!(payloads.len() > 2 * SETTLING_TICKS);
    assert!(payloads.windows(2).all(|pair| pair[0][4..8] == pair[1][..4]));
}

#[test]
fn encoders_go_home_with_their_ports_whatever_they_were_lent_to() {
    let mut studio = lecture("bcdef", |_| media(Rate::Narrow, 1));
    for name in "bacfed".chars() {
        studio.remove(name);
        studio.run(2);
        studio.check_soundness();
    }
    // The place of the encoding is free again: as many others as there can be fit in.
    for (index, name) in "abcdefghijklmnop".chars().enumerate() {
        studio.call_with(name, media(Rate::Narrow, 10 + index as u16));
    }
    studio.run(2);
    assert_eq!(studio.stats().encodings_refused, 0);
    studio.call_with('q', media(Rate::Narrow, 99));
    studio.run(2);
    assert_eq!(studio.stats().encodings_refused, 1);
}

#[test]
fn a_bridge_is_encoded_for_its_listener() {
    let mut studio = Studio::new();
    studio.call('a');
    studio.call_with('b', media(Rate::Full, 1));
    studio.join('a', 'b', Both);
    studio.run(SETTLING_TICKS);
    studio.record(10);
    let payloads = studio.line('b').payloads();
    assert_eq!((payloads.len(), breaks(&payloads)), (10, 0));
    assert!(studio.line('a').payloads().iter().all(Vec::is_empty));
}

#[test]
fn who_leaves_a_bridge_is_sent_the_end_that_fades_out() {
    let mut studio = Studio::new();
    studio.call('a');
    studio.call_with('b', media(Rate::Narrow, 1));
    studio.join('a', 'b', Both);
    studio.run(SETTLING_TICKS);
    studio.record(3);
    studio.unjoin('a', 'b').unwrap();
    studio.run(1);
    let payloads = studio.line('b').payloads();
    assert_eq!(payloads.iter().filter(|payload| payload.len() == 16).count(), 4);
    assert_eq!(breaks(&payloads[..4]), 0);
}

#[test]
fn going_over_to_another_room_never_leaves_a_listener_without_payload() {
    let mut studio = lecture("bc", |_| media(Rate::Narrow, 1));
    studio.open('S', Policy::NBest(3));
    studio.call('x');
    studio.join('x', 'S', Both);
    studio.run(SETTLING_TICKS);
    studio.record(3);
    studio.join('b', 'S', BToA);
    studio.run(5);
    let payloads = studio.line('b').payloads();
    assert_eq!(payloads.len(), 8);
    assert!(payloads.iter().all(|payload| payload.len() == 16));
}

#[test]
fn who_comes_speaking_hears_the_others_from_the_first_tick_and_nothing_older() {
    let mut studio = Studio::with_all("abcdeRS");
    studio.join('d', 'S', Both);
    studio.join('e', 'S', Both);
    studio.run(5);
    // What d has heard of e is left behind where c will hear.
    studio.unjoin('e', 'S').unwrap();
    studio.unjoin('d', 'S').unwrap();
    studio.join('a', 'R', BToA);
    studio.join('b', 'R', Both);
    studio.run(5);
    // What those hear who only listen is made before it is the turn of c.
    studio.join('c', 'R', Both);
    let heard = studio.record(1).remove(&'c').unwrap();
    let hum_of_b = studio.line('b');
    let spoken: Vec<i16> =
        (0..2 * heard.len()).map(|i| hum(hum_of_b.tone_hz, hum_of_b.amplitude(), i)).collect();
    // It fades in over 5 ms.
    let faded_in = &heard[40..];
    assert!(spoken.windows(faded_in.len()).any(|window| window == faded_in), "{heard:?}");
}
