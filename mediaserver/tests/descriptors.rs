//! A server with few descriptors: calls do not take what application servers and health checks need.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use sip::{Agent, Event, Outgoing};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long something that follows at once may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// So few descriptors that these calls, with two each, would take them all.
const FEW: usize = 128;
const CALLS: usize = 70;

/// A server in a process of its own, on free ports; gone when the test is.
struct Server {
    process: Child,
    sip: SocketAddr,
    mscp: SocketAddr,
    http: SocketAddr,
    /// What it logged until it was ready.
    log: String,
}

impl Server {
    /// `limit` as the options and the number of the shell's `ulimit`.
    fn with(limit: &str) -> Server {
        let script = format!("ulimit {limit} && exec \"$0\" \"$@\"");
        let free = "127.0.0.1:0";
        let mut process = Command::new("/bin/sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_mediaserver")])
            .args(["serve", "--sip", free, "--mscp", free, "--http", free])
            .env_clear()
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap());
        let mut log = String::new();
        while !log.contains(" ready ") {
            assert!(lines.read_line(&mut log).unwrap() > 0, "the server ended: {log}");
        }
        // Whatever else it logs must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let ready = log.lines().last().unwrap();
        let address = |name: &str| {
            let (_, rest) = ready.split_once(&format!(" {name}=")).unwrap();
            rest.split_whitespace().next().unwrap().parse().unwrap()
        };
        let (sip, mscp, http) = (address("sip"), address("mscp"), address("http"));
        Server { process, sip, mscp, http, log }
    }

    /// What it answers to `request`, until it closes.
    fn ask(&self, server: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Calls so often; how many were answered.
async fn call(server: SocketAddr, calls: usize) -> usize {
    let (sender, mut events) = mpsc::channel(1_024);
    let config = sip::Config::new(([127, 0, 0, 1], 0).into());
    let agent = Agent::bind(config, sender).await.unwrap();
    let offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                 m=audio 9 RTP/AVP 0\r\n";
    let mut answered = 0;
    for _ in 0..calls {
        let outgoing = Outgoing {
            target: server,
            to: format!("sip:ms@{server}"),
            from: "sip:alice@127.0.0.1".to_owned(),
            offer: Some(offer.into()),
            call_id: None,
            from_tag: None,
        };
        agent.call(outgoing).unwrap();
        loop {
            match timeout(PATIENCE, events.recv()).await.unwrap().unwrap() {
                Event::Ringing { .. } => {}
                Event::Answered { .. } => break answered += 1,
                _ => break,
            }
        }
    }
    // The calls last until they are hung up.
    std::mem::forget(agent);
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_leave_descriptors_for_application_servers_and_health_checks() {
    let server = Server::with(&format!("-n {FEW}"));
    assert_eq!(server.log.matches("too few descriptors").count(), 1, "{}", server.log);
    let answered = call(server.sip, CALLS).await;
    assert!(answered > 0 && answered < FEW / 4, "{answered} calls");

    let health = server.ask(server.http, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    let refused = server.ask(server.mscp, "REQ MSCP/1.0 1\r\nContent-Length: 0\r\n\r\n");
    assert!(refused.starts_with("MSCP/1.0 400 "), "{refused}");
}

/// The soft limit, usually 1024, is for programs that cannot cope with more.
#[test]
fn the_soft_limit_is_raised() {
    let server = Server::with(&format!("-Sn {FEW}"));
    let limits = format!("/proc/{}/limits", server.process.id());
    let limits = std::fs::read_to_string(limits).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft = line.split_whitespace().nth(3).unwrap();
    let hard = getrlimit(Resource::Nofile).maximum;
    assert_eq!(soft, hard.map_or("unlimited".to_owned(), |hard| hard.to_string()));
}
