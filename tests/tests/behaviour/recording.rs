//! Recording conferences and connections: who is in which file, and when (`<a:record>`).

use antiphon_tests::simulator::recorders::Recorders;
use antiphon_tests::simulator::{Setup, Simulator, tone_of};
use antiphon_tests::tone::level_dbfs;
use media_io::recorder;
use media_io::wav;
use mscp_proto::extension::{ExtensionNotification, ExtensionResponse, RecordEnded};
use mscp_proto::multipart::Resources;
use mscp_proto::{Notification, Response};

/// Louder than this is who is heard, in dBFS.
const AUDIBLE_DBFS: f64 = -30.0;

/// Samples of 8 kHz in a ms.
const PER_MS: usize = 8;

fn element(name: &str, attributes: &str) -> String {
    format!("<a:{name} xmlns:a='urn:antiphon:mscp:1' {attributes}/>")
}

/// Asks for a recording; its name or why there is none.
fn record(sim: &mut Simulator, attributes: &str) -> Result<String, String> {
    match sim.ask(&element("record", attributes)) {
        Response::Extension(ExtensionResponse::Recording(recording)) => {
            assert_eq!(recording.state, "recording");
            Ok(recording.recordid)
        }
        Response::Extension(ExtensionResponse::ErrorRecord(error)) => Err(error.reason),
        other => panic!("{other:?}"),
    }
}

/// Has something done to a recording; returns its state.
fn control(sim: &mut Simulator, id: &str, action: &str) -> String {
    let request = element("recordcontrol", &format!("recordid='{id}' action='{action}'"));
    match sim.ask(&request) {
        Response::Extension(ExtensionResponse::Recording(recording)) => recording.state,
        other => panic!("{other:?}"),
    }
}

/// The ends of recordings that the application server was told of.
fn ends(sim: &Simulator) -> Vec<RecordEnded> {
    let ended = |notification: Notification| match notification {
        Notification::Extension(ExtensionNotification::RecordEnded(ended)) => Some(ended),
        _ => None,
    };
    sim.servers[0].notifications().into_iter().filter_map(ended).collect()
}

/// A conference in which everybody speaks.
fn conference(callers: &str) -> Simulator {
    let mut sim = Simulator::new();
    sim.call(callers);
    sim.create('R');
    callers.chars().for_each(|name| sim.join('R', name, "both"));
    sim.run_ms(400);
    sim
}

fn samples(recorders: &Recorders, name: &str) -> Vec<i16> {
    let clip = wav::decode(&recorders.file(name), 8_000, &wav::Limits::default()).unwrap();
    assert!(!clip.truncated);
    clip.samples.to_vec()
}

/// The names of those who are heard in all of these samples.
fn who(samples: &[i16]) -> String {
    ('a'..='f').filter(|name| level_dbfs(samples, tone_of(*name)) > AUDIBLE_DBFS).collect()
}

#[test]
fn a_conference_is_recorded_as_it_is_heard() {
    let mut sim = conference("ab");
    let id = record(&mut sim, "conferenceid='$R' file='all.wav'").unwrap();
    sim.run_ms(1_000);
    sim.call("c");
    sim.join('R', 'c', "both");
    sim.run_ms(1_000);
    assert_eq!(control(&mut sim, &id, "stop"), "stopping");
    sim.run_ms(100);
    let all = samples(&sim.recorders, "all.wav");
    assert_eq!(who(&all[200 * PER_MS..800 * PER_MS]), "ab");
    assert_eq!(who(&all[all.len() - 500 * PER_MS..]), "abc");
    let [end] = &ends(&sim)[..] else { panic!("{:?}", ends(&sim)) };
    assert_eq!((&*end.recordid, &*end.reason, end.complete), (&*id, "stopped", true));
    let [file] = &end.files[..] else { panic!("{end:?}") };
    assert_eq!((&*file.name, file.lostms), ("all.wav", 0));
    assert_eq!(file.ms as usize, all.len() / PER_MS);
    // Nothing is left on the engine, and nobody heard a thing of it.
    assert_eq!(sim.control.engine_stats().ports, 3);
    sim.check("a:bc b:ac c:ab");
}

#[test]
fn what_is_paused_is_cut_out() {
    let mut sim = conference("a");
    let id = record(&mut sim, "conferenceid='$R' file='cut.wav'").unwrap();
    sim.run_ms(1_000);
    assert_eq!(control(&mut sim, &id, "pause"), "paused");
    sim.call("b");
    sim.join('R', 'b', "both");
    sim.run_ms(2_000);
    sim.hang_up('b');
    sim.run_ms(300);
    assert_eq!(control(&mut sim, &id, "resume"), "recording");
    sim.run_ms(1_000);
    control(&mut sim, &id, "stop");
    sim.run_ms(100);
    let cut = samples(&sim.recorders, "cut.wav");
    let ms = cut.len() / PER_MS;
    assert!((1_900..2_300).contains(&ms), "{ms} ms");
    for second in cut.chunks(400 * PER_MS) {
        assert!(level_dbfs(second, tone_of('b')) < AUDIBLE_DBFS);
    }
    assert_eq!(who(&cut[100 * PER_MS..]), "a");
}

