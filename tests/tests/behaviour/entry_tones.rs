//! Tones at the door of a conference (`entertone` and `exittone`, draft 5.3): each member hears those
//! it was joined with when another one comes or goes.

use std::time::Duration;

use antiphon_tests::simulator::{Setup, Simulator, tone_of};
use antiphon_tests::tone::level_dbfs;
use mediaserver::control::Event;
use mscp_proto::extension::{AuditResult, ExtensionResponse};
use mscp_proto::multipart::Resources;
use mscp_proto::{Notification, Response};

/// The notes of the server's own tones, in Hz.
const NOTES_HZ: [(char, f64); 2] = [('L', 659.3), ('H', 880.0)];

/// Longer than a tone lasts and a jitter buffer holds.
const TONE_MS: u64 = 600;

/// What is looked at in one piece, in samples: 50 ms.
const PIECE: usize = 400;

const ON: &str = "entertone='true' exittone='true'";
const OFF: &str = "entertone='false' exittone='false'";

/// A conference of callers who say nothing.
fn conference(callers: &str) -> Simulator {
    let mut sim = Simulator::new();
    sim.create('R');
    call(&mut sim, callers);
    sim
}

fn call(sim: &mut Simulator, callers: &str) {
    sim.call(callers);
    callers.chars().for_each(|name| sim.caller_mut(name).speaks = false);
    sim.run_ms(TONE_MS);
}

fn join_with(sim: &mut Simulator, room: char, name: char, tones: &str) {
    let response = sim.ask(&format!("<join id1='${room}' id2='${name}' {tones}/>"));
    assert!(matches!(response, Response::ConferenceJoined(_)), "{response:?}");
}

/// What each caller hears while something happens, and until its tones are over: the notes in their
/// order, and the names of voices.
fn heard(sim: &mut Simulator, happens: impl FnOnce(&mut Simulator)) -> String {
    let names: Vec<char> = ('a'..='h').filter(|name| sim.is_connected(*name)).collect();
    let from: Vec<usize> = names.iter().map(|name| sim.caller(*name).heard.len()).collect();
    happens(sim);
    sim.run_ms(TONE_MS);
    let rows = names.into_iter().zip(from).filter(|(name, _)| sim.is_connected(*name));
    let rows =
        rows.map(|(name, from)| format!("{name}:{}", sounds(&sim.caller(name).heard[from..])));
    rows.collect::<Vec<_>>().join(" ")
}

fn sounds(samples: &[i16]) -> String {
    let voices = ['x', 'y'].map(|name| (name, hz_of(name)));
    let sound = |piece: &[i16]| {
        let levels = NOTES_HZ.iter().chain(&voices);
        let levels = levels.map(|(name, hz)| (*name, level_dbfs(piece, *hz)));
        levels.filter(|(_, level)| *level > -30.0).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let mut sounds: Vec<char> =
        samples.chunks_exact(PIECE).filter_map(sound).map(|(name, _)| name).collect();
    sounds.dedup();
    sounds.into_iter().collect()
}

/// The pitch of a tone of one's own.
fn hz_of(name: char) -> f64 {
    match name {
        'x' => tone_of('k'),
        _ => tone_of('m'),
    }
}

fn put_sound(sim: &mut Simulator, name: char) {
    let samples = antiphon_tests::tone::Tone::new(hz_of(name), -18.0).samples(2_400);
    sim.documents.put(&format!("http://media/{name}"), samples);
}

/// Ports and rooms of the engine that are in use.
fn engine(sim: &Simulator) -> (u64, u64) {
    let stats = sim.control.engine_stats();
    (stats.ports, stats.rooms)
}

#[test]
fn a_tone_rises_when_someone_comes_and_falls_when_someone_goes() {
    let mut sim = conference("abc");
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'R', 'b', ON);
    sim.run_ms(TONE_MS);
    let came = heard(&mut sim, |sim| join_with(sim, 'R', 'c', ON));
    assert_eq!(came, "a:LH b:LH c:LH");
    let went = heard(&mut sim, |sim| sim.unjoin('R', 'c'));
    assert_eq!(went, "a:HL b:HL c:");
    let went = heard(&mut sim, |sim| drop(sim.hang_up('b')));
    assert_eq!(went, "a:HL c:");
}

#[test]
fn tones_are_on_unless_a_join_says_otherwise() {
    let mut sim = conference("ab");
    sim.ask_to_the_letter("<join id1='$R' id2='$a'/>");
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'b', OFF)), "a:LH b:");
    assert_eq!(heard(&mut sim, |sim| sim.unjoin('R', 'b')), "a:HL b:");
}

