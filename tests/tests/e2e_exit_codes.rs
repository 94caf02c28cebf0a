//! How the program ends: SIGTERM drains and is a success, whatever is in progress; what cannot be
//! done is one clear line and exit code 2. (`mediaserver/tests/exit_code.rs` has what needs no
//! running server.)

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use antiphon_tests::e2e::caller::Caller;
use antiphon_tests::e2e::mscp::AppServer;
use antiphon_tests::e2e::server::{Server, serve};
use antiphon_tests::e2e::tools::{Scratch, figure};
use antiphon_tests::e2e::voices::VOICES_HZ;

/// How long calls in progress may go on after SIGTERM.
const GRACE: Duration = Duration::from_secs(3);

/// How much longer than that the end may take: BYEs are answered, threads end.
const AFTER_GRACE: Duration = Duration::from_secs(3);

/// A server that has a call in progress, and time to let it end.
fn server_in_a_call() -> (Server, Caller) {
    let grace = GRACE.as_secs().to_string();
    let server = Server::with(&[("MEDIASERVER_DRAIN_SECONDS", &grace)]);
    let mut application = AppServer::connect(server.mscp);
    application.watch();
    let caller = Caller::call(server.sip, VOICES_HZ[0]);
    assert_eq!(application.next_connection(), caller.connection);
    (server, caller)
}

#[test]
#[ignore = "end to end: run ./test"]
fn sigterm_refuses_new_calls_and_ends_the_one_in_progress_after_the_grace() {
    let (mut server, caller) = server_in_a_call();
    server.terminate();
    let start = Instant::now();
    antiphon_tests::e2e::wait_until("/readyz says no", Duration::from_secs(2), || {
        server.get("/readyz").starts_with("HTTP/1.1 503")
    });
    let refused = Caller::try_call(server.sip);
    assert!(refused.starts_with("SIP/2.0 503 "), "{refused}");
    assert!(refused.contains("Retry-After:"), "{refused}");
    assert!(server.is_running());

    caller.await_bye(GRACE + AFTER_GRACE);
    let ended = start.elapsed();
    assert!(ended >= GRACE, "the call was ended after {ended:?}");
    let status = server.wait(AFTER_GRACE);
    figure(&format!("SIGTERM: BYE after {ended:.1?}, end after {:.1?}", start.elapsed()));
    assert_eq!(status.code(), Some(0));
}

#[test]
#[ignore = "end to end: run ./test"]
fn sigterm_ends_as_soon_as_the_last_call_does() {
    let (mut server, caller) = server_in_a_call();
    server.terminate();
    let start = Instant::now();
    caller.hang_up();
    assert_eq!(server.wait(GRACE).code(), Some(0));
    assert!(start.elapsed() < GRACE, "it waited for the whole grace");
}

#[test]
#[ignore = "end to end: run ./test"]
fn sigterm_without_a_call_ends_at_once_though_others_are_connected() {
    let mut server = Server::with(&[("MEDIASERVER_DRAIN_SECONDS", "60")]);
    let mut application = AppServer::connect(server.mscp);
    let _ = application.create_conference();
    let mut operator = TcpStream::connect(server.http).unwrap();
    operator.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    let _phone = TcpStream::connect(server.sip).unwrap();
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(10)).code(), Some(0));
}

#[test]
#[ignore = "end to end: run ./test"]
fn a_second_sigterm_does_not_wait_for_the_grace() {
    let (mut server, _caller) = server_in_a_call();
    server.terminate();
    antiphon_tests::e2e::wait_until("/readyz says no", Duration::from_secs(2), || {
        server.get("/readyz").starts_with("HTTP/1.1 503")
    });
    server.terminate();
    let start = Instant::now();
    assert_eq!(server.wait(GRACE).code(), Some(0));
    assert!(start.elapsed() < GRACE);
}

/// The one line on standard error of a server that cannot start.
fn complaint(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = serve(arguments);
    let output = command.envs(variables.iter().copied()).env("MEDIASERVER_LOG", "off").output();
    let output = output.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.starts_with("mediaserver: "), "{errors}");
    assert!(output.stdout.is_empty());
    errors
}

fn assert_in_use(address: SocketAddr, variable: &str, key: &str) {
    let told = complaint(&[(variable, &address.to_string())], &[]);
    assert!(told.contains(&format!("{address} is in use")), "{told}");
    assert!(told.contains(key), "{told}");
}

/// Every port the program listens at, and for SIP each transport by itself.
#[test]
#[ignore = "end to end: run ./test"]
fn a_port_in_use_is_named() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    assert_in_use(udp.local_addr().unwrap(), "MEDIASERVER_SIP", "sip.listen");
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap();
    assert_in_use(address, "MEDIASERVER_SIP", "sip.listen");
    assert_in_use(address, "MEDIASERVER_MSCP", "mscp.listen");
    assert_in_use(address, "MEDIASERVER_HTTP", "http.listen");
}

/// The same when the other program is another media server.
#[test]
#[ignore = "end to end: run ./test"]
fn two_servers_do_not_share_a_port() {
    let server = Server::start();
    assert_in_use(server.sip, "MEDIASERVER_SIP", "sip.listen");
    assert_in_use(server.mscp, "MEDIASERVER_MSCP", "mscp.listen");
    assert_in_use(server.http, "MEDIASERVER_HTTP", "http.listen");
}

#[test]
#[ignore = "end to end: run ./test"]
fn what_cannot_be_configured_is_named() {
    let scratch = Scratch::new("configuration");
    let folder = scratch.path().to_str().unwrap();
    let missing = scratch.path().join("missing.toml");
    for (variables, arguments, words) in [
        (&[][..], &["--rtp-ports", "30000-20000"][..], &["--rtp-ports", "30000-20000"][..]),
        (&[], &["--sip", "127.0.0.1:99999"], &["--sip", "127.0.0.1:99999"]),
        (&[], &["--sip", "0.0.0.0:0"], &["media.ip"]),
        (&[], &["--media-ip", "nowhere"], &["--media-ip", "nowhere"]),
        (&[], &["--sip", "192.0.2.99:5060"], &["192.0.2.99:5060", "no address of this machine"]),
        (&[], &["--config", missing.to_str().unwrap()], &["missing.toml"]),
        (&[], &["--config", folder], &[folder]),
        (&[("MEDIASERVER_SIP_MAX_CALLS", "many")], &[], &["MEDIASERVER_SIP_MAX_CALLS", "many"]),
        (&[("MEDIASERVER_SIPP", "x")], &[], &["MEDIASERVER_SIPP"]),
    ] {
        let told = complaint(variables, arguments);
        for word in words {
            assert!(told.contains(word), "{word} is not in {told}");
        }
    }
    for (name, text, words) in [
        ("type.toml", "[sip]\nmax-calls = \"x\"\n", &["type.toml:2:13", "sip.max-calls"][..]),
        ("key.toml", "[media]\nptme-ms = 20\n", &["key.toml:2:1", "ptme-ms"]),
        ("syntax.toml", "[media\n", &["syntax.toml:1:"]),
        ("binary.toml", "\0\u{1}\u{2}", &["binary.toml"]),
    ] {
        let path = scratch.file(name, text);
        let told = complaint(&[], &["--config", path.to_str().unwrap()]);
        for word in words {
            assert!(told.contains(word), "{word} is not in {told}");
        }
    }
}