#[test]
fn each_speaker_has_a_file_on_one_timeline() {
    let mut sim = conference("ab");
    let id = record(&mut sim, "conferenceid='$R' file='each.wav' layout='tracks'").unwrap();
    sim.run_ms(1_000);
    sim.call("c");
    sim.join('R', 'c', "both");
    sim.run_ms(500);
    sim.hang_up('a');
    sim.run_ms(500);
    control(&mut sim, &id, "stop");
    sim.run_ms(100);
    let [end] = &ends(&sim)[..] else { panic!("{:?}", ends(&sim)) };
    let mut files = end.files.clone();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["each-1.wav", "each-2.wav", "each-3.wav"]);
    let tracks: Vec<Vec<i16>> = names.iter().map(|name| samples(&sim.recorders, name)).collect();
    // Whoever it is whose file that is, it is the one heard there, and nobody else.
    for (file, track) in files.iter().zip(&tracks) {
        let speaker = file.connectionid.as_ref().unwrap();
        let heard = who(&track[track.len() - 300 * PER_MS..]);
        let name = heard.chars().next().unwrap_or_default();
        assert_eq!(heard.len(), 1, "{}: {heard}", file.name);
        assert!(name == 'a' || sim.id(name) == speaker.as_str(), "{}: {heard}", file.name);
    }
    // c has come a second later, behind silence; a has gone before the end.
    let silence = tracks[2].iter().take_while(|sample| **sample == 0).count();
    assert!(silence >= 1_000 * PER_MS, "{silence} samples");
    assert_eq!(tracks[1].len(), tracks[2].len());
    let a = if files[0].connectionid.as_ref().unwrap().as_str() == sim.id('b') { 1 } else { 0 };
    assert!(tracks[a].len() < tracks[2].len());
}