/// "whether a tone is to be played when another participant joins": the attribute says what one
/// hears oneself.
#[test]
fn each_hears_the_tones_it_was_joined_with() {
    let mut sim = conference("abcdef");
    put_sound(&mut sim, 'x');
    put_sound(&mut sim, 'y');
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'R', 'b', OFF);
    join_with(&mut sim, 'R', 'c', "entertone='http://media/x' exittone='true'");
    join_with(&mut sim, 'R', 'd', "entertone='false' exittone='http://media/y'");
    join_with(&mut sim, 'R', 'e', "entertone='http://media/x' exittone='http://media/y'");
    sim.run_ms(TONE_MS);
    let came = heard(&mut sim, |sim| join_with(sim, 'R', 'f', OFF));
    assert_eq!(came, "a:LH b: c:x d: e:x f:");
    let went = heard(&mut sim, |sim| sim.unjoin('R', 'f'));
    assert_eq!(went, "a:HL b: c:HL d:y e:y f:");
}

#[test]
fn voices_are_heard_alike_with_tones_and_without() {
    let mut sim = Simulator::new();
    sim.call("abcd");
    sim.create('R');
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'R', 'b', OFF);
    join_with(&mut sim, 'R', 'c', "entertone='true'");
    join_with(&mut sim, 'R', 'd', ON);
    sim.run_ms(TONE_MS);
    sim.check("a:bcd b:acd c:abd d:abc");
    // Muted and deafened, as ever.
    let muted = "<stream type='audio' direction='receive'/>";
    sim.ask(&format!("<join id1='$R' id2='$a' {ON}>{muted}</join>"));
    let deafened = "<stream type='audio' direction='transmit'/>";
    sim.ask(&format!("<join id1='$R' id2='$d' {ON}>{deafened}</join>"));
    sim.check("a:bcd b:cd c:bd d:");
    sim.unjoin('R', 'a');
    sim.check("a: b:cd c:bd d:");
    join_with(&mut sim, 'R', 'd', OFF);
    sim.run_ms(TONE_MS);
    sim.check("a: b:cd c:bd d:bc");
}

#[test]
fn who_listens_elsewhere_has_left() {
    let mut sim = conference("abcd");
    sim.create('S');
    for name in "abc".chars() {
        let direction = if name == 'c' { "receive" } else { "both" };
        let stream = format!("<stream type='audio' direction='{direction}'/>");
        sim.ask(&format!("<join id1='$R' id2='${name}' {ON}>{stream}</join>"));
    }
    sim.run_ms(TONE_MS);
    // b still speaks in R; it hears itself come to S.
    let went = heard(&mut sim, |sim| join_with(sim, 'S', 'b', OFF));
    assert_eq!(went, "a: b: c: d:");
    // c only listened.
    let went = heard(&mut sim, |sim| join_with(sim, 'S', 'c', OFF));
    assert_eq!(went, "a:HL b: c: d:");
    let now = sim.now();
    let joins = sim.control.state(now).joins;
    assert!(!joins.iter().any(|join| join.from == sim.id('R') && join.to == sim.id('c')));
}

#[test]
fn to_be_joined_again_is_not_to_come() {
    let mut sim = conference("ab");
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'R', 'b', ON);
    sim.run_ms(TONE_MS);
    let again = heard(&mut sim, |sim| {
        join_with(sim, 'R', 'b', "entertone='false' exittone='true'");
        join_with(sim, 'R', 'b', OFF);
        sim.join('R', 'b', "receive");
        join_with(sim, 'R', 'b', "exittone='true'");
    });
    assert_eq!(again, "a: b:");
    // The last setting counts.
    assert_eq!(heard(&mut sim, |sim| sim.unjoin('R', 'a')), "a: b:HL");
}

#[test]
fn dialogs_and_conferences_neither_ring_nor_hear() {
    let mut sim = conference("abc");
    sim.create('S');
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'S', 'b', ON);
    sim.run_ms(TONE_MS);
    sim.documents.put("http://media/silence", vec![0; 800]);
    let came = heard(&mut sim, |sim| {
        sim.ask(&format!("<join id1='$R' id2='$S' {ON}/>"));
        sim.start_dialog('1', "http://media/silence", "conferenceid='$R'");
    });
    assert_eq!(came, "a: b: c:");
    // b hears the members of R, and is told only of those that come to S.
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'c', ON)), "a:LH b: c:LH");
    assert_eq!(heard(&mut sim, |sim| sim.destroy('S')), "a: b: c:");
}

#[test]
fn a_tone_that_cannot_be_fetched_is_not_replaced() {
    let mut sim = conference("abc");
    sim.documents.put_fault("http://media/broken", "it is broken");
    join_with(&mut sim, 'R', 'a', "entertone='http://media/broken' exittone='true'");
    join_with(&mut sim, 'R', 'b', "entertone='http://media/nowhere' exittone='true'");
    sim.run_ms(TONE_MS);
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'c', OFF)), "a: b: c:");
    assert_eq!(heard(&mut sim, |sim| sim.unjoin('R', 'c')), "a:HL b:HL c:");
}

