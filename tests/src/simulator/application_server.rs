//! The application server: it writes XML, and reads what comes back as XML.
//!
//! Every message passes as bytes of the TCP channel, in both directions, through the same
//! functions as in the server's shell.

use std::net::SocketAddr;

use mediaserver::control::{ChannelId, Event};
use mscp_proto::channel::{Correlation, Incoming, ServerChannel, encode_notification};
use mscp_proto::framing::{Decoder, Pdu, StartLine, Status, Version};
use mscp_proto::message::CONTENT_TYPE;
use mscp_proto::multipart::{self, Resources};
use mscp_proto::{Limits, MSCP_NAMESPACE, Message, Notification, Response};
use sip::{CallKey, EndReason, Invitation, Transport};

use super::Simulator;

/// How an application server asks for a channel (draft 7.2.1).
const CHANNEL_OFFER: &str = "v=0\r\no=as 1 1 IN IP4 203.0.113.1\r\ns=-\r\n\
    c=IN IP4 203.0.113.1\r\nt=0 0\r\nm=application 9 TCP/MS *\r\n\
    a=setup:active\r\na=connection:new\r\n";

/// What the server does to what is heard unless a `<join>` tells it not to (draft 5.3).
pub const TREATMENTS: [&str; 6] =
    ["entertone", "exittone", "autoinputgain", "autooutputgain", "dtmfclamp", "toneclamp"];

/// An application server with one channel.
#[derive(Debug)]
pub struct ApplicationServer {
    /// Everything it was told, in order.
    pub log: Vec<Told>,
    /// Its channel; `None` while it is away.
    pub channel: Option<ChannelId>,
    /// Whether it reads what it is sent; what it does not read is lost with its channel.
    pub reads: bool,
    /// What was to be kept of what it did not read.
    unread: Vec<Notification>,
    via: Option<CallKey>,
    far_end: ServerChannel,
    decoder: Decoder,
    next_request: u64,
}

/// Something that an application server was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The answer to the request of this number.
    Response {
        /// Number of the request.
        request: u64,
        /// How it went with reading it.
        status: Status,
        /// The answer.
        response: Response,
    },
    /// A notification.
    Notification(Notification),
}

impl ApplicationServer {
    fn new(channel: ChannelId, via: Option<CallKey>) -> ApplicationServer {
        let limits = Limits::default();
        ApplicationServer {
            log: Vec::new(),
            channel: Some(channel),
            reads: true,
            unread: Vec::new(),
            via,
            far_end: ServerChannel::new(limits),
            decoder: Decoder::new(limits.frame),
            next_request: 1,
        }
    }

    /// The notifications it was sent so far.
    #[must_use]
    pub fn notifications(&self) -> Vec<Notification> {
        let notifications = self.log.iter().filter_map(|told| match told {
            Told::Notification(notification) => Some(notification.clone()),
            Told::Response { .. } => None,
        });
        notifications.collect()
    }

    /// The answer to a request, if it has come.
    #[must_use]
    pub fn answer(&self, number: u64) -> Option<(Status, Response)> {
        self.log.iter().find_map(|told| match told {
            Told::Response { request, status, response } if *request == number => {
                Some((*status, response.clone()))
            }
            Told::Response { .. } | Told::Notification(_) => None,
        })
    }

    pub(super) fn take_response(&mut self, correlation: &Correlation, response: Response) {
        self.read(&correlation.answer(Status::Ok, response));
    }

    pub(super) fn take_notification(&mut self, notification: Notification, kept: bool) {
        if self.reads {
            self.read(&encode_notification(notification));
        } else if kept {
            self.unread.push(notification);
        }
    }

    /// Its channel ends.
    fn close(&mut self) -> Option<Event> {
        let channel = self.channel.take()?;
        Some(Event::ChannelClosed { channel, undelivered: std::mem::take(&mut self.unread) })
    }

    fn read(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes);
        while let Some(pdu) = self.decoder.poll().expect("the server frames its messages") {
            let told = told(&pdu);
            if let Told::Response { request, .. } = told {
                assert!(self.answer(request).is_none(), "request {request} was answered twice");
            }
            self.log.push(told);
        }
    }
}

impl Simulator {
    /// One more application server connects, or an absent one comes back; returns its index in
    /// [`Simulator::servers`].
    ///
    /// `via` is the SIP dialog that set the channel up, `None` on the plain listener; it decides
    /// who the application server is.
    pub fn connect(&mut self, via: Option<&CallKey>) -> usize {
        let channel = ChannelId(self.servers.len() as u64 + 1);
        self.servers.push(ApplicationServer::new(channel, via.cloned()));
        self.feed(Event::ChannelOpened { channel, via: via.cloned() });
        self.servers.len() - 1
    }

