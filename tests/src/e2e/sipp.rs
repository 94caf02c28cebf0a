//! sipp, the SIP traffic generator (Debian's `sip-tester`).

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::server::Server;
use super::tools::{Process, Scratch};

/// The ports sipp is given.
const PORTS: Range<u16> = 3_000..9_900;

/// How many ports sipp may take for one that it is given: it has RTP and RTCP of audio and of video.
const BLOCK: u16 = 8;

/// A run of a scenario, to be set up and [`run`](Sipp::run) or [`started`](Sipp::start).
#[derive(Debug)]
pub struct Sipp {
    command: Command,
    scratch: Scratch,
    calls: u32,
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    /// Calls that followed the scenario to its end.
    pub successful: u32,
    /// Calls that did not.
    pub failed: u32,
    /// SIP messages that were sent again.
    pub retransmissions: u32,
}

/// A scenario that runs beside the test.
#[derive(Debug)]
pub struct Running {
    process: Process,
    scratch: Scratch,
}

impl Sipp {
    /// `calls` calls of a scenario in `scenarios/` against a server, one after the other.
    ///
    /// # Panics
    /// When there is no free port.
    #[must_use]
    pub fn new(server: &Server, scenario: &str, calls: u32) -> Sipp {
        let scratch = Scratch::new("sipp");
        let mut command = Command::new("sipp");
        let file = scenario_file(scenario);
        command.arg(server.sip.to_string()).arg("-sf").arg(file);
        command.args(["-i", "127.0.0.1", "-m", &calls.to_string(), "-nostdin"]);
        command.args(["-timeout", "120s", "-timeout_error", "-recv_timeout", "10000"]);
        command.args(["-trace_stat", "-trace_err", "-stf", "statistics.csv"]);
        command.args(["-p", &free_port().to_string(), "-mp", &free_port().to_string()]);
        command.current_dir(scratch.path()).stdin(Stdio::null()).stdout(Stdio::null());
        // It ends colours and cursor movements on a terminal that it takes for its own.
        command.env("TERM", "dumb").stderr(Stdio::null());
        Sipp { command, scratch, calls }
    }

    /// Over TCP, all calls on one connection.
    #[must_use]
    pub fn over_tcp(self) -> Sipp {
        self.arguments(&["-t", "t1"])
    }

    /// So many calls a second.
    #[must_use]
    pub fn per_second(self, rate: u32) -> Sipp {
        self.arguments(&["-r", &rate.to_string()])
    }

    /// More arguments for sipp.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Sipp {
        self.command.args(arguments);
        self
    }

    /// Runs to the end.
    ///
    /// # Panics
    /// When it does not end, or when a single call failed: sipp's own account is printed.
    #[must_use]
    pub fn run(self) -> Outcome {
        let calls = self.calls;
        let mut running = self.start();
        let status = running.process.wait(Duration::from_secs(150));
        let outcome = running.outcome();
        assert!(
            status.success() && outcome.failed == 0 && outcome.successful == calls,
            "sipp: {status}, {outcome:?}\n{}",
            running.errors()
        );
        outcome
    }

    /// Starts it and comes back at once.
    #[must_use]
    pub fn start(mut self) -> Running {
        Running { process: Process::start(&mut self.command), scratch: self.scratch }
    }
}

impl Running {
    /// Waits for the end of every call.
    ///
    /// # Panics
    /// When one failed, or it takes longer than `patience`.
    pub fn finish(mut self, patience: Duration) {
        let status = self.process.wait(patience);
        assert!(status.success(), "sipp: {status}\n{}", self.errors());
    }

    fn outcome(&self) -> Outcome {
        let path = self.scratch.path().join("statistics.csv");
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", self.errors()));
        let mut lines = text.lines();
        let names = lines.next().unwrap_or_default().split(';');
        let last = lines.last().unwrap_or_default();
        let value = |wanted: &str| {
            let index = names.clone().position(|name| name == wanted).unwrap();
            last.split(';').nth(index).unwrap().parse().unwrap()
        };
        Outcome {
            successful: value("SuccessfulCall(C)"),
            failed: value("FailedCall(C)"),
            retransmissions: value("Retransmissions(C)"),
        }
    }

    /// What sipp says of the calls that failed.
    fn errors(&self) -> String {
        let files = fs::read_dir(self.scratch.path()).unwrap().filter_map(Result::ok);
        let logs = files.filter(|file| file.file_name().to_string_lossy().contains("errors"));
        let text: String = logs.filter_map(|file| fs::read_to_string(file.path()).ok()).collect();
        text.chars().take(4_000).collect()
    }
}

fn scenario_file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    folder.join(name).with_extension("xml")
}

/// The first of [`BLOCK`] ports that are free for UDP and TCP: none of the ephemeral ones that
/// connections take, and none that servers get for media.
fn free_port() -> u16 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: u16| {
        let address = ("127.0.0.1", port);
        UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok()
    };
    let blocks = u32::from((PORTS.end - PORTS.start) / BLOCK);
    let first_ports = std::iter::repeat_with(|| {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let block = count.wrapping_add(std::process::id().wrapping_mul(61)) % blocks;
        PORTS.start + BLOCK * block as u16
    });
    let mut tried = first_ports.take(blocks as usize);
    tried.find(|first| (*first..first + BLOCK).all(is_free)).expect("a free port")
}
