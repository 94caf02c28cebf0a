//! Instruction counts: taken by valgrind, kept in `instructions.tsv`, and compared.
//!
//! Instructions do not depend on what else the machine does, so that a difference is one of the
//! program. They depend on the compiler and on what the processor can do: the counts kept are those
//! of a processor with AVX2. valgrind knows no AVX-512, so a newer one counts the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{env, fs, thread};

use crate::scenes::{NEWCOMERS, RUNS, SCENES};

/// How far a count may rise before that is a regression, in percent: as much as another minor
/// version of the compiler changes.
const MARGIN_PERCENT: f64 = 5.0;

/// Where the counts are kept.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.tsv");

/// A row of the table: what it is of, and how it is made from the counts of scenes.
struct Row {
    name: &'static str,
    scene: &'static str,
    /// The scene that is the same but for what the row is about.
    without: Option<&'static str>,
    /// How much of it there is in one run.
    parts: u64,
}

const fn tick(name: &'static str, scene: &'static str) -> Row {
    Row { name, scene, without: None, parts: 1 }
}

const ROWS: &[Row] = &[
    tick("tick, room of 10", "room-of-10"),
    tick("tick, room of 100", "room-of-100"),
    tick("tick, room of 1,000", "room-of-1000"),
    tick("tick, room of 5,000", "room-of-5000"),
    tick("tick, room of 1,000, all mixed", "room-of-1000-all-mixed"),
    tick("tick, room of 1,000 at 48 kHz", "room-of-1000-48-khz"),
    tick("tick, 1,000 rooms of 3", "1000-rooms-of-3"),
    tick("tick, room of 1,000 G.711 legs with RTP", "room-of-1000-legs"),
    tick("tick, 1,000 rooms of 3 G.711 legs with RTP", "1000-rooms-of-3-legs"),
    tick("tick, room of 100 Opus legs with RTP", "room-of-100-opus-legs"),
    tick("tick, room of 5,000, nobody talks", "silence-of-5000"),
    tick("tick, 5,000 silent ports joined to nothing", "5000-apart"),
    tick("join into a room of 5,000, its plan", "plan-of-a-join"),
    Row {
        name: "join into a room of 5,000, carried out",
        scene: "silence-of-5000-and-100-joins",
        without: Some("silence-of-5000"),
        parts: NEWCOMERS as u64,
    },
];

/// Counts everything, prints a table, and fails if a count has risen by more than the margin. With
/// `UPDATE=1` in the environment it keeps the counts instead.
pub(crate) fn compare() -> ExitCode {
    match table() {
        Ok(exit) => exit,
        Err(reason) => {
            eprintln!("instructions: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Plays one scene; under valgrind, which counts a part of it.
pub(crate) fn play(name: &str) -> ExitCode {
    match SCENES.iter().find(|(scene, _)| *scene == name) {
        Some((_, scene)) => {
            scene();
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("there is no scene {name}");
            ExitCode::FAILURE
        }
    }
}

fn table() -> Result<ExitCode, String> {
    if !has_avx2() {
        return Err("the counts kept are those of an x86-64 processor with AVX2".to_owned());
    }
    let counts = count_scenes()?;
    let update = env::var_os("UPDATE").is_some_and(|value| value == "1");
    let kept = if update { BTreeMap::new() } else { read(Path::new(KEPT))? };
    println!("{:<44}{:>14}{:>14}{:>9}", "instructions", "kept", "now", "change");
    let (mut risen, mut text) = (0, String::new());
    for row in ROWS {
        let now = row.count(&counts);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{now}\t{}", row.name);
        let Some(before) = kept.get(row.name) else {
            println!("{:<44}{:>14}{now:>14}", row.name, "-");
            risen += u32::from(!update);
            continue;
        };
        let change = 100.0 * (now as f64 / *before as f64 - 1.0);
        let is_risen = change > MARGIN_PERCENT;
        risen += u32::from(is_risen);
        let mark = if is_risen { " <<<" } else { "" };
        println!("{:<44}{before:>14}{now:>14}{change:>8.1}%{mark}", row.name);
    }
    if update {
        write(Path::new(KEPT), &text)?;
        println!("kept in {KEPT}");
    }
    if risen == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{risen} counts have risen by more than {MARGIN_PERCENT} % or are not kept; if that is meant, \
         keep them with UPDATE=1"
    );
    Ok(ExitCode::FAILURE)
}

fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

impl Row {
    fn count(&self, counts: &BTreeMap<&str, u64>) -> u64 {
        let of = |scene: &str| counts.get(scene).copied().unwrap_or(0);
        let without = self.without.map_or(0, of);
        of(self.scene).saturating_sub(without) / (RUNS * self.parts)
    }
}

/// The instructions of all runs of each scene, counted on as many processors as there are.
fn count_scenes() -> Result<BTreeMap<&'static str, u64>, String> {
    let next = AtomicUsize::new(0);
    let count_some = || -> Result<Vec<(&'static str, u64)>, String> {
        let mut counts = Vec::new();
        while let Some((scene, _)) = SCENES.get(next.fetch_add(1, Relaxed)) {
            counts.push((*scene, count_scene(scene)?));
        }
        Ok(counts)
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let counts: Result<Vec<_>, String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..processors).map(|_| scope.spawn(count_some)).collect();
        let panicked = |_| Err("a counting thread panicked".to_owned());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
    });
    Ok(counts?.into_iter().flatten().collect())
}

fn count_scene(scene: &str) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=antiphon_benches::scenes::counted*")
        .arg(program)
        .args(["scene", scene])
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{scene} failed under valgrind:\n{log}"));
    }
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok());
    count.filter(|count| *count > 0).ok_or_else(|| format!("valgrind counted nothing:\n{log}"))
}

fn read(path: &Path) -> Result<BTreeMap<String, u64>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let row = line.split_once('\t').and_then(|(count, name)| {
                let count = count.parse().ok().filter(|count| *count > 0)?;
                Some((name.to_owned(), count))
            });
            row.ok_or_else(|| format!("{}: no count in {line:?}", path.display()))
        })
        .collect()
}

fn write(path: &Path, rows: &str) -> Result<(), String> {
    let head =
        "# Instructions, by `UPDATE=1 cargo run --release -p antiphon-benches -- instructions`\n";
    fs::write(path, head.to_owned() + rows).map_err(|error| format!("{}: {error}", path.display()))
}
