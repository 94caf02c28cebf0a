//! Ports at 8, 16 and 48 kHz in one room: everyone hears everyone, as well as both their rates let
//! them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{SETTLING_TICKS, Studio, ear};
use mixer::port::{Media, Rate};
use mixer::room::Policy;
use mixer::topology::Directions::{AToB, BToA, Both};

/// `n`, `w` and `f` speak and listen at 8, 16 and 48 kHz.
fn mixed(shards: usize) -> Studio {
    let mut studio = Studio::sharded(shards);
    for (name, rate) in "nwf".chars().zip(Rate::ALL) {
        studio.call_with(name, Media::plain(rate));
    }
    studio.open('R', Policy::default());
    studio
}

#[test]
fn everyone_hears_everyone_whatever_the_rates() {
    for shards in [1, 2] {
        let mut studio = mixed(shards);
        "nwf".chars().for_each(|name| drop(studio.join(name, 'R', Both)));
        studio.check("f:nw n:fw w:fn");
        studio.remove('f');
        studio.check("n:w w:n");
    }
}

#[test]
fn a_bridge_converts_too() {
    for (a, b) in [('n', 'f'), ('w', 'f'), ('n', 'w')] {
        let mut studio = mixed(1);
        studio.join(a, b, Both);
        let heard = studio.hearing();
        assert!(heard.contains(&format!("{a}:{b}")) && heard.contains(&format!("{b}:{a}")));
    }
}

#[test]
fn wide_band_is_heard_by_those_who_can_and_leaves_nothing_for_those_who_cannot() {
    let mut studio = mixed(1);
    studio.join('f', 'R', AToB);
    studio.join('w', 'R', BToA);
    studio.join('n', 'R', BToA);
    // A whole number of periods in 20 ms. At 8 kHz it would come back as 2 kHz.
    studio.line('f').hum_hz(6_000);
    studio.run(SETTLING_TICKS);
    let recordings = studio.record(10);
    let heard = ear::amplitude_at(Rate::Wide, &recordings[&'w'], 6_000);
    assert!((heard / common::caller::AMPLITUDE - 1.0).abs() < 0.05, "{heard}");
    let folded = ear::amplitude_at(Rate::Narrow, &recordings[&'n'], 2_000);
    assert!(folded < 1.0, "{folded}");
}

#[test]
fn ones_own_voice_leaves_no_residue_at_any_rate_even_while_limiting() {
    for amplitude in [3_000.0, 32_000.0] {
        let mut studio = mixed(1);
        for name in "nwf".chars() {
            studio.join(name, 'R', Both);
            studio.line(name).hum_at(amplitude);
        }
        studio.run(SETTLING_TICKS);
        let recordings = studio.record(20);
        for name in "nwf".chars() {
            let line = studio.line(name);
            let own = ear::amplitude_at(line.rate(), &recordings[&name], line.tone_hz);
            // -90 dBFS is an amplitude of 1.04. Two tones through one limiter make products of
            // their own, none of which lies on a third one's frequency.
            assert!(own < 1.0, "{name} hears itself at {own} of {amplitude}");
        }
        studio.check_soundness();
    }
}

#[test]
fn a_room_is_exact_again_when_the_last_wide_band_member_has_left() {
    let mut studio = mixed(1);
    studio.call('x');
    "nwfx".chars().for_each(|name| drop(studio.join(name, 'R', Both)));
    studio.run(SETTLING_TICKS);
    studio.unjoin('f', 'R').unwrap();
    studio.unjoin('w', 'R').unwrap();
    studio.run(SETTLING_TICKS);
    let mut narrow = Studio::new();
    "nwfx".chars().for_each(|name| drop(narrow.call(name)));
    narrow.open('R', Policy::default());
    "nx".chars().for_each(|name| drop(narrow.join(name, 'R', Both)));
    narrow.run(2 * SETTLING_TICKS);
    assert_eq!(studio.record(5)[&'n'], narrow.record(5)[&'n']);
}

#[test]
fn a_room_changes_its_rate_without_a_jump() {
    let mut studio = mixed(1);
    studio.call('x');
    studio.line('f').be_silent(true);
    studio.join('n', 'R', Both);
    studio.join('x', 'R', Both);
    studio.run(SETTLING_TICKS);
    let steady = ear::largest_jump(&studio.record(5)[&'x']);
    for joins in [true, false] {
        if joins {
            studio.join('f', 'R', Both);
        } else {
            studio.unjoin('f', 'R').unwrap();
        }
        let changing = ear::largest_jump(&studio.record(5)[&'x']);
        // The filter begins with silence: its first swing is a little steeper than the tone's.
        assert!(changing <= steady * 3 / 2, "{changing} instead of {steady}, joins: {joins}");
    }
}

#[test]
fn a_caller_may_change_its_rate_during_the_call() {
    let mut studio = mixed(1);
    "nwf".chars().for_each(|name| drop(studio.join(name, 'R', Both)));
    studio.check("f:nw n:fw w:fn");
    for (rate, listener) in [(Rate::Full, 'n'), (Rate::Narrow, 'f'), (Rate::Wide, 'f')] {
        let port = studio.port(listener);
        studio
            .carry_out(|topology, plan| topology.set_media(plan, port, Media::plain(rate)))
            .unwrap();
        studio.line(listener).set_rate(rate);
        studio.check("f:nw n:fw w:fn");
    }
}
