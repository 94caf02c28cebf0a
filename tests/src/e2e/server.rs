//! The program under test, as an operator starts it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use super::facts::Facts;
use super::tools::Process;
use super::wait_until;

/// How long the program may take to be ready, or to end when it was told to.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many UDP ports a server is given for media.
const MEDIA_PORTS: u16 = 1_200;

/// The lowest port given to a server for media. The highest stays below Linux's ephemeral ports.
const MEDIA_PORT_MIN: u16 = 10_000;

/// Names a ready-made program to test instead of the one built here.
const PROGRAM: &str = "ANTIPHON_SERVER";

/// A running `mediaserver serve`. Dropping it ends it, and fails the test if its log tells of a
/// panic or an error.
#[derive(Debug)]
pub struct Server {
    process: Process,
    /// Where SIP is spoken.
    pub sip: SocketAddr,
    /// Where application servers connect.
    pub mscp: SocketAddr,
    /// Where metrics are.
    pub http: SocketAddr,
    media_ports: (u16, u16),
    log: Log,
}

/// What a server has said so far.
type Log = Arc<Mutex<Vec<String>>>;

impl Server {
    /// A server on free ports with the defaults of the configuration.
    #[must_use]
    pub fn start() -> Server {
        Server::with(&[])
    }

    /// A server whose configuration is changed by variables of the environment.
    ///
    /// # Panics
    /// When it is not ready in time.
    #[must_use]
    pub fn with(variables: &[(&str, &str)]) -> Server {
        let media_ports = free_media_ports();
        let mut command = serve(&[]);
        command
            .envs(variables.iter().copied())
            .env("MEDIASERVER_RTP_PORTS", format!("{}-{}", media_ports.0, media_ports.1));
        let mut process = Process::start(command.stdout(Stdio::null()).stderr(Stdio::piped()));
        let log = Log::default();
        let errors = process.child().stderr.take().unwrap();
        let lines = Arc::clone(&log);
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                lines.lock().unwrap().push(line);
            }
        });
        let ready = await_ready(&log, &mut process);
        let server = Server {
            process,
            sip: address(&ready, "sip"),
            mscp: address(&ready, "mscp"),
            http: address(&ready, "http"),
            media_ports,
            log,
        };
        wait_until("/readyz", PATIENCE, || server.get("/readyz").starts_with("HTTP/1.1 200"));
        server
    }

    /// What the log holds so far.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// The answer to a GET on the HTTP port, with its head.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn get(&self, path: &str) -> String {
        let mut socket = TcpStream::connect(self.http).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Every series of `/metrics` with its value.
    ///
    /// # Panics
    /// When a line is not one.
    #[must_use]
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let answer = self.get("/metrics");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let samples = body.lines().filter(|line| !line.starts_with('#'));
        samples
            .map(|line| {
                let (series, value) = line.rsplit_once(' ').unwrap();
                (series.to_owned(), value.parse().unwrap())
            })
            .collect()
    }

    /// One series of `/metrics`.
    ///
    /// # Panics
    /// When there is no such series.
    #[must_use]
    pub fn metric(&self, series: &str) -> f64 {
        let metrics = self.metrics();
        *metrics.get(series).unwrap_or_else(|| panic!("no {series} in /metrics"))
    }

    /// What the operating system says of the process.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts::of(self.process.id(), self.media_ports)
    }

    /// The range of UDP ports that calls get theirs from.
    #[must_use]
    pub fn media_ports(&self) -> (u16, u16) {
        self.media_ports
    }

    /// Waits until no call is left: no leg, no media port.
    ///
    /// # Panics
    /// When one stays for longer than `patience`.
    pub fn wait_for_no_call(&self, patience: Duration) {
        wait_until("every leg and media port given back", patience, || {
            self.facts().media_ports == 0 && self.metric("mediaserver_legs") == 0.0
        });
    }

    /// Tells it to drain (SIGTERM), and comes back at once.
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        self.process.wait(patience)
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let was_running = self.process.is_running();
        let log = self.log.lock().unwrap();
        if thread::panicking() {
            let last = log.len().saturating_sub(20);
            #[allow(clippy::print_stderr)] // The test has failed; this may say why.
            {
                eprintln!("the server's log ends:\n{}", log[last..].join("\n"));
            }
            return;
        }
        let told: Vec<&String> =
            log.iter().filter(|line| line.contains("panicked") || line.contains("ERROR")).collect();
        assert!(told.is_empty(), "the server's log tells of errors: {told:#?}");
        drop(log);
        if was_running {
            self.terminate();
        }
    }
}

/// `mediaserver serve` on free ports of loopback, with nothing in the environment that could
/// configure it.
#[must_use]
pub fn serve(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg("serve").args(arguments).env_clear().stdin(Stdio::null());
    for (variable, value) in [
        ("MEDIASERVER_SIP", "127.0.0.1:0"),
        ("MEDIASERVER_MSCP", "127.0.0.1:0"),
        ("MEDIASERVER_HTTP", "127.0.0.1:0"),
        ("MEDIASERVER_DRAIN_SECONDS", "1"),
    ] {
        command.env(variable, value);
    }
    command
}

/// The program, built first if it is older than its sources.
///
/// # Panics
/// When it does not build.
#[must_use]
pub fn program() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| std::env::var_os(PROGRAM).map_or_else(build, PathBuf::from)).clone()
}

fn build() -> PathBuf {
    // A test runs as <target>/<profile>/deps/<test>.
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    build.args(["build", "--quiet", "--package", "mediaserver", "--target-dir"]);
    build.arg(profile.parent().unwrap());
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success(), "the server does not build");
    profile.join("mediaserver")
}

fn await_ready(log: &Log, process: &mut Process) -> String {
    let mut ready = None;
    wait_until("the server says it is ready", PATIENCE, || {
        let lines = log.lock().unwrap();
        assert!(process.is_running(), "the server ended: {lines:?}");
        ready = lines.iter().find(|line| line.contains("ready sip=")).cloned();
        ready.is_some()
    });
    ready.unwrap()
}

fn address(ready: &str, name: &str) -> SocketAddr {
    let prefix = format!("{name}=");
    let mut words = ready.split_whitespace();
    words.find_map(|word| word.strip_prefix(&prefix)).unwrap().parse().unwrap()
}

/// A range of ports of which the first is free; servers that run at once begin elsewhere.
fn free_media_ports() -> (u16, u16) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let ranges = (32_768 - MEDIA_PORT_MIN) / MEDIA_PORTS;
    let count = COUNT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id());
    let first = u16::try_from(count % u32::from(ranges)).unwrap();
    let low = (0..ranges)
        .map(|step| MEDIA_PORT_MIN + (first + step) % ranges * MEDIA_PORTS)
        .find(|low| UdpSocket::bind(("127.0.0.1", *low)).is_ok())
        .unwrap();
    (low, low + MEDIA_PORTS - 1)
}
