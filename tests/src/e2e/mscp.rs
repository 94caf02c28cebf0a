//! An application server in a few lines over a plain socket, with no code in common with the
//! server's: text out, text in.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long the server may take to answer anything here.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a `<join>` says so that nothing but the other voices is heard, as they were sent.
const PLAIN: &str = r#"entertone="false" exittone="false" autoinputgain="false" autooutputgain="false" dtmfclamp="false" toneclamp="false""#;

/// A channel to the server.
#[derive(Debug)]
pub struct AppServer {
    socket: TcpStream,
    reader: BufReader<TcpStream>,
    last_id: u32,
    notifications: Vec<String>,
}

/// One PDU as it came: the start line, and the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdu {
    /// `MSCP/1.0 200 OK 17`, or `NOTIF MSCP/1.0`.
    pub start_line: String,
    /// The XML.
    pub body: String,
}

impl AppServer {
    /// Connects.
    ///
    /// # Panics
    /// When the server does not listen.
    #[must_use]
    pub fn connect(address: SocketAddr) -> AppServer {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let reader = BufReader::new(socket.try_clone().unwrap());
        AppServer { socket, reader, last_id: 0, notifications: Vec::new() }
    }

    /// Sends a request element, and gives the answer; notifications that come first are kept.
    ///
    /// # Panics
    /// When the answer is not a 200 to this request, or does not come.
    pub fn ask(&mut self, request: &str) -> String {
        self.last_id += 1;
        let id = self.last_id;
        self.socket.write_all(&request_pdu(id, request)).unwrap();
        loop {
            let pdu = self.read();
            if pdu.start_line.starts_with("NOTIF") {
                self.notifications.push(pdu.body);
                continue;
            }
            assert_eq!(pdu.start_line, format!("MSCP/1.0 200 OK {id}"), "{}", pdu.body);
            return pdu.body;
        }
    }

    /// Creates a conference and gives its id.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn create_conference(&mut self) -> String {
        let answer = self.ask("<createconference/>");
        attribute(&answer, "conferenceid").unwrap_or_else(|| panic!("{answer}"))
    }

    /// Joins two end points with the children of `<join>` given. Tones at the door and all that the
    /// server does to voices are off: the callers' voices are tones themselves.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn join(&mut self, one: &str, other: &str, streams: &str) {
        let answer =
            self.ask(&format!(r#"<join id1="{one}" id2="{other}" {PLAIN}>{streams}</join>"#));
        assert!(answer.contains("<conferencejoined"), "{answer}");
    }

    /// Unjoins two end points.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn unjoin(&mut self, one: &str, other: &str) {
        let answer = self.ask(&format!(r#"<unjoin id1="{one}" id2="{other}"/>"#));
        assert!(answer.contains("<conferenceunjoined"), "{answer}");
    }

    /// Destroys a conference.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn destroy(&mut self, conference: &str) {
        let answer = self.ask(&format!(r#"<destroyconference conferenceid="{conference}"/>"#));
        assert!(answer.contains("<conferencedestroyed"), "{answer}");
    }

    /// Asks to be told of the calls there are and those to come.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn watch(&mut self) {
        let answer = self.ask(r#"<a:watch xmlns:a="urn:antiphon:mscp:1"/>"#);
        assert!(answer.contains("watching"), "{answer}");
    }

    /// The first notification, come or to come, that holds all of `words`.
    ///
    /// # Panics
    /// When none comes in time.
    pub fn notification(&mut self, words: &[&str]) -> String {
        let start = Instant::now();
        let fits = |body: &String| words.iter().all(|word| body.contains(word));
        loop {
            if let Some(index) = self.notifications.iter().position(fits) {
                return self.notifications.remove(index);
            }
            assert!(start.elapsed() < PATIENCE, "no {words:?} among {:?}", self.notifications);
            let pdu = self.read();
            assert!(pdu.start_line.starts_with("NOTIF"), "{pdu:?}");
            self.notifications.push(pdu.body);
        }
    }

    /// Notifications that came and were not asked for yet.
    #[must_use]
    pub fn pending(&self) -> &[String] {
        &self.notifications
    }

    /// The id of the next call to be established; [`AppServer::watch`] comes first.
    pub fn next_connection(&mut self) -> String {
        let started = self.notification(&["connectionstarted"]);
        attribute(&started, "connectionid").unwrap_or_else(|| panic!("{started}"))
    }

    fn read(&mut self) -> Pdu {
        read_pdu(&mut self.reader).expect("a whole PDU before the stream ends")
    }
}

/// Reads one PDU of the draft's section 7.2.2; `None` at the end of the stream.
///
/// # Panics
/// When what comes is none, or not in time.
pub fn read_pdu(reader: &mut impl BufRead) -> Option<Pdu> {
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap() == 0 {
        return None;
    }
    let start_line = line.trim_end().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the stream ends in a header");
        if line.trim_end().is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some(Pdu { start_line, body: String::from_utf8(body).unwrap() })
}

/// A request element as a whole PDU.
#[must_use]
pub fn request_pdu(id: u32, request: &str) -> Vec<u8> {
    let body =
        format!(r#"<mscp version="1.0" xmlns="urn:ietf:mscp"><request>{request}</request></mscp>"#);
    pdu(&format!("REQ MSCP/1.0 {id}"), &body)
}

/// A start line and a body as a whole PDU.
#[must_use]
pub fn pdu(start_line: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{start_line}\r\nContent-Type: application/mscp+xml\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The value of the first attribute of this name in a message.
#[must_use]
pub fn attribute(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}