#[test]
fn a_tone_that_is_still_on_its_way_is_not_heard() {
    let mut sim = conference("ab");
    put_sound(&mut sim, 'x');
    sim.documents.delay = Duration::from_secs(2);
    join_with(&mut sim, 'R', 'a', "entertone='http://media/x'");
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'b', OFF)), "a: b:");
    sim.unjoin('R', 'b');
    sim.run_ms(2_000);
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'b', OFF)), "a:x b:");
}

/// What is fetched for a conference goes with it, and with the last member that was to hear it.
#[test]
fn a_tone_nobody_is_to_hear_is_given_up() {
    let mut sim = conference("ab");
    put_sound(&mut sim, 'x');
    sim.documents.delay = Duration::from_secs(60);
    join_with(&mut sim, 'R', 'a', "entertone='http://media/x' exittone='http://media/x'");
    join_with(&mut sim, 'R', 'b', "exittone='http://media/x'");
    sim.unjoin('R', 'a');
    assert_eq!(sim.documents.cancelled, 0);
    join_with(&mut sim, 'R', 'b', ON);
    assert_eq!(sim.documents.cancelled, 1);
    join_with(&mut sim, 'R', 'a', "entertone='http://media/x'");
    sim.destroy('R');
    assert_eq!(sim.documents.cancelled, 2);
}

/// Tones of one's own count against what may be held, and no more once nobody is to hear them.
#[test]
fn tones_of_ones_own_are_bounded_like_prompts() {
    let mut setup = Setup::default();
    // The one tone with its address fits, beside it no other.
    setup.settings.held_bytes_max = 5_000;
    let mut sim = Simulator::with(setup);
    sim.create('R');
    call(&mut sim, "abc");
    put_sound(&mut sim, 'x');
    put_sound(&mut sim, 'y');
    for _ in 0..3 {
        join_with(&mut sim, 'R', 'a', "entertone='http://media/x'");
        sim.run_ms(100);
        join_with(&mut sim, 'R', 'b', "entertone='http://media/y'");
        sim.run_ms(TONE_MS);
        assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'c', OFF)), "a:x b: c:");
        "abc".chars().for_each(|name| sim.unjoin('R', name));
    }
}

#[test]
fn a_tone_takes_nobodys_place_and_is_no_speaker() {
    let mut sim = Simulator::new();
    sim.create_with(
        'R',
        "<createconference audiomixingnbest='1'><subscribe>\
         <item name='activespeaker' value='1'/><item name='attendance' value='true'/>\
         </subscribe></createconference>",
    );
    call(&mut sim, "abcd");
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'R', 'b', ON);
    sim.run_ms(2_000);
    let came = heard(&mut sim, |sim| {
        sim.caller_mut('a').speaks = true;
        sim.run_ms(100);
        join_with(sim, 'R', 'c', OFF);
        join_with(sim, 'R', 'd', OFF);
    });
    assert!(came.contains("b:LH"), "{came}");
    sim.run_ms(2_000);
    sim.check("a: b:a c:a d:a");
    let users = sim.servers[0].notifications().into_iter().filter_map(|told| match told {
        Notification::ConferenceUser(user) => Some(user),
        _ => None,
    });
    let told: Vec<String> = users.map(|user| user.namelist.0[0].value.clone()).collect();
    assert!(told.contains(&sim.id('a')) && told.contains(&"4".to_owned()), "{told:?}");
    assert!(told.iter().all(|value| *value == sim.id('a') || value.len() == 1), "{told:?}");
}

#[test]
fn a_tone_is_heard_where_the_floor_is_given() {
    let mut sim = Simulator::new();
    sim.create_with('R', "<createconference audiomixingpolicy='manual'/>");
    call(&mut sim, "ab");
    join_with(&mut sim, 'R', 'a', ON);
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'b', OFF)), "a:LH b:");
}

fn audit(sim: &mut Simulator) -> AuditResult {
    match sim.ask("<a:audit xmlns:a='urn:antiphon:mscp:1'/>") {
        Response::Extension(ExtensionResponse::AuditResult(result)) => result,
        other => panic!("{other:?}"),
    }
}

/// Neither the tones nor how they are brought to those who hear them.
#[test]
fn an_application_server_sees_nothing_of_them() {
    let [with, without] = [ON, OFF].map(|tones| {
        let mut sim = conference("abc");
        sim.create('S');
        sim.ask("<join id1='$R' id2='$S'/>");
        join_with(&mut sim, 'R', 'a', tones);
        let deaf = "<stream type='audio' direction='transmit'/>";
        sim.ask(&format!("<join id1='$R' id2='$b' {tones}>{deaf}</join>"));
        let mute = "<stream type='audio' direction='receive'/>";
        sim.ask(&format!("<join id1='$c' id2='$R' {tones}>{deaf}</join>"));
        sim.ask(&format!("<join id1='$S' id2='$c' {tones}>{mute}</join>"));
        // In the middle of a tone.
        sim.run_ms(60);
        let now = sim.now();
        let mut state = sim.control.state(now);
        state.joins.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        (audit(&mut sim), state.joins, state.dialogs.len(), sim.control.counts())
    });
    assert_eq!(with, without);
}

