//! What dialogs play: files of every kind, at the rate of who hears them, and long ones while they are
//! decoded.

use antiphon_tests::simulator::phone::Phone;
use antiphon_tests::simulator::{Simulator, tone_of};
use antiphon_tests::tone::{Tone, level_dbfs};
use media_io::recorder::WavFile;
use mscp_proto::Notification;

const URI: &str = "http://media/prompt";

/// A file of the tests of media-io: a second of a tone that rises from 300 to 700 Hz.
fn chirp(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../media-io/tests/fixtures/sound");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn start(sim: &mut Simulator, mime: &str) {
    let request = format!("<dialogstart connectionid='$a' type='{mime}' src='{URI}'/>");
    sim.start_dialog_with('P', &request);
}

fn has_exited(sim: &Simulator) -> bool {
    let exited = |it: &Notification| matches!(it, Notification::DialogExit(_));
    sim.servers[0].notifications().iter().any(exited)
}

fn silent_caller(phone: Phone) -> Simulator {
    let mut sim = Simulator::new();
    sim.call_with('a', phone);
    sim.caller_mut('a').speaks = false;
    sim.run_ms(200);
    sim
}

#[test]
fn every_kind_of_file_is_played() {
    for (file, mime) in [
        ("chirp.mp3", "audio/mpeg"),
        ("chirp_44100_vbr.mp3", "audio/mp3"),
        ("chirp_stereo.flac", "audio/flac"),
        ("chirp.opus", "audio/ogg"),
        // The bytes say what it is, whatever the request does.
        ("chirp.flac", "audio/wav"),
    ] {
        let mut sim = silent_caller(Phone::default());
        sim.documents.put_file(URI, chirp(file));
        let from = sim.caller('a').heard.len();
        start(&mut sim, mime);
        sim.run_until("the end of the prompt", has_exited);
        sim.run_ms(200);
        let heard = &sim.caller('a').heard[from..];
        let loud = heard.iter().filter(|sample| sample.unsigned_abs() > 500).count();
        assert!(loud > 4_000, "{file}: {loud} of {} samples", heard.len());
    }
}

#[test]
fn a_bad_file_is_told_of_with_its_place() {
    let mut sim = silent_caller(Phone::default());
    let mut file = chirp("chirp.flac");
    let middle = file.len() / 2;
    file[middle..].fill(0x55);
    file.truncate(middle + 4_000);
    file.extend(&chirp("chirp.flac")[middle + 4_000..]);
    sim.documents.put_file(URI, file);
    let request = format!("<dialogstart connectionid='$a' type='audio/flac' src='{URI}'/>");
    let refused = sim.ask(&request);
    let reason = refused.error_reason().unwrap();
    assert!(reason.starts_with("FLAC: damaged at 0."), "{reason}");
}

/// 45 s are more than is decoded before; what is held of them is the file, not its samples.
#[test]
fn a_long_file_is_played_to_its_end_while_it_is_decoded() {
    const SECONDS: usize = 45;
    let mut sim = silent_caller(Phone::default());
    let samples = Tone::new(tone_of('b'), -18.0).samples(SECONDS * 8_000);
    let mut file = WavFile::create(std::io::Cursor::new(Vec::new()), 8_000, 1).unwrap();
    file.write(&samples).unwrap();
    file.commit().unwrap();
    sim.documents.put_file(URI, file.target().get_ref().clone());
    let from = sim.caller('a').heard.len();
    start(&mut sim, "audio/wav");
    sim.run_ms(SECONDS as u64 * 1_000 - 500);
    assert!(!has_exited(&sim), "too early");
    sim.run_ms(1_500);
    assert!(has_exited(&sim), "too late");
    let heard = &sim.caller('a').heard[from..];
    let level = |samples: &[i16]| level_dbfs(samples, tone_of('b'));
    let parts: Vec<f64> = heard.chunks_exact(4_000).map(level).collect();
    let loud = parts.iter().filter(|level| **level > -20.0).count();
    assert!((2 * SECONDS - 2..=2 * SECONDS + 1).contains(&loud), "{loud} of {parts:?}");
}

/// It is ended in the middle, and nothing decodes on.
#[test]
fn a_long_file_can_be_stopped() {
    let mut sim = silent_caller(Phone::default());
    let mut file = WavFile::create(std::io::Cursor::new(Vec::new()), 8_000, 1).unwrap();
    file.write(&vec![1_000; 60 * 8_000]).unwrap();
    file.commit().unwrap();
    sim.documents.put_file(URI, file.target().get_ref().clone());
    start(&mut sim, "audio/wav");
    sim.run_ms(3_000);
    assert_eq!(sim.decoding(), 1);
    sim.tell("<dialogterminate dialogid='$P' immediate='false'/>");
    sim.run_ms(200);
    assert!(has_exited(&sim));
    sim.run_ms(100);
    assert_eq!((sim.decoding(), sim.control.engine_stats().ports), (0, 1));
}
