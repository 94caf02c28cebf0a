//! Calls over TCP, whatever the segments.
use crate::common::{ANSWER, Draft, OFFER, Received, Server, patiently};
use sip::{EndReason, Event, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A caller on TCP.
struct Caller {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Caller {
    async fn of(server: &Server) -> Self {
        let stream = TcpStream::connect(server.agent.local_addr()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, unread: Vec::new() }
    }

    fn request(&self, method: &str, call_id: &str, cseq: u32) -> Draft {
        Draft::new(method, call_id, cseq, self.stream.local_addr().unwrap(), "TCP")
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    async fn receive(&mut self) -> Received {
        loop {
            if let Some(message) = self.take() {
                return message;
            }
            assert!(self.read_more().await > 0, "closed after {:?}", self.unread);
        }
    }

    async fn final_response(&mut self) -> Received {
        let mut response = self.receive().await;
        while response.status() < 200 {
            response = self.receive().await;
        }
        response
    }

    /// Puts a question that gets its answer.
    async fn is_answered(&mut self, call_id: &str) {
        let options = self.request("OPTIONS", call_id, 1).text();
        self.send(&options).await;
        assert_eq!(self.receive().await.status(), 200);
    }

    async fn read_more(&mut self) -> usize {
        patiently(self.stream.read_buf(&mut self.unread)).await.unwrap_or(0)
    }

    fn take(&mut self) -> Option<Received> {
        let text = String::from_utf8(self.unread.clone()).unwrap();
        let head = text.find("\r\n\r\n")? + 4;
        let length: usize = Received(text.clone()).header("Content-Length").parse().unwrap();
        if text.len() < head + length {
            return None;
        }
        self.unread.drain(..head + length);
        Some(Received(text[..head + length].to_owned()))
    }
}

#[tokio::test]
async fn a_call_in_small_segments() {
    let mut server = Server::start().await;
    let mut caller = Caller::of(&server).await;
    let invite = caller.request("INVITE", "tcp@1", 1).sdp(OFFER).text();
    for segment in invite.as_bytes().chunks(7) {
        caller.stream.write_all(segment).await.unwrap();
        caller.stream.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    let invitation = server.invited().await;
    assert_eq!(invitation.transport, Transport::Tcp);
    assert_eq!(invitation.offer.as_deref(), Some(OFFER.as_bytes()));
    server.agent.accept(&invitation.call, ANSWER);
    let ok = caller.final_response().await;
    assert_eq!((ok.status(), ok.body()), (200, ANSWER));
    assert!(ok.header("Contact").contains(";transport=tcp"));
    // ACK and BYE in one segment.
    let to = ok.header("To");
    let ack = caller.request("ACK", "tcp@1", 1).to(&to).branch("x").text();
    let bye = caller.request("BYE", "tcp@1", 2).to(&to).text();
    caller.send(&(ack + &bye)).await;
    assert_eq!(caller.final_response().await.header("CSeq"), "2 BYE");
    let call = invitation.call;
    assert_eq!(server.event().await, Event::Acked { call: call.clone(), answer: None });
    assert_eq!(server.event().await, Event::Ended { call, reason: EndReason::Bye });
}

#[tokio::test]
async fn the_server_says_bye_on_the_connection_of_the_call() {
    let mut server = Server::start().await;
    let mut caller = Caller::of(&server).await;
    let invite = caller.request("INVITE", "tcp@2", 1).sdp(OFFER);
    caller.send(&invite.text()).await;
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    let to = caller.final_response().await.header("To");
    let ack = caller.request("ACK", "tcp@2", 1).to(&to).branch("x").text();
    caller.send(&ack).await;
    server.event().await;
    server.agent.bye(&call, None);
    let bye = caller.receive().await;
    assert!(bye.first_line().starts_with("BYE sip:ann@"), "{bye:?}");
    assert!(bye.header("Via").starts_with("SIP/2.0/TCP "));
}

#[tokio::test]
async fn without_its_connection_the_call_is_reached_at_its_contact() {
    let mut server = Server::start().await;
    let mut caller = Caller::of(&server).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut invite = caller.request("INVITE", "tcp@3", 1).sdp(OFFER);
    invite.contact = format!("<sip:ann@{};transport=tcp>", listener.local_addr().unwrap());
    caller.send(&invite.text()).await;
    let call = server.invited().await.call;
    server.agent.accept(&call, ANSWER);
    let to = caller.final_response().await.header("To");
    let ack = caller.request("ACK", "tcp@3", 1).to(&to).branch("x").text();
    caller.send(&ack).await;
    server.event().await;
    // The peer closes; the server's own end of stream tells that it has seen it.
    caller.stream.shutdown().await.unwrap();
    assert_eq!(caller.read_more().await, 0);
    server.agent.bye(&call, None);
    let (stream, _) = patiently(listener.accept()).await.unwrap();
    let mut reached = Caller { stream, unread: Vec::new() };
    assert!(reached.receive().await.first_line().starts_with("BYE "));
}

#[tokio::test]
async fn a_ping_gets_its_pong() {
    let server = Server::start().await;
    let mut caller = Caller::of(&server).await;
    caller.send("\r\n\r\n").await;
    while caller.unread.len() < 2 {
        assert!(caller.read_more().await > 0);
    }
    assert_eq!(caller.unread, b"\r\n");
}

#[tokio::test]
async fn an_absurd_length_is_answered_and_the_connection_closed() {
    let server = Server::start().await;
    let mut caller = Caller::of(&server).await;
    let text = caller.request("OPTIONS", "tcp@4", 1).text();
    caller.send(&text.replace("Content-Length: 0", "Content-Length: 100000000000000")).await;
    assert_eq!(caller.receive().await.first_line(), "SIP/2.0 413 Request Entity Too Large");
    assert_eq!(caller.read_more().await, 0);
}

/// A connection on which a question was answered.
async fn heard(server: &Server, call_id: &str) -> Caller {
    let mut caller = Caller::of(server).await;
    caller.is_answered(call_id).await;
    caller
}

#[tokio::test]
async fn the_connection_that_was_silent_for_longest_gives_way() {
    // Half of them to a source, and all callers are one.
    let server = Server::with(|config| config.limits.connections = 4).await;
    let mut first = heard(&server, "tcp@5").await;
    let mut second = heard(&server, "tcp@6").await;
    first.is_answered("tcp@7").await;
    let mut third = heard(&server, "tcp@8").await;
    assert_eq!(second.read_more().await, 0);
    first.is_answered("tcp@9").await;
    third.is_answered("tcp@10").await;
}

#[tokio::test]
async fn a_connection_with_a_call_does_not_give_way() {
    let mut server = Server::with(|config| config.limits.connections = 2).await;
    let mut first = Caller::of(&server).await;
    let invite = first.request("INVITE", "tcp@11", 1).sdp(OFFER);
    first.send(&invite.text()).await;
    let call = server.invited().await.call;
    let mut second = Caller::of(&server).await;
    assert_eq!(second.read_more().await, 0);
    server.agent.reject(&call, sip::Rejection::busy());
    assert_eq!(first.final_response().await.status(), 486);
    server.no_calls().await;
    heard(&server, "tcp@12").await;
    assert_eq!(first.read_more().await, 0);
}