#[test]
fn nothing_is_left_of_a_tone() {
    let mut sim = conference("abc");
    assert_eq!(engine(&sim), (3, 1));
    join_with(&mut sim, 'R', 'a', ON);
    sim.run_ms(100);
    // There is nobody to tell that a has come.
    assert_eq!(engine(&sim), (3, 2));
    join_with(&mut sim, 'R', 'b', ON);
    sim.run_ms(100);
    assert_eq!(engine(&sim), (4, 2));
    sim.run_ms(TONE_MS);
    assert_eq!(engine(&sim), (3, 2));
    sim.unjoin('R', 'b');
    sim.run_ms(100);
    assert_eq!(engine(&sim), (4, 2));
    // In the middle of it, the last one who hears it leaves.
    sim.unjoin('R', 'a');
    sim.run_ms(100);
    assert_eq!(engine(&sim), (3, 1));
}

#[test]
fn a_conference_takes_its_tones_along() {
    let mut sim = conference("ab");
    for name in "ab".chars() {
        join_with(&mut sim, 'R', name, ON);
    }
    sim.run_ms(60);
    assert_eq!(engine(&sim), (3, 2));
    sim.destroy('R');
    sim.run_ms(100);
    assert_eq!(engine(&sim), (2, 0));
}

#[test]
fn the_end_of_a_channel_takes_the_tones_of_its_conferences_along() {
    let mut sim = Simulator::new();
    call(&mut sim, "ab");
    let server = sim.connect_over_sip();
    let response = sim.ask_as(server, "<createconference/>");
    let Response::ConferenceCreated(created) = response else { panic!("{response:?}") };
    sim.name('R', created.conferenceid.as_str());
    for name in "ab".chars() {
        sim.ask_as(server, &format!("<join id1='$R' id2='${name}' {ON}/>"));
    }
    sim.run_ms(60);
    assert_eq!(engine(&sim), (3, 2));
    sim.end_sip_dialog(server);
    sim.run_ms(100);
    assert_eq!(engine(&sim), (2, 0));
}

/// However many come, each hears two tones at most at a time.
#[test]
fn a_storm_of_joins_is_not_one_of_tones() {
    let mut sim = conference("abcdefghijklm");
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'R', 'b', ON);
    sim.run_ms(TONE_MS);
    let before = engine(&sim).0;
    for round in 0..20 {
        for name in "cdefghijklm".chars() {
            let request = match round % 2 {
                0 => format!("<join id1='$R' id2='${name}' entertone='true'/>"),
                _ => format!("<unjoin id1='$R' id2='${name}'/>"),
            };
            sim.request(0, &request, &Resources::default());
        }
        sim.tick();
        // Both settings are an audience of their own, of two tones each.
        assert!(engine(&sim).0 <= before + 4, "{:?}", engine(&sim));
    }
    sim.run_ms(TONE_MS);
    assert_eq!(engine(&sim).0, before);
    // And it is as before.
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'c', OFF)), "a:LH b:LH c: d: e: f: g: h:");
}

/// Where the engine is full, calls and joins go first.
#[test]
fn for_want_of_room_there_is_no_tone() {
    let mut setup = Setup::default();
    setup.capacities.ports = 3;
    let mut sim = Simulator::with(setup);
    sim.create('R');
    call(&mut sim, "abc");
    join_with(&mut sim, 'R', 'a', ON);
    assert_eq!(heard(&mut sim, |sim| join_with(sim, 'R', 'b', ON)), "a: b: c:");
    sim.caller_mut('c').speaks = true;
    join_with(&mut sim, 'R', 'c', ON);
    sim.run_ms(TONE_MS);
    sim.check("a:c b:c c:");
    sim.hang_up('b');
    sim.run_ms(100);
    assert_eq!(heard(&mut sim, |sim| sim.unjoin('R', 'c')), "a:HL c:");
}

#[test]
fn a_drain_does_not_wait_for_a_tone() {
    let mut sim = conference("ab");
    join_with(&mut sim, 'R', 'a', ON);
    join_with(&mut sim, 'R', 'b', ON);
    sim.run_ms(40);
    sim.feed(Event::Drain);
    sim.feed(Event::Shutdown);
    sim.run_ms(60);
    assert!(sim.control.is_idle());
    assert_eq!(engine(&sim), (0, 1));
}
