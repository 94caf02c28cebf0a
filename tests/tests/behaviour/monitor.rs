//! A conference on the server's own sound card (`<a:monitor>`).

use antiphon_tests::simulator::{Simulator, tone_of};
use antiphon_tests::tone::{Tone, level_dbfs};
use mscp_proto::Response;
use mscp_proto::extension::ExtensionResponse;

/// Samples of 48 kHz in a tick.
const TICK: usize = 960;

fn monitor(sim: &mut Simulator, attributes: &str) -> Result<Option<String>, String> {
    let request = format!("<a:monitor xmlns:a='urn:antiphon:mscp:1' {attributes}/>");
    match sim.ask(&request) {
        Response::Extension(ExtensionResponse::Monitoring(monitoring)) => {
            Ok(monitoring.conferenceid.map(|id| id.to_string()))
        }
        Response::Extension(ExtensionResponse::ErrorMonitor(error)) => Err(error.reason),
        other => panic!("{other:?}"),
    }
}

/// So many ticks with a card that plays and records at the engine's pace; what it played, at 8 kHz.
fn run(sim: &mut Simulator, ticks: usize) -> Vec<i16> {
    // At 48 kHz a sixth as many Hz a sample.
    let voice = Tone::new(tone_of('f') / 6.0, -18.0).samples(ticks * TICK);
    let mut played = Vec::new();
    for tick in voice.chunks(TICK) {
        let card = sim.sound_card.as_mut().expect("an open card");
        if let Some(microphone) = &mut card.microphone {
            microphone.take(tick.iter().copied());
        }
        let mut heard = [0; TICK];
        card.speaker.fill(&mut heard);
        played.extend(heard.iter().step_by(6));
        sim.tick();
    }
    played
}

#[test]
fn a_conference_is_heard_on_the_card_and_talked_into() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    "ab".chars().for_each(|name| sim.join('R', name, "both"));
    let room = sim.id('R');
    assert_eq!(monitor(&mut sim, "conferenceid='$R' talk='true'"), Ok(Some(room)));
    let from = sim.caller('a').heard.len();
    let played = run(&mut sim, 60);
    let level = |samples: &[i16], name| level_dbfs(samples, tone_of(name));
    let end = &played[played.len() - 4_000..];
    assert!(level(end, 'a') > -30.0 && level(end, 'b') > -30.0);
    assert!(level(end, 'f') < -50.0, "the card hears itself");
    let heard = &sim.caller('a').heard[from..];
    let heard = &heard[heard.len() - 4_000..];
    assert!(level(heard, 'f') > -30.0 && level(heard, 'b') > -30.0);
    let refused = monitor(&mut sim, "conferenceid='$R'").unwrap_err();
    assert!(refused.contains("the sound card is in use"), "{refused}");
    assert_eq!(monitor(&mut sim, ""), Ok(None));
    assert!(sim.sound_card.is_none());
    sim.run_ms(300);
    sim.check("a:b b:a");
    assert_eq!(sim.control.engine_stats().ports, 2);
}

#[test]
fn who_only_monitors_is_not_heard_and_goes_with_the_conference() {
    let mut sim = Simulator::new();
    sim.call("ab");
    sim.create('R');
    "ab".chars().for_each(|name| sim.join('R', name, "both"));
    monitor(&mut sim, "conferenceid='$R'").unwrap();
    assert!(sim.sound_card.as_ref().unwrap().microphone.is_none());
    let played = run(&mut sim, 60);
    assert!(level_dbfs(&played[played.len() - 4_000..], tone_of('a')) > -30.0);
    sim.destroy('R');
    assert!(sim.sound_card.is_none());
    sim.run_ms(100);
    assert_eq!(sim.control.engine_stats().ports, 2);
    let refused = monitor(&mut sim, "conferenceid='x'").unwrap_err();
    assert!(refused.contains("does not exist"), "{refused}");
}
