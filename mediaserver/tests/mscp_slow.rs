//! Application servers that ask more than they read: what they cost is bounded, and what they were
//! still to be told waits for them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::SocketAddr;
use std::time::Duration;

use mediaserver::config::{Config, Written};
use mediaserver::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::yield_now;
use tokio::time::timeout;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

const PATIENCE: Duration = Duration::from_secs(30);

/// Conferences make an audit long: 40 KB, so that a few hundred are more than sockets hold.
const CONFERENCES: u64 = 500;

/// Requests sent before the answers are read.
const BATCH: u64 = 50;

/// Audits that nobody reads: 8 MB.
const AUDITS: u64 = 200;

const AUDIT: &str = "<a:audit xmlns:a=\"urn:antiphon:mscp:1\"/>";

/// A server with these lines in `[mscp]`.
async fn server(mscp: &str, engine: &str) -> Server {
    let text = format!(
        "[sip]\nlisten = \"127.0.0.1:0\"\n[mscp]\nlisten = \"127.0.0.1:0\"\n{mscp}\n\
         [http]\nlisten = \"127.0.0.1:0\"\n[engine]\nrealtime = \"off\"\n{engine}\n"
    );
    let written = Written::from_text("test.toml".as_ref(), &text).unwrap();
    Server::start(Config::resolve(&written).unwrap()).await.unwrap()
}

/// An application server whose socket holds little of what it does not read.
struct Client {
    stream: TcpStream,
    last_id: u64,
    text: String,
}

impl Client {
    async fn connect(mscp: SocketAddr) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(mscp).await.unwrap();
        Client { stream, last_id: 0, text: String::new() }
    }

    async fn send(&mut self, request: &str) {
        self.last_id += 1;
        let body = format!(
            "<mscp version=\"1.0\" xmlns=\"urn:ietf:mscp\"><request>{request}</request></mscp>"
        );
        let (id, length) = (self.last_id, body.len());
        let pdu = format!(
            "REQ MSCP/1.0 {id}\r\nContent-Type: application/mscp+xml\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        // A connection that is cut may be reset before all is written.
        let _ = self.stream.write_all(pdu.as_bytes()).await;
    }

    /// Reads until `count` more messages have come, or the connection ends; returns them.
    async fn read(&mut self, count: usize) -> String {
        let mut buffer = vec![0; 65_536];
        while self.text.matches("</mscp>").count() < count {
            match timeout(PATIENCE, self.stream.read(&mut buffer)).await.expect("a message") {
                Ok(0) | Err(_) => break,
                Ok(count) => self.text.push_str(&String::from_utf8_lossy(&buffer[..count])),
            }
        }
        std::mem::take(&mut self.text)
    }

    async fn ask(&mut self, request: &str) -> String {
        self.send(request).await;
        self.read(1).await
    }

    async fn create_conferences(&mut self) {
        for _ in 0..CONFERENCES / BATCH {
            for _ in 0..BATCH {
                self.send("<createconference/>").await;
            }
            let answers = self.read(BATCH as usize).await;
            assert_eq!(answers.matches("conferencecreated").count() as u64, BATCH, "{answers}");
        }
    }
}

/// `count` samples of silence as a WAV file in a `data:` URI.
fn silence(count: u32) -> String {
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + count).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend([7, 0, 1, 0]); // mu-law, one channel
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend([1, 0, 8, 0]);
    wav.extend(b"data");
    wav.extend(count.to_le_bytes());
    wav.resize(wav.len() + count as usize, 0xff);
    let bytes: String = wav.iter().map(|byte| format!("%{byte:02x}")).collect();
    format!("data:audio/wav,{bytes}")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_none_of_many_long_answers_is_cut_off() {
    let server = server("max-queued-bytes = 0\nmax-queued-messages = 1", "max-ports = 2").await;
    Client::connect(server.mscp).await.create_conferences().await;
    let mut slow = Client::connect(server.mscp).await;
    for _ in 0..AUDITS {
        slow.send(AUDIT).await;
    }
    // Asked by another: when this is answered, so is all that came before.
    let mut other = Client::connect(server.mscp).await;
    assert!(other.ask(AUDIT).await.contains("auditresult"), "others are served");
    let got = slow.read(AUDITS as usize).await.matches("</mscp>").count() as u64;
    assert!(got < AUDITS, "all {got} answers were kept");
}

/// As many as the one above asked for, of a server that bears as little.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_gets_every_answer() {
    let server = server("max-queued-bytes = 0\nmax-queued-messages = 1", "max-ports = 2").await;
    let mut reader = Client::connect(server.mscp).await;
    reader.create_conferences().await;
    for _ in 0..AUDITS {
        assert!(reader.ask(AUDIT).await.contains("</mscp>"), "cut off");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_for_a_lost_connection_is_delivered_to_the_next() {
    let server = server("", "").await;
    let mut lost = Client::connect(server.mscp).await;
    lost.create_conferences().await;
    let answer = lost.ask("<createconference/>").await;
    let conference = answer.split("conferenceid=\"").nth(1).unwrap().split('"').next().unwrap();
    let start = format!(
        "<dialogstart src=\"{}\" type=\"audio/wav\" conferenceid=\"{conference}\"/>",
        silence(4_000)
    );
    assert!(lost.ask(&start).await.contains("dialogstarted"));
    for _ in 0..AUDITS {
        lost.send(AUDIT).await;
    }
    // The dialog ends behind the answers, which fill the connection.
    let ended = async {
        while !server.state().await.unwrap().dialogs.is_empty() {
            yield_now().await;
        }
    };
    timeout(PATIENCE, ended).await.expect("the dialog ends");
    drop(lost);

    let mut next = Client::connect(server.mscp).await;
    let told = next.read(1).await;
    assert!(told.starts_with("NOTIF MSCP/1.0"), "{told}");
    assert!(told.contains("<dialogexit"), "{told}");
    assert_eq!(server.metrics.notifications_dropped.get(), 0);
}

/// The limit is `mscp.max-requests-in-flight`.
#[tokio::test(flavor = "multi_thread")]
async fn one_request_too_many_is_refused_and_ends_the_channel() {
    let server = server("max-requests-in-flight = 2", "").await;
    // It is connected to, and never answers.
    let library = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/never.wav", library.local_addr().unwrap());
    let prepare = format!("<dialogprepare src=\"{uri}\" type=\"audio/wav\"/>");
    let mut client = Client::connect(server.mscp).await;
    for _ in 0..3 {
        client.send(&prepare).await;
    }
    let answer = client.read(2).await;
    assert!(answer.starts_with("MSCP/1.0 400 "), "{answer}");
    assert!(answer.lines().next().unwrap().ends_with(" 3"), "{answer}");
    assert!(answer.contains("more than 2 requests are unanswered"), "{answer}");
    assert_eq!(answer.matches("</mscp>").count(), 1, "then the channel ends: {answer}");
}
