//! The draft's 7.2.1: INVITE with `m=application 9 TCP/MS`, TCP to the port in the answer, BYE.
//!
//! The application server here is raw text on real sockets, as the draft prints it; where the draft
//! is not SIP (no Via port, a Call-ID without host) the peer is not either.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::SocketAddr;
use std::time::Duration;

use mediaserver::config::{Config, Written};
use mediaserver::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;

const PATIENCE: Duration = Duration::from_secs(10);

const OFFER: &str = "v=0\r\no=as 53655765 53655765 IN IP4 127.0.0.1\r\ns=Example\r\n\
    c=IN 127.0.0.1\r\nm=application 9 TCP/MS\r\na=setup:active\r\na=connection:new\r\n";

async fn server() -> Server {
    let text = "[sip]\nlisten = \"127.0.0.1:0\"\n[mscp]\nlisten = \"127.0.0.1:0\"\n\
        grace-seconds = 3600\n[http]\nlisten = \"127.0.0.1:0\"\n[engine]\nrealtime = \"off\"\n";
    let config = Config::resolve(&Written::from_text("test.toml".as_ref(), text).unwrap()).unwrap();
    Server::start(config).await.unwrap()
}

/// An application server's SIP side: one dialog, requests and responses as text.
struct Dialog {
    socket: UdpSocket,
    server: SocketAddr,
    call_id: String,
    to_tag: String,
    cseq: u32,
}

impl Dialog {
    async fn invite(server: SocketAddr, call_id: &str) -> (Dialog, String) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (call_id, to_tag) = (call_id.to_owned(), String::new());
        let mut dialog = Dialog { socket, server, call_id, to_tag, cseq: 314_161 };
        let answer = dialog.request("INVITE", OFFER).await;
        assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
        let to = answer.lines().find(|line| line.starts_with("To:")).unwrap();
        dialog.to_tag = format!(";tag={}", to.split(";tag=").nth(1).unwrap());
        dialog.send("ACK", "").await;
        (dialog, answer)
    }

    async fn send(&self, method: &str, body: &str) {
        let me = self.socket.local_addr().unwrap();
        let Dialog { server, call_id, to_tag, cseq, .. } = self;
        let content_type = match (method, body) {
            (_, "") => "",
            ("INFO", _) => "Content-Type: application/mscp+xml\r\n",
            _ => "Content-Type: application/sdp\r\n",
        };
        let text = format!(
            "{method} sip:ms@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{call_id}{method}{cseq}\r\n\
             Max-Forwards: 70\r\nTo: MS <sip:ms@example.com>{to_tag}\r\n\
             From: AS <sip:as@example.com>;tag=1928301774\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq} {method}\r\nContact: <sip:as@{me}>\r\n{content_type}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket.send_to(text.as_bytes(), self.server).await.unwrap();
    }

    /// Sends a request and returns its final response.
    async fn request(&mut self, method: &str, body: &str) -> String {
        if method != "INVITE" || !self.to_tag.is_empty() {
            self.cseq += 1;
        }
        self.send(method, body).await;
        let mut buffer = [0; 4_096];
        loop {
            let received = timeout(PATIENCE, self.socket.recv(&mut buffer)).await;
            let count = received.expect("the server answers").unwrap();
            let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
            let ours = text.contains(&format!("CSeq: {} {method}", self.cseq));
            if text.starts_with("SIP/2.0 ") && !text.starts_with("SIP/2.0 1") && ours {
                return text;
            }
        }
    }
}

