//! Calls that a full server refuses are in its figures.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::SocketAddr;
use std::time::Duration;

use mediaserver::config::{Config, Written};
use mediaserver::server::Server;
use tokio::net::UdpSocket;
use tokio::time::timeout;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

const PATIENCE: Duration = Duration::from_secs(10);

/// A server with one place.
async fn server() -> Server {
    let text = "[sip]\nlisten = \"127.0.0.1:0\"\nmax-calls = 1\n[mscp]\nlisten = \"127.0.0.1:0\"\n\
        [http]\nlisten = \"127.0.0.1:0\"\n[engine]\nrealtime = \"off\"\n";
    let written = Written::from_text("test.toml".as_ref(), text).unwrap();
    Server::start(Config::resolve(&written).unwrap()).await.unwrap()
}

/// The status of the final response to an INVITE.
async fn invite(server: SocketAddr, name: &str) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let me = socket.local_addr().unwrap();
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
        m=audio 9 RTP/AVP 0\r\n";
    let text = format!(
        "INVITE sip:ms@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{name}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{name}@{me}>;tag={name}\r\nTo: <sip:ms@{server}>\r\n\
         Call-ID: {name}\r\nCSeq: 1 INVITE\r\nContact: <sip:{name}@{me}>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    );
    socket.send_to(text.as_bytes(), server).await.unwrap();
    let mut buffer = [0; 4_096];
    loop {
        let count = timeout(PATIENCE, socket.recv(&mut buffer)).await.unwrap().unwrap();
        let status = String::from_utf8_lossy(&buffer[8..count.min(11)]).into_owned();
        if !status.starts_with('1') {
            return status;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_finds_no_place_is_counted_as_busy() {
    let server = server().await;
    assert_eq!(invite(server.sip, "first").await, "200");
    assert_eq!(invite(server.sip, "second").await, "486");
    let counted = async {
        let busy = "mediaserver_calls_total{result=\"busy\"} 1\n";
        while !server.metrics.expose().unwrap().contains(busy) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, counted).await.expect("the refused call is counted");
}
