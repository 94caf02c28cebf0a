//! Who may be connected to the MSCP port when all places are taken.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::SocketAddr;
use std::time::Duration;

use mediaserver::config::{Config, Written};
use mediaserver::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

const PATIENCE: Duration = Duration::from_secs(10);

/// A server with two places.
async fn server() -> Server {
    let text = "[sip]\nlisten = \"127.0.0.1:0\"\n[mscp]\nlisten = \"127.0.0.1:0\"\n\
        max-connections = 2\n[http]\nlisten = \"127.0.0.1:0\"\n[engine]\nrealtime = \"off\"\n";
    let written = Written::from_text("test.toml".as_ref(), text).unwrap();
    Server::start(Config::resolve(&written).unwrap()).await.unwrap()
}

/// Connects and asks for something; the answer, or what came before the end of the connection.
async fn ask(mscp: SocketAddr) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(mscp).await.unwrap();
    let body = "<mscp version=\"1.0\" xmlns=\"urn:ietf:mscp\"><request><createconference/></request></mscp>";
    let length = body.len();
    let pdu = format!(
        "REQ MSCP/1.0 1\r\nContent-Type: application/mscp+xml\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    // A connection that is refused may be reset before all is written.
    let _ = stream.write_all(pdu.as_bytes()).await;
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    while !text.contains("</mscp>") {
        match timeout(PATIENCE, stream.read(&mut buffer)).await.expect("an answer or the end") {
            Ok(0) | Err(_) => break,
            Ok(count) => text.push_str(&String::from_utf8_lossy(&buffer[..count])),
        }
    }
    (stream, text)
}

/// Connects and sends what cannot be read as a request; the answer must say so.
async fn stammer(mscp: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(mscp).await.unwrap();
    stream.write_all(b"REQ MSCP/1.0 1\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4_096];
    let count = timeout(PATIENCE, stream.read(&mut buffer)).await.expect("an answer").unwrap();
    assert!(buffer[..count].starts_with(b"MSCP/1.0 400 "), "{:?}", &buffer[..count]);
    stream
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 1];
    matches!(timeout(PATIENCE, stream.read(&mut buffer)).await, Ok(Ok(0) | Err(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_never_spoke_gives_way_the_oldest_first() {
    let server = server().await;
    let mut oldest = TcpStream::connect(server.mscp).await.unwrap();
    let _silent = TcpStream::connect(server.mscp).await.unwrap();
    let (_speaker, answer) = ask(server.mscp).await;
    assert!(answer.contains("conferencecreated"), "{answer}");
    assert!(is_closed(&mut oldest).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sent_only_bad_requests_gives_way_too() {
    let server = server().await;
    let mut oldest = stammer(server.mscp).await;
    let _other = stammer(server.mscp).await;
    let (_speaker, answer) = ask(server.mscp).await;
    assert!(answer.contains("conferencecreated"), "{answer}");
    assert!(is_closed(&mut oldest).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_spoken_keeps_its_place() {
    let server = server().await;
    let (_first, answer) = ask(server.mscp).await;
    assert!(answer.contains("conferencecreated"), "{answer}");
    let (_second, answer) = ask(server.mscp).await;
    assert!(answer.contains("conferencecreated"), "{answer}");
    let (_third, answer) = ask(server.mscp).await;
    assert_eq!(answer, "", "no place is left");
}