fn port_in(answer: &str) -> u16 {
    let line = answer.lines().find(|line| line.starts_with("m=application")).unwrap();
    line.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn ask(stream: &mut TcpStream, id: u32, body: &str) -> String {
    let body =
        format!("<mscp version=\"1.0\" xmlns=\"urn:ietf:mscp\"><request>{body}</request></mscp>");
    let pdu = format!(
        "REQ MSCP/1.0 {id}\r\nContent-Type: application/mscp+xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(pdu.as_bytes()).await.unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    while !text.contains("</mscp>") {
        let count = timeout(PATIENCE, stream.read(&mut buffer)).await.expect("an answer").unwrap();
        assert_ne!(count, 0, "closed after: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    text
}

fn conference_in(answer: &str) -> String {
    let rest = answer.split("conferenceid=\"").nth(1).expect(answer);
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_channel_lives_as_long_as_its_sip_dialog() {
    let server = server().await;
    let (mut dialog, answer) = Dialog::invite(server.sip, "a84b4c76e66710").await;
    assert!(answer.contains("a=setup:passive"), "{answer}");
    assert!(answer.contains("a=connection:new"), "{answer}");

    let mut channel = TcpStream::connect(("127.0.0.1", port_in(&answer))).await.unwrap();
    let created = ask(&mut channel, 1, "<createconference/>").await;
    assert!(created.starts_with("MSCP/1.0 200 OK 1\r\n"), "{created}");

    let bye = dialog.request("BYE", "").await;
    assert!(bye.starts_with("SIP/2.0 200"), "{bye}");
    let mut rest = Vec::new();
    let closed = timeout(PATIENCE, channel.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "BYE closes the TCP connection");
    let is_open = async || TcpStream::connect(("127.0.0.1", port_in(&answer))).await.is_ok();
    let port_closed = timeout(PATIENCE, async { while is_open().await {} }).await;
    assert!(port_closed.is_ok(), "and the port");
    assert!(server.state().await.unwrap().conferences.is_empty(), "and ends what it owned");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_identity_owns_does_not_exist_for_another() {
    let server = server().await;
    let (_one, answer) = Dialog::invite(server.sip, "one").await;
    let (_two, other) = Dialog::invite(server.sip, "two").await;
    let mut owner = TcpStream::connect(("127.0.0.1", port_in(&answer))).await.unwrap();
    let mut stranger = TcpStream::connect(("127.0.0.1", port_in(&other))).await.unwrap();

    let conference = conference_in(&ask(&mut owner, 1, "<createconference/>").await);
    let destroy = format!("<destroyconference conferenceid=\"{conference}\"/>");
    let refused = ask(&mut stranger, 1, &destroy).await;
    assert!(refused.contains("errorconferencedestroy"), "{refused}");
    assert!(refused.contains("does not exist"), "{refused}");
    let destroyed = ask(&mut owner, 2, &destroy).await;
    assert!(destroyed.contains("<conferencedestroyed"), "{destroyed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_made_again_and_finds_everything_in_place() {
    let server = server().await;
    let (mut dialog, answer) = Dialog::invite(server.sip, "lost").await;
    let port = port_in(&answer);
    let mut channel = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let conference = conference_in(&ask(&mut channel, 1, "<createconference/>").await);
    drop(channel);

    let again = dialog.request("INVITE", OFFER).await;
    dialog.send("ACK", "").await;
    assert!(again.starts_with("SIP/2.0 200"), "{again}");
    let mut channel = TcpStream::connect(("127.0.0.1", port_in(&again))).await.unwrap();
    let destroy = format!("<destroyconference conferenceid=\"{conference}\"/>");
    let destroyed = ask(&mut channel, 1, &destroy).await;
    assert!(destroyed.contains("<conferencedestroyed"), "{destroyed}");
}

/// The draft's 7.1 is not spoken: who tries it is told so, and not that all is well.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_an_info_is_refused() {
    let server = server().await;
    let (mut dialog, _) = Dialog::invite(server.sip, "info").await;
    let request = "<mscp version=\"1.0\" xmlns=\"urn:ietf:mscp\"><request><createconference/>\
        </request></mscp>";
    let refused = dialog.request("INFO", request).await;
    assert!(refused.starts_with("SIP/2.0 415 "), "{refused}");
    assert!(refused.contains("\r\nAccept: \r\n"), "{refused}");
    let alive = dialog.request("INFO", "").await;
    assert!(alive.starts_with("SIP/2.0 200 "), "{alive}");
    assert!(server.state().await.unwrap().conferences.is_empty());
}
