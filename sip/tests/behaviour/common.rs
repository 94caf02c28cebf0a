//! A server on loopback and a peer that writes its messages by hand.
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use sip::{Agent, CallKey, Config, Event, Invitation};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A session description nobody here looks into.
pub(crate) const OFFER: &str =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 4000 RTP/AVP 0\r\n";
/// Another one.
pub(crate) const ANSWER: &str =
    "v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 5000 RTP/AVP 0\r\n";
/// Far beyond the length of any test.
const SLOW: Duration = Duration::from_secs(600);
/// When a test hangs, it fails after this.
const PATIENCE: Duration = Duration::from_secs(20);

/// An agent and its events.
pub(crate) struct Server {
    pub(crate) agent: Agent,
    pub(crate) events: mpsc::Receiver<Event>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(([127, 0, 0, 1], 0).into());
        // Nothing repeats by itself, however slow the machine, unless a test wants it to.
        config.timers.t1 = SLOW;
        config.timers.t2 = SLOW;
        change(&mut config);
        let (sender, events) = mpsc::channel(64);
        let agent = Agent::bind(config, sender).await.unwrap();
        Self { agent, events }
    }

    pub(crate) async fn event(&mut self) -> Event {
        patiently(self.events.recv()).await.unwrap()
    }

    pub(crate) async fn invited(&mut self) -> Invitation {
        match self.event().await {
            Event::Invited(invitation) => invitation,
            other => panic!("no invitation but {other:?}"),
        }
    }

    /// A call from this peer, up to its ACK.
    pub(crate) async fn answered_call(&mut self, peer: &Peer, call_id: &str) -> Established {
        peer.send(&peer.request("INVITE", call_id, 1).sdp(OFFER).text()).await;
        let call = self.invited().await.call;
        self.agent.accept(&call, ANSWER);
        let ok = peer.final_response().await;
        assert_eq!(ok.status(), 200);
        let to = ok.header("To");
        peer.send(&peer.request("ACK", call_id, 1).to(&to).branch("ack1").text()).await;
        assert_eq!(self.event().await, Event::Acked { call: call.clone(), answer: None });
        Established { call, to }
    }

    /// Waits until no call is left; the count follows the events within one turn of the agent.
    pub(crate) async fn no_calls(&self) {
        let emptied = async {
            while self.agent.calls() > 0 {
                tokio::task::yield_now().await;
            }
        };
        patiently(emptied).await;
    }
}

/// A call that stands.
pub(crate) struct Established {
    pub(crate) call: CallKey,
    /// The value of To with the server's tag.
    pub(crate) to: String,
}

/// A caller on UDP.
pub(crate) struct Peer {
    socket: UdpSocket,
    server: SocketAddr,
}

impl Peer {
    pub(crate) async fn of(server: &Server) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        Self { socket, server: server.agent.local_addr() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub(crate) fn request(&self, method: &str, call_id: &str, cseq: u32) -> Draft {
        Draft::new(method, call_id, cseq, self.address(), "UDP")
    }

    pub(crate) async fn send(&self, text: &str) {
        self.send_bytes(text.as_bytes()).await;
    }

    pub(crate) async fn send_bytes(&self, bytes: &[u8]) {
        self.socket.send_to(bytes, self.server).await.unwrap();
    }

    pub(crate) async fn receive(&self) -> Received {
        let mut buffer = vec![0; 65_535];
        let (length, _) = patiently(self.socket.recv_from(&mut buffer)).await.unwrap();
        Received(String::from_utf8(buffer[..length].to_vec()).unwrap())
    }

    /// The next response that is final.
    pub(crate) async fn final_response(&self) -> Received {
        loop {
            let response = self.receive().await;
            if response.status() >= 200 {
                return response;
            }
        }
    }

    /// Sends and takes the final response.
    pub(crate) async fn ask(&self, draft: Draft) -> Received {
        self.send(&draft.text()).await;
        self.final_response().await
    }

    /// Answers a request of the server with 200.
    pub(crate) async fn agree(&self, request: &Received) {
        let copied: String = ["Via", "From", "To", "Call-ID", "CSeq"]
            .map(|name| format!("{name}: {}\r\n", request.header(name)))
            .concat();
        self.send(&format!("SIP/2.0 200 OK\r\n{copied}Content-Length: 0\r\n\r\n")).await;
    }

    /// Proves that nothing more is on its way: the answer to a fresh OPTIONS comes next.
    pub(crate) async fn hears_nothing(&self, call_id: &str) {
        let options = self.request("OPTIONS", call_id, 1).branch(call_id);
        self.send(&options.text()).await;
        let next = self.receive().await;
        assert_eq!(next.header("CSeq"), "1 OPTIONS", "heard {next:?}");
        assert_eq!(next.header("Call-ID"), call_id);
    }
}

/// A request being written.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) via: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) call_id: String,
    pub(crate) cseq: String,
    pub(crate) contact: String,
    pub(crate) branch: String,
    pub(crate) extra: String,
    pub(crate) body: String,
}

impl Draft {
    pub(crate) fn new(
        method: &str,
        call_id: &str,
        cseq: u32,
        from: SocketAddr,
        carrier: &str,
    ) -> Self {
        let lower = carrier.to_lowercase();
        Self {
            method: method.into(),
            uri: "sip:ms@127.0.0.1".into(),
            via: format!("SIP/2.0/{carrier} {from}"),
            from: "\"Ann\" <sip:ann@127.0.0.1>;tag=ann".into(),
            to: "<sip:ms@127.0.0.1>".into(),
            call_id: call_id.into(),
            cseq: format!("{cseq} {method}"),
            contact: format!("<sip:ann@{from};transport={lower}>"),
            branch: format!("{call_id}{cseq}"),
            extra: String::new(),
            body: String::new(),
        }
    }

    pub(crate) fn to(mut self, to: &str) -> Self {
        self.to = to.into();
        self
    }

    pub(crate) fn branch(mut self, branch: &str) -> Self {
        self.branch = branch.into();
        self
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        self.extra.push_str(line);
        self.extra.push_str("\r\n");
        self
    }

    pub(crate) fn sdp(self, body: &str) -> Self {
        self.body("application/sdp", body)
    }

    pub(crate) fn body(mut self, content_type: &str, body: &str) -> Self {
        self.body = body.into();
        self.header(&format!("Content-Type: {content_type}"))
    }

    pub(crate) fn text(&self) -> String {
        let Self { method, uri, via, from, to, call_id, cseq, contact, branch, extra, body } = self;
        let length = body.len();
        format!(
            "{method} {uri} SIP/2.0\r\nVia: {via};branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
             From: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\n\
             Contact: {contact}\r\n{extra}Content-Length: {length}\r\n\r\n{body}"
        )
    }
}

/// A message from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received(pub(crate) String);

impl Received {
    /// The status; 0 for a request.
    pub(crate) fn status(&self) -> u16 {
        let status = self.0.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3));
        status.map_or(0, |status| status.parse().unwrap())
    }

    pub(crate) fn first_line(&self) -> &str {
        self.0.lines().next().unwrap()
    }

    /// The value of a header field, which must be there.
    pub(crate) fn header(&self, name: &str) -> String {
        self.find(name).unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }

    pub(crate) fn find(&self, name: &str) -> Option<String> {
        let head = self.0.split("\r\n\r\n").next()?;
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))?;
        Some(line.to_owned())
    }

    pub(crate) fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").unwrap().1
    }
}

/// Fails a test that would wait for ever.
pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("nothing came")
}