    /// An application server sets a channel up with an INVITE (draft 7.2.1) and connects; returns
    /// its index in [`Simulator::servers`].
    #[track_caller]
    pub fn connect_over_sip(&mut self) -> usize {
        let number = self.servers.len();
        let call = CallKey::incoming(&format!("channel{number}"), "as", "ms");
        let remote = SocketAddr::from(([203, 0, 113, 1], 5_060));
        self.feed(Event::Sip(sip::Event::Invited(Invitation {
            call: call.clone(),
            offer: Some(CHANNEL_OFFER.as_bytes().to_vec()),
            from: "sip:as@example.com".to_owned(),
            to: "sip:ms@example.com".to_owned(),
            request_uri: "sip:ms@example.com".to_owned(),
            remote,
            transport: Transport::Tcp,
        })));
        let answer = self.channel_answers.remove(&call).expect("the channel is granted");
        assert!(String::from_utf8_lossy(&answer).contains("TCP/MS"));
        self.feed(Event::Sip(sip::Event::Acked { call: call.clone(), answer: None }));
        self.connect(Some(&call))
    }

    /// The application server ends the SIP dialog that its channel was set up with.
    pub fn end_sip_dialog(&mut self, server: usize) {
        let call = self.servers[server].via.clone().expect("a channel set up over SIP");
        self.feed(Event::Sip(sip::Event::Ended { call, reason: EndReason::Bye }));
    }

    /// The server closes the channel that a SIP dialog had set up.
    pub(super) fn cut(&mut self, call: &CallKey) -> Option<Event> {
        let theirs = |server: &&mut ApplicationServer| server.via.as_ref() == Some(call);
        self.servers.iter_mut().find(theirs)?.close()
    }

    /// The server closes one channel.
    pub(super) fn cut_channel(&mut self, channel: ChannelId) -> Option<Event> {
        let theirs = |server: &&mut ApplicationServer| server.channel == Some(channel);
        self.servers.iter_mut().find(theirs)?.close()
    }

    /// Connects once more to the port of a channel that was set up over SIP; returns the number of
    /// the new application server.
    pub fn connect_again(&mut self, server: usize) -> usize {
        let call = self.servers[server].via.clone().expect("a channel set up over SIP");
        self.connect(Some(&call))
    }

    /// Whether the channel of an application server is open.
    pub fn has_channel(&self, server: usize) -> bool {
        self.servers[server].channel.is_some()
    }

    /// The channel of an application server breaks.
    pub fn disconnect(&mut self, server: usize) {
        if let Some(closed) = self.servers[server].close() {
            self.feed(closed);
        }
    }

    /// Sends a request of the first application server and waits for the answer.
    #[track_caller]
    pub fn ask(&mut self, request: &str) -> Response {
        self.ask_as(0, request)
    }

    /// Sends a request of an application server and waits for the answer.
    #[track_caller]
    pub fn ask_as(&mut self, server: usize, request: &str) -> Response {
        let number = self.request(server, request, &Resources::default());
        self.wait_for_answer(server, number).1
    }

    /// Waits for the answer to a request.
    #[track_caller]
    pub fn wait_for_answer(&mut self, server: usize, number: u64) -> (Status, Response) {
        self.run_until("an answer", |sim| sim.servers[server].answer(number).is_some());
        self.servers[server].answer(number).unwrap()
    }

    /// Sends a request of the first application server to the letter, a `<join>` with all that the
    /// server does unless it is told not to, and waits for the answer.
    #[track_caller]
    pub fn ask_to_the_letter(&mut self, request: &str) -> Response {
        let number = self.request_to_the_letter(0, request, &Resources::default());
        self.wait_for_answer(0, number).1
    }

    /// Sends a request with resources and does not wait; returns its number.
    pub fn request(&mut self, server: usize, request: &str, resources: &Resources) -> u64 {
        self.request_to_the_letter(server, &joined_plainly(request), resources)
    }

    fn request_to_the_letter(
        &mut self,
        server: usize,
        request: &str,
        resources: &Resources,
    ) -> u64 {
        let xml = self.document("request", request);
        let (content_type, body) = multipart::encode(&xml, resources);
        let number = self.servers[server].next_request;
        self.servers[server].next_request += 1;
        let start = StartLine::Request { version: Version::V1_0, id: number };
        self.send(server, Pdu { start, content_type: Some(content_type), body });
        number
    }

    /// Sends a notification of the first application server.
    pub fn tell(&mut self, notification: &str) {
        self.tell_as(0, notification);
    }

    /// Sends a notification of an application server.
    pub fn tell_as(&mut self, server: usize, notification: &str) {
        let body = self.document("notification", notification).into_bytes();
        let start = StartLine::Notification { version: Version::V1_0 };
        let content_type = Some(CONTENT_TYPE.to_owned());
        self.send(server, Pdu { start, content_type, body });
    }

