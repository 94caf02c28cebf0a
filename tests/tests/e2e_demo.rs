//! `mediaserver demo`, the program itself: what it prints, what it records, how it ends.
//! (`mediaserver/tests/demo.rs` has what ends before it begins.)

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::f64::consts::TAU;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use antiphon_tests::e2e::server::program;
use antiphon_tests::e2e::tools::Scratch;
use media_io::wav;
use rustix::process::{Pid, Signal, kill_process};

const FREE: &str = "127.0.0.1:0";

/// Pitches of the voices, as in the cast.
const ANNA_HZ: [f64; 3] = [252.0, 262.0, 275.0];
const BEN_HZ: [f64; 3] = [98.0, 104.0, 116.0];
const CARLA_HZ: [f64; 3] = [156.0, 165.0, 175.0];

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg("demo").args(arguments).env_clear();
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The cells of the row that begins so, in the order Anna, Ben, Carla: dB, or `None` for silence.
fn row(printed: &str, what: &str) -> [Option<f64>; 3] {
    let table = printed.lines().skip_while(|line| !line.trim_start().starts_with("heard by"));
    let line = table.skip(1).find_map(|line| line.trim_start().strip_prefix(what)).expect(what);
    let cells: Vec<&str> = line.split_whitespace().filter(|word| *word != "dB").collect();
    let cell = |index: usize| (cells[index] != "·").then(|| cells[index].parse().unwrap());
    assert_eq!(cells.len(), 3, "{line}");
    [cell(0), cell(1), cell(2)]
}

fn assert_heard(cells: [Option<f64>; 3], by: [bool; 3]) {
    for (cell, heard) in cells.into_iter().zip(by) {
        match cell {
            Some(gain) => assert!(heard && gain.abs() < 1.0, "{cells:?}"),
            None => assert!(!heard, "{cells:?}"),
        }
    }
}

/// How strong the pitches are in the whole recording, relative to full scale.
fn level(samples: &[i16], pitches_hz: [f64; 3]) -> f64 {
    let power = |hz: f64| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in samples.iter().enumerate() {
            let window = 0.5 - 0.5 * (TAU * n as f64 / samples.len() as f64).cos();
            let phase = TAU * hz * n as f64 / 8_000.0;
            re += f64::from(*sample) * window * phase.cos();
            im += f64::from(*sample) * window * phase.sin();
        }
        (re * re + im * im) / (samples.len() as f64 * 32_768.0).powi(2)
    };
    // Syllables begin and end, so that a pitch is a few Hz wide.
    let around =
        pitches_hz.into_iter().flat_map(|hz| (-8..=8).map(move |k| hz + f64::from(k) / 4.0));
    around.map(power).sum()
}

fn recording(path: &Path) -> wav::Clip {
    wav::decode(&std::fs::read(path).unwrap(), 8_000, &wav::Limits::default()).unwrap()
}

#[test]
#[ignore = "end to end: run ./test"]
fn everybody_hears_whom_he_should_and_the_recording_proves_it() {
    let scratch = Scratch::new("demo");
    let out = scratch.path().join("whole.wav");
    let arguments = ["--seconds", "8", "--sip", FREE, "--http", FREE, "--out"];
    let output = demo(&arguments).arg(&out).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}\n{errors}");
    assert_eq!(errors, "");
    assert!(!printed.contains('\x1b'), "colours belong on a terminal");

    assert_heard(row(&printed, "the chime"), [true; 3]);
    assert_heard(row(&printed, "Anna"), [false, true, true]);
    assert_heard(row(&printed, "Ben "), [true, false, true]);
    assert_heard(row(&printed, "Carla"), [true, true, false]);
    assert_heard(row(&printed, "Ben, muted"), [false; 3]);
    for passed in [
        "AS ──▶ MS  <createconference/>",
        "AS ◀── MS  <conferencecreated conferenceid=",
        "AS ◀── MS  <a:connectionstarted connectionid=\"Carla\"",
        "AS ──▶ MS  <dialogstart conferenceid=",
        "AS ◀── MS  <dialogexit dialogid=",
        "<stream type=\"audio\" direction=\"transmit\"/></join>",
        "AS ◀── MS  <conferencedestroyed conferenceid=",
    ] {
        assert!(printed.contains(passed), "{passed}\n{printed}");
    }
    for figure in ["  delay  ", "  packets  ", "  ticks  ", "  recording  "] {
        assert!(printed.contains(figure), "{figure}\n{printed}");
    }

    let clip = recording(&out);
    assert!(clip.duration().as_secs_f64() > 6.0, "{:?}", clip.duration());
    let [anna, ben, carla] = [ANNA_HZ, BEN_HZ, CARLA_HZ].map(|hz| level(&clip.samples, hz));
    assert!(ben > 100.0 * anna && carla > 100.0 * anna, "{anna} {ben} {carla}");
}

#[test]
#[ignore = "end to end: run ./test"]
fn an_interruption_ends_it_with_a_summary() {
    let scratch = Scratch::new("demo");
    let out = scratch.path().join("interrupted.wav");
    let arguments = ["--seconds", "600", "--sip", FREE, "--http", FREE, "--out"];
    let mut child = demo(&arguments).arg(&out).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    read_until(&mut lines, "They take turns");
    interrupt(&child);
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert!(rest.contains("Interrupted: everybody hangs up"), "{rest}");
    assert_heard(row(&rest, "the chime"), [true; 3]);
    assert!(recording(&out).duration().as_secs_f64() > 1.0);
}

#[test]
#[ignore = "end to end: run ./test"]
fn a_default_port_in_use_is_no_obstacle() {
    // If another program has it, all the better.
    let _taken = TcpListener::bind("127.0.0.1:5060");
    let scratch = Scratch::new("demo");
    let out = scratch.path().join("elsewhere.wav");
    let arguments = ["--seconds", "8", "--http", FREE, "--out"];
    let mut child = demo(&arguments).arg(&out).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    read_until(&mut lines, "127.0.0.1:5060 is in use, so a free port was taken");
    read_until(&mut lines, "They take turns");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn read_until(lines: &mut impl BufRead, wanted: &str) {
    let mut seen = String::new();
    while lines.read_line(&mut seen).unwrap() > 0 {
        if seen.contains(wanted) {
            return;
        }
    }
    panic!("no {wanted:?} in\n{seen}");
}

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}
