//! `mediaserver ctl`, the program itself, against `mediaserver serve` with a real call.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use media_io::wav::{self, Recorder};
use rustix::process::{Pid, Signal, kill_process};
use sip::{Agent, CallKey, Event, Outgoing};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long something that follows at once may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server in a process of its own, on free ports; gone when the test is.
struct Server {
    process: Child,
    sip: SocketAddr,
    mscp: SocketAddr,
}

impl Server {
    fn start() -> Server {
        Server::start_with(&[])
    }

    fn start_with(variables: &[(&str, &str)]) -> Server {
        let free = "127.0.0.1:0";
        let arguments = ["serve", "--sip", free, "--mscp", free, "--http", free];
        let mut process = Command::new(env!("CARGO_BIN_EXE_mediaserver"))
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let ready = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "the server ended");
            if line.contains(" ready ") {
                break line;
            }
        };
        // Whatever else it logs must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let address = |name: &str| {
            let (_, rest) = ready.split_once(&format!(" {name}=")).unwrap();
            rest.split_whitespace().next().unwrap().parse().unwrap()
        };
        Server { sip: address("sip"), mscp: address("mscp"), process }
    }

    fn ctl(&self, arguments: &[&str]) -> Output {
        ctl_at(self.mscp, arguments)
    }

    /// What a verb prints that is done.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.ctl(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// The one line of complaint, and the exit code.
    fn refused(&self, arguments: &[&str]) -> (String, Option<i32>) {
        complaint(&self.ctl(arguments))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ctl(server: SocketAddr) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediaserver"));
    command.args(["ctl", "--mscp", &server.to_string()]).env_clear();
    command
}

fn ctl_at(server: SocketAddr, arguments: &[&str]) -> Output {
    ctl(server).args(arguments).output().unwrap()
}

fn complaint(output: &Output) -> (String, Option<i32>) {
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(errors.lines().count(), 1, "{errors}");
    (errors.trim_end().to_owned(), output.status.code())
}

fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("antiphon-ctl-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A recording of so many seconds.
fn wav(name: &str, seconds: f64) -> PathBuf {
    let mut file = std::io::Cursor::new(Vec::new());
    let mut recorder = Recorder::new(&mut file, 8_000).unwrap();
    recorder.write(&vec![1_000; (seconds * 8_000.0) as usize]).unwrap();
    recorder.finish().unwrap();
    scratch(name, &file.into_inner())
}

/// A telephone that makes calls and sends no media.
struct Phone {
    agent: Agent,
    events: mpsc::Receiver<Event>,
}

impl Phone {
    async fn new() -> Phone {
        let (sender, events) = mpsc::channel(64);
        let config = sip::Config::new(([127, 0, 0, 1], 0).into());
        Phone { agent: Agent::bind(config, sender).await.unwrap(), events }
    }

    /// Calls the server; gives the call and its connection id.
    async fn call(&mut self, server: &Server) -> (CallKey, String) {
        let offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                     m=audio 9 RTP/AVP 0\r\n";
        let outgoing = Outgoing {
            target: server.sip,
            to: format!("sip:ms@{}", server.sip),
            from: "sip:alice@127.0.0.1".to_owned(),
            offer: Some(offer.into()),
            call_id: None,
            from_tag: None,
        };
        let call = self.agent.call(outgoing).unwrap();
        loop {
            match self.event().await {
                Event::Answered { connection_id, .. } => return (call, connection_id),
                Event::Ringing { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn event(&mut self) -> Event {
        timeout(PATIENCE, self.events.recv()).await.unwrap().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_joined_played_to_and_ended_by_hand() {
    let server = Server::start();
    assert_eq!(server.done(&["list"]), "nothing: no call, no conference, no dialog");
    let conference = server.done(&["create", "--nbest", "3"]);
    let mut phone = Phone::new().await;
    let (_, connection) = phone.call(&server).await;

    // Each request is a channel of its own: what one made, the next finds.
    let joined = server.done(&["join", &conference, &connection, "--direction", "receive"]);
    assert_eq!(joined, format!("joined {conference} --> {connection}"));
    let list = server.done(&["list"]);
    for line in [
        format!("{conference}  active  1"),
        format!("{connection}  up     PCMU"),
        "JOINED".to_owned(),
    ] {
        assert!(list.lines().any(|l| l.starts_with(&line)), "{line} is not in\n{list}");
    }
    let both = server.done(&["join", &conference, &connection, "--mediapreferred"]);
    assert_eq!(both, format!("joined {conference} <-> {connection}"));
    assert!(server.done(&["list"]).contains("<->"));

    let beep = wav("beep.wav", 0.2);
    let beep = beep.to_str().unwrap();
    assert!(server.done(&["play", &connection, beep]).starts_with("dialog"));
    assert!(server.done(&["play", &conference, beep]).starts_with("dialog"));

    // A dialog took the connection's only source away (draft, 5.3), so there may be nothing to undo.
    server.done(&["join", &conference, &connection]);
    let unjoined = server.done(&["unjoin", &conference, &connection]);
    assert_eq!(unjoined, format!("unjoined {conference} and {connection}"));
    assert_eq!(server.done(&["hangup", &connection]), format!("hung up {connection}"));
    assert!(matches!(phone.event().await, Event::Ended { .. }));
    assert_eq!(server.done(&["destroy", &conference]), format!("destroyed {conference}"));
}

#[test]
fn a_dialog_is_prepared_started_and_stopped() {
    let server = Server::start();
    let conference = server.done(&["create"]);
    let long = wav("long.wav", 60.0);
    let long = long.to_str().unwrap();
    let dialog = server.done(&["prepare", long]);
    assert_eq!(server.done(&["start", &dialog, "--on", &conference, "--no-wait"]), dialog);
    assert!(server.done(&["list"]).contains(&format!("{dialog}  started  {conference}")));
    assert_eq!(server.done(&["stop", &dialog, "--immediate"]), format!("stopped {dialog}"));
    let (told, code) = server.refused(&["stop", &dialog]);
    assert_eq!((told, code), (format!("mediaserver: no such dialog: {dialog}"), Some(1)));
    let playing = server.done(&["play", &conference, long, "--no-wait"]);
    assert_eq!(server.done(&["stop", &playing]), format!("stopped {playing}"));
}

#[test]
fn an_interruption_ends_what_plays() {
    let server = Server::start();
    let conference = server.done(&["create"]);
    let long = wav("endless.wav", 60.0);
    let mut playing = ctl(server.mscp)
        .args(["play", &conference])
        .arg(&long)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut dialog = String::new();
    BufReader::new(playing.stdout.as_mut().unwrap()).read_line(&mut dialog).unwrap();
    kill_process(Pid::from_child(&playing), Signal::INT).unwrap();
    assert_eq!(playing.wait().unwrap().code(), Some(0));
    assert!(!server.done(&["list"]).contains(dialog.trim_end()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_sees_calls_come_and_go() {
    let server = Server::start();
    let mut watcher = ctl(server.mscp).arg("watch").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watcher.stdout.take().unwrap()).lines();
    let mut phone = Phone::new().await;
    // Whether the call comes before the watcher or after: he is told.
    let (call, connection) = phone.call(&server).await;
    let started = lines.next().unwrap().unwrap();
    let wanted =
        format!("<a:connectionstarted connectionid=\"{connection}\" from=\"sip:alice@127.0.0.1\" ");
    assert!(started.contains(&wanted), "{started}");
    phone.agent.bye(&call, None);
    let ended = lines.next().unwrap().unwrap();
    let wanted = format!("<a:connectionended connectionid=\"{connection}\" reason=\"bye\"/>");
    assert!(ended.ends_with(&wanted), "{ended}");
    kill_process(Pid::from_child(&watcher), Signal::INT).unwrap();
    assert_eq!(watcher.wait().unwrap().code(), Some(0));
}

#[test]
fn a_document_is_sent_as_it_is() {
    let server = Server::start();
    let wrap = |inside: &str| {
        format!("<mscp version=\"1.0\" xmlns=\"urn:ietf:mscp\">{inside}</mscp>").into_bytes()
    };
    let good = scratch("good.xml", &wrap("<request><createconference/></request>"));
    assert!(server.done(&["send", good.to_str().unwrap()]).contains("<conferencecreated "));
    let bad = scratch("bad.xml", &wrap("<request><jion/></request>"));
    let output = server.ctl(&["send", bad.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("<a:error "));
    let told = "mediaserver: MSCP 1.0 has no request <jion>".to_owned();
    assert_eq!(complaint(&output), (told, Some(1)));

    let mut child = ctl(server.mscp)
        .args(["send", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    (&stdin).write_all(&std::fs::read(good).unwrap()).unwrap();
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_refusal_is_exit_code_1_with_the_servers_reason() {
    let server = Server::start();
    let conference = server.done(&["create"]);
    let empty = scratch("empty.wav", b"");
    for (arguments, reason) in [
        (vec!["join", &conference, "nobody"], "nobody"),
        (vec!["join", &conference, &conference], &conference),
        (vec!["destroy", "nothing"], "nothing"),
        (vec!["unjoin", &conference, "nobody"], "nobody"),
        (vec!["hangup", "a;b;c"], "a;b;c"),
        (vec!["play", &conference, "http://127.0.0.1:1/x.wav"], "http://127.0.0.1:1/x.wav"),
        (vec!["play", &conference, empty.to_str().unwrap()], "the part of the message"),
        (vec!["start", "nothing", "--on", &conference], "nothing"),
    ] {
        let (told, code) = server.refused(&arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {told}");
        assert!(told.starts_with("mediaserver: ") && told.contains(reason), "{told}");
    }
    assert!(server.done(&["capabilities"]).lines().any(|line| line.ends_with("  PCMU")));
}

/// A host by its name, and the variable that `serve` heeds too.
#[test]
fn a_server_is_found_by_name_and_by_the_variable() {
    let server = Server::start();
    let named = format!("localhost:{}", server.mscp.port());
    let by = |arguments: &[&str], variable: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediaserver"));
        command.arg("ctl").args(arguments).env_clear();
        command.envs(variable.map(|server| ("MEDIASERVER_MSCP", server)));
        command.output().unwrap()
    };
    let document = scratch("empty.xml", b"<mscp/>");
    for output in [
        by(&["list", "--mscp", &named], None),
        by(&["list"], Some(&server.mscp.to_string())),
        by(&["list", "--mscp", &named], Some("127.0.0.1:1")),
    ] {
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let refused = by(&["send", document.to_str().unwrap(), "--mscp", &named], None);
    assert_eq!(refused.status.code(), Some(1), "it was there to refuse");
    for (output, told) in [
        (by(&["list", "--mscp", "127.0.0.1"], None), "mediaserver: --mscp: \"127.0.0.1\": "),
        (by(&["list"], Some("nonsense")), "mediaserver: MEDIASERVER_MSCP: \"nonsense\": "),
    ] {
        let (line, code) = complaint(&output);
        assert_eq!(code, Some(2), "{line}");
        assert!(line.starts_with(told), "{line}");
    }
}

#[test]
fn no_server_and_no_sense_are_exit_code_2() {
    // Nobody listens where somebody just did.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (arguments, told) in [
        (vec!["list"], "no media server listens for MSCP at"),
        (vec!["send", "/nowhere.xml"], "/nowhere.xml cannot be read"),
        (vec!["jion", "a", "b"], "unrecognized subcommand 'jion'"),
        (vec![], "requires a subcommand"),
    ] {
        let (line, code) = complaint(&ctl_at(nobody, &arguments));
        assert_eq!(code, Some(2), "{line}");
        assert!(line.contains(told), "{line}");
    }
    let server = Server::start();
    let (line, code) = server.refused(&["play", "conf", "/nowhere.wav"]);
    assert_eq!(code, Some(2), "{line}");
}

/// A real server records to real files; it is killed, and what it had recorded can be played.
#[test]
fn a_conference_is_recorded_and_the_file_outlives_the_server() {
    let folder = std::env::temp_dir().join(format!("antiphon-record-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let server = Server::start_with(&[("MEDIASERVER_RECORDINGS_FOLDER", folder.to_str().unwrap())]);
    let conference = server.done(&["create"]);
    let recording = server.done(&["record", &conference, "meet.wav", "--no-wait"]);
    assert_eq!(server.done(&["recording", "pause", &recording]), "paused");
    assert_eq!(server.done(&["recording", "resume", &recording]), "recording");
    let beep = wav("recorded.wav", 0.5);
    server.done(&["play", &conference, beep.to_str().unwrap()]);
    let (line, code) = server.refused(&["record", &conference, "meet.wav"]);
    assert!(line.contains("meet.wav: ") && code == Some(1), "{line}");

    // One that ends by itself says why, and what it leaves.
    let limited = server.ctl(&["record", &conference, "second.opus", "--max-seconds", "1"]);
    let (line, code) = complaint(&limited);
    assert_eq!(line, "mediaserver: the recording has reached its limit of 1 s");
    assert_eq!(code, Some(1));
    let told = String::from_utf8(limited.stdout).unwrap();
    assert!(told.lines().any(|line| line.starts_with("second.opus 1.000 s ")), "{told}");
    let (line, code) = server.refused(&["monitor", &conference]);
    assert!(line.contains("local-audio") || line.contains("sound card"), "{line}");
    assert_eq!(code, Some(1));

    // SIGKILL.
    drop(server);
    let file = std::fs::read(folder.join("meet.wav")).unwrap();
    let clip = wav::decode(&file, 8_000, &wav::Limits::default()).unwrap();
    assert!(!clip.truncated);
    assert!(clip.duration() > Duration::from_millis(1_400), "{:?}", clip.duration());
    let loud = clip.samples.iter().filter(|sample| **sample > 900).count();
    assert!((3_500..4_500).contains(&loud), "{loud} samples of half a second");
    std::fs::remove_dir_all(folder).unwrap();
}