    /// Creates a conference that hears everyone, under a name.
    #[track_caller]
    pub fn create(&mut self, name: char) {
        self.create_with(name, "<createconference/>");
    }

    /// Creates a conference as a request says, under a name.
    #[track_caller]
    pub fn create_with(&mut self, name: char, request: &str) {
        match self.ask(request) {
            Response::ConferenceCreated(created) => {
                self.name(name, created.conferenceid.as_str());
            }
            other => panic!("no conference: {other:?}"),
        }
    }

    /// Joins two by name; `both`, `receive` (from the first to the second) or `transmit`.
    #[track_caller]
    pub fn join(&mut self, id1: char, id2: char, direction: &str) {
        let stream = format!("<stream type='audio' direction='{direction}'/>");
        let response = self.ask(&format!("<join id1='${id1}' id2='${id2}'>{stream}</join>"));
        assert!(matches!(response, Response::ConferenceJoined(_)), "not joined: {response:?}");
    }

    /// Unjoins two by name.
    #[track_caller]
    pub fn unjoin(&mut self, id1: char, id2: char) {
        let response = self.ask(&format!("<unjoin id1='${id1}' id2='${id2}'/>"));
        assert!(matches!(response, Response::ConferenceUnjoined(_)), "joined: {response:?}");
    }

    /// Destroys a conference by name.
    #[track_caller]
    pub fn destroy(&mut self, name: char) {
        let response = self.ask(&format!("<destroyconference conferenceid='${name}'/>"));
        assert!(matches!(response, Response::ConferenceDestroyed(_)), "there: {response:?}");
    }

    /// Starts a dialog with this URI on an end point (`connectionid='$a'`), under a name.
    #[track_caller]
    pub fn start_dialog(&mut self, name: char, uri: &str, end_point: &str) {
        let request = format!("<dialogstart src='{uri}' type='audio/wav' {end_point}/>");
        self.start_dialog_with(name, &request);
    }

    /// Starts a dialog as a request says, under a name.
    #[track_caller]
    pub fn start_dialog_with(&mut self, name: char, request: &str) {
        match self.ask(request) {
            Response::DialogStarted(started) => self.name(name, started.dialogid.as_str()),
            other => panic!("no dialog: {other:?}"),
        }
    }

    pub(super) fn server_on(&mut self, channel: ChannelId) -> Option<&mut ApplicationServer> {
        self.servers.iter_mut().find(|server| server.channel == Some(channel))
    }

    /// A whole document round one element, with identifiers in place of names.
    fn document(&self, container: &str, element: &str) -> String {
        let element = self.with_ids(element);
        format!(
            "<mscp version=\"1.0\" xmlns=\"{MSCP_NAMESPACE}\">\
             <{container}>{element}</{container}></mscp>"
        )
    }

    fn with_ids(&self, text: &str) -> String {
        let mut pieces = text.split('$');
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let mut rest = piece.chars();
            let name = rest.next().expect("a name after $");
            filled.push_str(&self.id(name));
            filled.push_str(rest.as_str());
        }
        filled
    }

    fn send(&mut self, server: usize, pdu: Pdu) {
        let channel = self.servers[server].channel.expect("a channel that is open");
        let far_end = &mut self.servers[server].far_end;
        far_end.push(&pdu.encode());
        match far_end.poll().expect("a whole message") {
            Incoming::Request { correlation, request, resources } => {
                self.feed(Event::Request { channel, correlation, request, resources });
            }
            Incoming::Notification { notification, .. } => {
                self.feed(Event::Notified { channel, notification });
            }
            Incoming::Refused(refusal) => {
                let answer = refusal.answer(|| "none".to_owned());
                self.servers[server].read(&answer);
            }
            other => panic!("the far end did not understand: {other:?}"),
        }
    }
}

/// A `<join>` says of each of [`TREATMENTS`] that it is off, unless it says something else of it: the
/// voices of callers are tones, which the server would level and clamp, and hear others beside.
fn joined_plainly(request: &str) -> String {
    let Some(attributes) = request.strip_prefix("<join ") else { return request.to_owned() };
    let unsaid = TREATMENTS.iter().filter(|name| !attributes.contains(&format!("{name}=")));
    let off: String = unsaid.map(|name| format!("{name}='false' ")).collect();
    format!("<join {off}{attributes}")
}

fn told(pdu: &Pdu) -> Told {
    let message = Message::parse(&pdu.body, &Limits::default().xml).expect("the server's XML");
    match (pdu.start, message) {
        (
            StartLine::Response { status, id: request, .. },
            Message::Response { body: response, .. },
        ) => Told::Response { request, status, response },
        (StartLine::Notification { .. }, Message::Notification(notification)) => {
            Told::Notification(notification)
        }
        other => panic!("not for an application server: {other:?}"),
    }
}
