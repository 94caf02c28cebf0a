//! Programs of other makers, and what happens when one is missing: the test is skipped loudly, or,
//! with `CI=true`, fails.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Names the file that collects one line for each skipped test; `./test` prints it at its end.
const SKIPPED_FILE: &str = "ANTIPHON_SKIPPED_FILE";

/// Whether all of `programs` are installed. If not, the caller returns: its test is skipped.
///
/// # Panics
/// When one is missing and `CI` is `true`: there, nothing may be skipped.
#[must_use]
pub fn installed(programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().copied().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return true;
    }
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("SKIPPED {test}: not installed: {}", missing.join(", "));
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "{line}; with CI=true nothing may be skipped");
    report(&line);
    false
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[allow(clippy::print_stderr)] // For whoever runs the test alone.
fn report(line: &str) {
    eprintln!("{line}");
    let Some(path) = std::env::var_os(SKIPPED_FILE) else { return };
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
}

/// Writes a figure worth knowing to the test's output.
#[allow(clippy::print_stderr)] // Figures are for the person who runs the tests.
pub fn figure(text: &str) {
    eprintln!("FIGURE {text}");
}

/// A process that ends with the test, whatever becomes of it.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Process {
        let child = command.spawn();
        Process { child: child.unwrap_or_else(|error| panic!("{command:?}: {error}")) }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for it to end by itself.
    ///
    /// # Panics
    /// When it does not within `patience`.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < patience, "process {} does not end", self.id());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks it to end (SIGTERM), by its id.
    pub fn terminate(&self) {
        let id = i32::try_from(self.id()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        // One that has ended already needs no asking.
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail when it has ended and been waited for, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder that goes with the test, or stays when the test fails.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A new folder.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn new(name: &str) -> Scratch {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = format!("antiphon-{name}-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(folder);
        fs::create_dir_all(&path).unwrap();
        Scratch { path }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into it and says where.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
