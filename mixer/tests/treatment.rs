//! What the attributes of a join do to what is heard: `autoinputgain`, `autooutputgain`,
//! `dtmfclamp` and `toneclamp`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::f64::consts::TAU;

use common::{Studio, ear};
use mixer::port::{Media, PortEvent, Rate};
use mixer::room::Policy;
use mixer::topology::{Directions, Manner, Treatment};
use speech::{Talker, Voice, active_level_dbov, bring_to};

/// What talkers are brought to: `mixer/src/treatment/agc.rs`.
const TARGET_DBOV: f64 = -22.0;
const TICKS_A_SECOND: usize = 50;

const GAIN: Treatment = Treatment { gain: true, dtmf_clamp: false, tone_clamp: false };
const DTMF_CLAMP: Treatment = Treatment { gain: false, dtmf_clamp: true, tone_clamp: false };
const TONE_CLAMP: Treatment = Treatment { gain: false, dtmf_clamp: false, tone_clamp: true };

/// A talker `a` who is joined to room R like this, and a listener `b`.
fn room(rate: Rate, treatment: Treatment, is_levelled: bool) -> Studio {
    let mut studio = Studio::new();
    studio.open('R', Policy::default());
    studio.call_with('a', Media::plain(rate));
    studio.call_with('b', Media::plain(rate));
    let manner = |directions| Manner { treatment, is_levelled, ..Manner::from(directions) };
    for (name, directions) in [('a', Directions::AToB), ('b', Directions::BToA)] {
        let (port, room) = (studio.port(name), studio.rooms[&'R']);
        studio
            .carry_out(|topology, plan| topology.join(plan, port, room, manner(directions)))
            .unwrap();
    }
    // What was said before it was joined is not for the room: the look-ahead has passed by then.
    studio.line('a').say(Vec::new());
    studio.run(5);
    studio
}

/// Seconds of what the listener hears from now on.
fn listen(studio: &mut Studio, seconds: usize) -> Vec<i16> {
    let seconds = (0..seconds).map(|_| studio.record(TICKS_A_SECOND)[&'b'].clone());
    seconds.collect::<Vec<_>>().concat()
}

fn speech(voice: Voice, rate: Rate, seconds: usize, dbov: f64) -> Vec<i16> {
    let mut samples = Talker::new(voice, rate.hz()).talk(1, seconds);
    bring_to(&mut samples, rate.hz(), dbov);
    samples
}

/// Two tones of `dbfs` each, so many ms of them.
fn key(frequencies_hz: [f64; 2], rate: Rate, dbfs: f64, ms: usize) -> Vec<i16> {
    let amplitude = 32_767.0 * 10f64.powf(dbfs / 20.0);
    let sample = |index: usize| {
        let at = |hz: f64| (TAU * hz * index as f64 / f64::from(rate.hz())).sin();
        (amplitude * frequencies_hz.map(at).iter().sum::<f64>()) as i16
    };
    (0..ms * rate.hz() as usize / 1_000).map(sample).collect()
}

/// Milliseconds of a recording in which a tone is heard.
fn heard_ms(samples: &[i16], rate: Rate, tone_hz: u32, amplitude: f64) -> usize {
    let ms = rate.hz() as usize / 1_000;
    // Windows of 10 ms, each a ms later.
    let windows = samples.windows(10 * ms).step_by(ms);
    let heard = windows.filter(|window| ear::amplitude_at(rate, window, tone_hz) > amplitude / 2.0);
    heard.count()
}

#[test]
fn quiet_and_loud_talkers_are_within_3_db_of_the_target_after_2_s() {
    for (voice, dbov) in [(Voice::Man, -44.0), (Voice::Woman, -35.0), (Voice::Child, -10.0)] {
        for (input, output) in [(true, false), (false, true)] {
            let treatment = if input { GAIN } else { Treatment::default() };
            let mut studio = room(Rate::Narrow, treatment, output);
            studio.line('a').say(speech(voice, Rate::Narrow, 8, dbov));
            listen(&mut studio, 2);
            let heard = active_level_dbov(&listen(&mut studio, 5), Rate::Narrow.hz());
            let error_db = heard - TARGET_DBOV;
            assert!(error_db.abs() <= 3.0, "{voice:?} at {dbov} dBov is heard at {heard:.1} dBov");
            studio.check_soundness();
        }
    }
}

#[test]
fn without_the_attributes_nothing_is_changed() {
    let said = speech(Voice::Man, Rate::Narrow, 2, -40.0);
    let mut studio = room(Rate::Narrow, Treatment::default(), false);
    studio.line('a').say(said.clone());
    assert_eq!(listen(&mut studio, 2), said[..2 * 8_000]);
}