#[test]
fn a_call_is_recorded_with_what_it_says_and_what_it_hears() {
    let mut sim = conference("abc");
    let id = record(&mut sim, "connectionid='$a' file='both.wav' layout='stereo'").unwrap();
    let refused = record(&mut sim, "connectionid='$a' file='again.wav'").unwrap_err();
    assert!(refused.contains("is being recorded already"), "{refused}");
    let said = record(&mut sim, "connectionid='$a' file='said.wav' layout='in'").unwrap();
    sim.run_ms(1_000);
    control(&mut sim, &said, "stop");
    control(&mut sim, &id, "stop");
    sim.run_ms(100);
    assert_eq!(who(&samples(&sim.recorders, "said.wav")[400 * PER_MS..]), "a");
    let both = sim.recorders.file("both.wav");
    let sides: Vec<i16> =
        both[80..].chunks(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
    let side = |number: usize| -> Vec<i16> {
        sides.iter().skip(number).step_by(2).copied().skip(400 * PER_MS).collect()
    };
    assert_eq!((&*who(&side(0)), &*who(&side(1))), ("a", "bc"));
    // The tap of what was heard has left the leg: the next one may come.
    let id = record(&mut sim, "connectionid='$a' file='mixed.wav'").unwrap();
    sim.run_ms(1_000);
    // The end of the call is the end of its recording.
    sim.hang_up('a');
    sim.run_ms(100);
    assert_eq!(who(&samples(&sim.recorders, "mixed.wav")[400 * PER_MS..900 * PER_MS]), "abc");
    let end = ends(&sim).pop().unwrap();
    assert_eq!((end.recordid, end.complete), (id, true));
}

#[test]
fn opus_is_recorded_at_48_khz() {
    let mut sim = conference("ab");
    let id = record(&mut sim, "conferenceid='$R' file='all.opus'").unwrap();
    sim.run_ms(1_000);
    control(&mut sim, &id, "stop");
    sim.run_ms(100);
    let end = ends(&sim).pop().unwrap();
    let file = sim.recorders.file("all.opus");
    assert_eq!(file.len() as u64, end.files[0].bytes);
    sim.documents.put_file("http://media/all", file);
    // What was recorded is played to someone else.
    sim.call("d");
    sim.caller_mut('d').speaks = false;
    let from = sim.caller('d').heard.len();
    let start = "<dialogstart connectionid='$d' type='audio/ogg' src='http://media/all'/>";
    sim.start_dialog_with('P', start);
    sim.run_ms(1_000);
    assert_eq!(who(&sim.caller('d').heard[from + 400 * PER_MS..]), "ab");
}

#[test]
fn the_end_of_a_conference_ends_its_recording() {
    let mut sim = conference("ab");
    let id = record(&mut sim, "conferenceid='$R' file='all.wav'").unwrap();
    sim.run_ms(500);
    sim.destroy('R');
    sim.run_ms(100);
    let [end] = &ends(&sim)[..] else { panic!("{:?}", ends(&sim)) };
    assert_eq!((&*end.recordid, end.complete), (&*id, true));
    assert!(end.files[0].ms >= 480, "{end:?}");
    assert_eq!(sim.control.engine_stats().ports, 2);
}

#[test]
fn a_full_disk_ends_a_recording_in_a_clear_event() {
    let mut sim = conference("ab");
    sim.recorders.room = Some(80 + 2 * 500 * PER_MS);
    record(&mut sim, "conferenceid='$R' file='all.wav'").unwrap();
    sim.run_ms(1_000);
    let [end] = &ends(&sim)[..] else { panic!("{:?}", ends(&sim)) };
    assert!(!end.complete);
    assert!(end.reason.starts_with("all.wav: "), "{end:?}");
    assert_eq!(end.files[0].ms, 500);
    assert_eq!(samples(&sim.recorders, "all.wav").len(), 500 * PER_MS);
    sim.check("a:b b:a");
    assert_eq!(sim.control.engine_stats().ports, 2);
}

#[test]
fn a_recording_ends_at_its_limit() {
    let mut sim = conference("ab");
    let id = record(&mut sim, "conferenceid='$R' file='all.wav' maxseconds='1'").unwrap();
    sim.run_ms(1_500);
    let [end] = &ends(&sim)[..] else { panic!("{:?}", ends(&sim)) };
    assert!(end.recordid == id && !end.complete, "{end:?}");
    assert_eq!(
        (&*end.reason, end.files[0].ms),
        ("the recording has reached its limit of 1 s", 1_000)
    );
}

#[test]
fn what_cannot_be_recorded_is_refused_with_a_reason() {
    let mut sim = conference("ab");
    for (attributes, reason) in [
        ("conferenceid='x' file='a.wav'", "does not exist"),
        ("connectionid='x' file='a.wav'", "no such connection"),
        ("conferenceid='$R' file='../a.wav'", "is not the name of a file"),
        ("conferenceid='$R' file='/etc/a.wav'", "is not the name of a file"),
        ("conferenceid='$R' file='.wav'", "is not the name of a file"),
        ("conferenceid='$R' file='a.mp3'", "does not end in .wav, .opus or .ogg"),
        ("conferenceid='$R' file='a.wav' rate='44100'", "a rate of 44100 Hz"),
        ("conferenceid='$R' file='a.opus' rate='8000'", "Opus files have 48000 Hz"),
        ("conferenceid='$R' file='a.wav' layout='stereo'", "as mono or tracks"),
        ("connectionid='$a' file='a.wav' layout='tracks'", "as mono, stereo or in"),
    ] {
        let refused = record(&mut sim, attributes).unwrap_err();
        assert!(refused.contains(reason), "{attributes}: {refused}");
    }
    sim.recorders.refusal = Some("No space left on device".to_owned());
    let refused = record(&mut sim, "conferenceid='$R' file='a.wav'").unwrap_err();
    assert_eq!(refused, "No space left on device");
    let other = sim.connect_over_sip();
    let request = element("recordcontrol", "recordid='recording-1' action='stop'");
    let number = sim.request(other, &request, &Resources::default());
    let (_, response) = sim.wait_for_answer(other, number);
    assert!(response.error_reason().unwrap().contains("no such recording"), "{response:?}");
    assert_eq!(sim.control.engine_stats().ports, 2);
    assert!(ends(&sim).is_empty());

    let mut setup = Setup::default();
    setup.settings.recordings = None;
    let mut sim = Simulator::with(setup);
    sim.create('R');
    let refused = record(&mut sim, "conferenceid='$R' file='a.wav'").unwrap_err();
    assert_eq!(refused, "recordings.folder is not set");
    assert_eq!(recorder::Limits::default().files_max, 256);
}

/// Members on different engines are in one file, each at its time.
#[test]
fn a_conference_over_several_engines_is_recorded_whole() {
    let mut sim = Simulator::with(Setup::with_engines(3, 5));
    sim.call("abcdef");
    sim.create('R');
    "abcdef".chars().for_each(|name| sim.join('R', name, "both"));
    sim.run_ms(400);
    let id = record(&mut sim, "conferenceid='$R' file='all.wav' layout='tracks'").unwrap();
    let all = record(&mut sim, "conferenceid='$R' file='mix.wav'").unwrap();
    sim.run_ms(1_000);
    control(&mut sim, &id, "stop");
    control(&mut sim, &all, "stop");
    sim.run_ms(100);
    assert_eq!(who(&samples(&sim.recorders, "mix.wav")[300 * PER_MS..]), "abcdef");
    let tracks: Vec<Vec<i16>> =
        (1..=6).map(|n| samples(&sim.recorders, &format!("all-{n}.wav"))).collect();
    let mut heard: Vec<String> = tracks.iter().map(|track| who(&track[300 * PER_MS..])).collect();
    heard.sort();
    assert_eq!(heard.concat(), "abcdef");
    assert!(tracks.iter().all(|track| track.len() == tracks[0].len()));
}
