//! A server that cannot start leaves nothing behind.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::{TcpListener, UdpSocket};

use mediaserver::config::{Config, Written, keys};
use mediaserver::server::{Server, StartError};

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

/// Names of the threads of this process that work on media.
fn media_threads() -> Vec<String> {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |thread: std::io::Result<std::fs::DirEntry>| {
        // One that has just ended has no name any more.
        let name = std::fs::read_to_string(thread.ok()?.path().join("comm")).ok()?;
        Some(name.trim_end().to_owned())
    };
    threads.filter_map(name).filter(|name| ["engine", "media-net"].contains(&&**name)).collect()
}

fn config(sip: &str, mscp: &str, http: &str) -> Config {
    let mut written = Written::default();
    written.set_flag(&keys::SIP_LISTEN, Some(sip));
    written.set_flag(&keys::MSCP_LISTEN, Some(mscp));
    written.set_flag(&keys::HTTP_LISTEN, Some(http));
    Config::resolve(&written).unwrap()
}

fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The agent comes last, so all that could be left running is there when it fails.
#[tokio::test]
async fn what_was_begun_ends_when_a_later_step_fails() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sip = taken.local_addr().unwrap().to_string();
    let (mscp, http) = (free_port(), free_port());
    let Err(error) = Server::start(config(&sip, &mscp, &http)).await else { panic!("started") };
    assert!(matches!(error, StartError::Listen { .. }), "{error}");
    assert_eq!(media_threads(), [""; 0]);

    drop(taken);
    let server = Server::start(config(&sip, &mscp, &http)).await.unwrap();
    let mut running = media_threads();
    running.sort_unstable();
    assert_eq!(running, ["engine", "media-net"]);
    drop(server);
}