#[test]
fn who_is_not_joined_with_it_is_not_levelled_though_another_is() {
    let mut studio = room(Rate::Narrow, Treatment::default(), false);
    studio.open('S', Policy::default());
    studio.call('c');
    let (a, c, s) = (studio.port('a'), studio.port('c'), studio.rooms[&'S']);
    let manner = Manner { treatment: GAIN, ..Manner::from(Directions::AToB) };
    studio.carry_out(|topology, plan| topology.join(plan, a, s, manner)).unwrap();
    studio.join('c', 'S', Directions::BToA);
    let _ = c;
    let said = speech(Voice::Man, Rate::Narrow, 5, -44.0);
    studio.line('a').say(said);
    studio.record(4 * TICKS_A_SECOND);
    let recordings = studio.record(TICKS_A_SECOND);
    let level = |name| active_level_dbov(&recordings[&name], Rate::Narrow.hz());
    assert!((level('c') - level('b')) > 12.0, "{} and {}", level('c'), level('b'));
}

#[test]
fn not_more_than_5_ms_of_a_key_are_heard() {
    let key_1_hz = [697.0, 1_209.0];
    for rate in Rate::ALL {
        for dbfs in [-6.0, -13.0, -30.0] {
            let mut studio = room(rate, DTMF_CLAMP, false);
            let mut said = speech(Voice::Man, rate, 1, -26.0);
            let silence = vec![0; rate.hz() as usize / 5];
            said.extend_from_slice(&silence);
            said.extend(key(key_1_hz, rate, dbfs, 100));
            said.extend_from_slice(&silence);
            let speech_samples =
                said.len() - 2 * silence.len() - key(key_1_hz, rate, 0.0, 100).len();
            studio.line('a').say(said);
            let seconds = speech_samples / rate.hz() as usize + 2;
            let heard = listen(&mut studio, seconds);
            let amplitude = 32_767.0 * 10f64.powf(dbfs / 20.0);
            for hz in [697, 1_209] {
                let ms = heard_ms(&heard[speech_samples..], rate, hz, amplitude);
                assert!(ms <= 5, "{rate:?}, {dbfs} dBFS: {ms} ms of {hz} Hz");
            }
            // The talker is heard all the same.
            let level = active_level_dbov(&heard[..speech_samples], rate.hz());
            assert!((level + 26.0).abs() < 1.0, "{level}");
        }
    }
}

#[test]
fn a_key_is_kept_out_of_a_call_that_has_changed_its_codec() {
    let mut studio = room(Rate::Narrow, DTMF_CLAMP, false);
    studio.line('a').say(speech(Voice::Man, Rate::Narrow, 1, -26.0));
    studio.run(20);
    let a = studio.port('a');
    let media = Media::plain(Rate::Wide);
    studio.carry_out(|topology, plan| topology.set_media(plan, a, media)).unwrap();
    let mut said = speech(Voice::Man, Rate::Wide, 1, -26.0);
    let speech_samples = said.len() / 2;
    said.extend(key([697.0, 1_209.0], Rate::Wide, -13.0, 100));
    said.extend(vec![0; 8_000]);
    studio.line('a').say(said);
    let heard = listen(&mut studio, speech_samples / 8_000 + 1);
    let amplitude = 32_767.0 * 10f64.powf(-13.0 / 20.0);
    let ms = heard_ms(&heard[speech_samples..], Rate::Narrow, 697, amplitude);
    assert!(ms <= 5, "{ms} ms");
}

#[test]
fn a_gain_that_is_switched_off_is_faded() {
    let mut studio = room(Rate::Narrow, GAIN, false);
    studio.line('a').say(speech(Voice::Man, Rate::Narrow, 8, -44.0));
    listen(&mut studio, 3);
    let loud = ear::largest_jump(&listen(&mut studio, 1));
    let (a, room) = (studio.port('a'), studio.rooms[&'R']);
    studio.carry_out(|topology, plan| topology.join(plan, a, room, Directions::AToB)).unwrap();
    let changing = ear::largest_jump(&studio.record(2)[&'b']);
    assert!(changing <= loud, "{changing} instead of {loud}");
}

#[test]
fn a_gain_for_the_listener_that_is_switched_off_is_faded() {
    // At this pitch a tick is 4.25 periods, so that one of four ticks ends at a crest.
    let mut said = speech(Voice::Man, Rate::Narrow, 5, -40.0);
    said.extend(key([212.5, 212.5], Rate::Narrow, -40.0, 2_000));
    for ticks in 0..4 {
        let mut studio = room(Rate::Narrow, Treatment::default(), true);
        studio.line('a').say(said.clone());
        listen(&mut studio, 5);
        studio.run(25 + ticks);
        let loud = studio.record(4)[&'b'].clone();
        let (b, room) = (studio.port('b'), studio.rooms[&'R']);
        studio.carry_out(|topology, plan| topology.join(plan, b, room, Directions::BToA)).unwrap();
        let changing = [loud.clone(), studio.record(2)[&'b'].clone()].concat();
        let (before, after) = (ear::largest_jump(&loud), ear::largest_jump(&changing));
        let soft = ear::largest_jump(&changing[changing.len() - 160..]);
        assert!(soft * 2 < before, "there is a gain: {before}, without it {soft}");
        assert!(after <= before + before / 8, "{after} instead of {before} after {ticks} ticks");
    }
}

