//! A process that is killed leaves files that can be read.

use std::env::{current_exe, temp_dir, var_os};
use std::fs::{File, read, remove_file};
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio, id};

use media_io::recorder::{Coding, Limits, Recording, tap};
use mixer::port::{Audio, Heard, Rate};

use super::files::{found, opus_duration_of};
use super::{TICK_SAMPLES, at, hear, ticks_of};

/// Tells the child where to record to.
const FOLDER: &str = "ANTIPHON_TEST_RECORD_TO";

/// Ticks between two lines of the child.
const TICKS: u32 = 37;

/// Lines after which the child is killed.
const LINES: u32 = 40;

/// Records two files and says after each commit how many ticks are in them, until it is killed.
#[test]
#[ignore = "runs in a process of its own, started by the test below"]
fn child() {
    let folder = var_os(FOLDER).expect("the folder");
    let ((mut wav, wav_feed), (mut opus, opus_feed)) = (tap(Rate::Narrow), tap(Rate::Full));
    let mut narrow = Recording::new(Coding::Wav(Rate::Narrow), Limits::default(), at(0));
    let file = File::create(Path::new(&folder).join("killed.wav")).unwrap();
    narrow.add("wav".into(), file, vec![wav_feed], 1).unwrap();
    let mut full = Recording::new(Coding::OggOpus, Limits::default(), at(0));
    let file = File::create(Path::new(&folder).join("killed.opus")).unwrap();
    full.add("opus".into(), file, vec![opus_feed], 1).unwrap();
    for tick in 0.. {
        hear(&mut wav, tick, value(tick));
        let frame: Vec<i16> = (0..960).map(|n: i32| (n * 331 % 4_001 - 2_000) as i16).collect();
        let audio = Audio { frame: &frame, payload: &[], encoding: None };
        opus.take(at(tick), Heard::Audio(audio));
        if tick % TICKS == 0 {
            narrow.advance().unwrap();
            full.advance().unwrap();
            writeln!(stdout(), "\nTICKS {}", tick + 1).unwrap();
        }
    }
}

fn value(tick: u32) -> i16 {
    (tick % 30_000) as i16
}

#[test]
fn a_killed_process_leaves_what_it_had_written() {
    let folder = temp_dir().join(format!("antiphon-killed-{}", id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut child = Command::new(current_exe().unwrap())
        .args(["--exact", "killed::child", "--ignored", "--nocapture"])
        .env(FOLDER, &folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).filter_map(|line| {
        line.strip_prefix("TICKS ").map(|ticks| ticks.parse::<usize>().unwrap())
    });
    let committed = said.take(LINES as usize).last().unwrap();
    // SIGKILL, in the middle of whatever it does.
    child.kill().unwrap();
    child.wait().unwrap();

    let wav = folder.join("killed.wav");
    let ticks = ticks_of(&read(&wav).unwrap());
    assert!(ticks.len() >= committed, "{} of {committed} ticks", ticks.len());
    assert!(ticks.iter().enumerate().all(|(tick, it)| *it == value(tick as u32)));
    let opus = folder.join("killed.opus");
    let duration = opus_duration_of(&read(&opus).unwrap());
    // Whole pages of half a second.
    let least = (committed * 20).saturating_sub(540);
    assert!(duration.as_millis() as usize >= least, "{duration:?} of {committed} ticks");
    for (file, least) in [(&wav, ticks.len() * TICK_SAMPLES / 8), (&opus, least)] {
        let Some(ffprobe) = found("ffprobe") else { continue };
        let said = Command::new(ffprobe)
            .args(["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"])
            .arg(file)
            .output()
            .unwrap();
        let seconds: f64 = String::from_utf8(said.stdout).unwrap().trim().parse().unwrap();
        assert!(
            seconds * 1_000.0 + 1.0 >= least as f64,
            "ffprobe: {seconds} s of {}",
            file.display()
        );
    }
    [wav, opus].iter().for_each(|file| remove_file(file).unwrap());
    std::fs::remove_dir(folder).unwrap();
}