#[test]
fn a_key_that_is_clamped_moves_no_gain() {
    // A quiet talker presses a key that is loud, and goes on as loudly as after a pause.
    let words = speech(Voice::Woman, Rate::Narrow, 5, -40.0);
    let level_after = |treatment: Treatment, between: &[i16]| {
        let mut said = [&words, between].concat();
        let again = said.len().next_multiple_of(8_000);
        said.resize(again, 0);
        said.extend(&words[..16_000]);
        let mut studio = room(Rate::Narrow, treatment, false);
        studio.line('a').say(said);
        listen(&mut studio, again / 8_000);
        active_level_dbov(&listen(&mut studio, 2), Rate::Narrow.hz())
    };
    let (pause, key) = (vec![0; 2_400], key([770.0, 1_336.0], Rate::Narrow, -9.0, 300));
    let clamped = Treatment { gain: true, ..DTMF_CLAMP };
    let (without, with) = (level_after(clamped, &pause), level_after(clamped, &key));
    assert!((with - without).abs() < 0.5, "{with} instead of {without} dBov");
    let not_clamped = level_after(GAIN, &key);
    assert!(not_clamped < without - 3.0, "{not_clamped}: this key would have moved the gain");
}

#[test]
fn a_key_is_heard_where_it_is_not_clamped() {
    let mut studio = room(Rate::Narrow, Treatment::default(), false);
    studio.line('a').say(key([697.0, 1_209.0], Rate::Narrow, -13.0, 100));
    let heard = listen(&mut studio, 1);
    let amplitude = 32_767.0 * 10f64.powf(-13.0 / 20.0);
    assert!(heard_ms(&heard, Rate::Narrow, 697, amplitude) > 90);
}

#[test]
fn who_is_clamped_is_heard_40_ms_later_and_sample_for_sample() {
    let said = speech(Voice::Woman, Rate::Narrow, 2, -20.0);
    let mut studio = room(Rate::Narrow, DTMF_CLAMP, false);
    studio.line('a').say(said.clone());
    let heard = listen(&mut studio, 2);
    assert!(heard[..320].iter().all(|sample| *sample == 0));
    assert_eq!(heard[320..], said[..heard.len() - 320]);
}

#[test]
fn a_key_told_by_rfc_4733_silences_what_is_held_back_and_what_follows() {
    let mut studio = room(Rate::Narrow, DTMF_CLAMP, false);
    // No key by its sound: the report alone must do.
    studio.line('a').say(key([400.0, 1_000.0], Rate::Narrow, -20.0, 2_000));
    studio.run(25);
    studio.line('a').emit(PortEvent::Digit { event: 5 });
    let heard = listen(&mut studio, 1);
    let is_silent = |window: &[i16]| window.iter().all(|sample| *sample == 0);
    let begins = heard.windows(80).position(is_silent).unwrap();
    // The ramp down takes 5 ms of what was held back.
    assert!(begins <= 40, "{begins} samples were heard");
    let silence = heard[begins..].iter().take_while(|sample| **sample == 0).count();
    assert!((5 * 160 + 80..9 * 160).contains(&silence), "silent for {silence} samples");
}

#[test]
fn a_loud_steady_tone_is_silenced_after_a_second_and_the_talker_comes_back() {
    let tone = |seconds: usize| key([1_000.0, 1_000.0], Rate::Narrow, -16.0, seconds * 1_000);
    for (treatment, clamped) in [(TONE_CLAMP, true), (Treatment::default(), false)] {
        let mut studio = room(Rate::Narrow, treatment, false);
        let mut said = tone(4);
        said.extend(speech(Voice::Man, Rate::Narrow, 3, -20.0));
        studio.line('a').say(said);
        listen(&mut studio, 2);
        let heard = listen(&mut studio, 1);
        let amplitude = ear::amplitude(&heard, 1_000);
        assert_eq!(amplitude < 10.0, clamped, "{amplitude}");
        listen(&mut studio, 1);
        let level = active_level_dbov(&listen(&mut studio, 3), Rate::Narrow.hz());
        assert!((level + 20.0).abs() < 2.0, "{level}");
    }
}

#[test]
fn a_treatment_that_is_switched_on_during_a_word_repeats_40_ms_and_does_not_jump() {
    let mut studio = room(Rate::Narrow, Treatment::default(), false);
    studio.line('a').say(key([300.0, 300.0], Rate::Narrow, -20.0, 4_000));
    studio.run(25);
    let steady = ear::largest_jump(&studio.record(10)[&'b']);
    let (a, room) = (studio.port('a'), studio.rooms[&'R']);
    let manner = Manner { treatment: DTMF_CLAMP, ..Manner::from(Directions::AToB) };
    studio.carry_out(|topology, plan| topology.join(plan, a, room, manner)).unwrap();
    let changing = ear::largest_jump(&studio.record(10)[&'b']);
    assert!(changing <= steady + steady / 2, "{changing} instead of {steady}");
}
