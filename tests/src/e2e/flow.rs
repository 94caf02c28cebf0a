//! A message flow of the draft's section 6, played step by step by netcat (Debian's
//! `netcat-openbsd`): what the draft prints goes in on its standard input byte for byte, and what
//! comes out of its standard output is held against what the draft prints.
//!
//! Only what the server assigns is put in the place of what the draft made up: conference and
//! dialog ids, and the To tags in connection ids.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use super::mscp::{Pdu, attribute, pdu, read_pdu};
use super::tools::Process;

/// A channel through netcat.
#[derive(Debug)]
pub struct Netcat {
    _process: Process,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: u32,
    /// What stands for what: the draft's word first.
    substitutions: Vec<(String, String)>,
}

/// The element within `<response>` or `<notification>`: its name and attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The element's name.
    pub name: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
}

impl Netcat {
    /// Connects netcat to the server.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn connect(server: SocketAddr) -> Netcat {
        let mut command = Command::new("nc");
        command.arg(server.ip().to_string()).arg(server.port().to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Process::start(&mut command);
        let input = process.child().stdin.take().unwrap();
        let output = BufReader::new(process.child().stdout.take().unwrap());
        // The draft's own request id in 7.2.6.
        let last_id = 21_090;
        Netcat { _process: process, input, output, last_id, substitutions: Vec::new() }
    }

    /// From here on `theirs`, a word of the draft, stands for `ours`.
    pub fn substitute(&mut self, theirs: &str, ours: &str) {
        self.substitutions.push((theirs.to_owned(), ours.to_owned()));
    }

    /// Sends a document of a flow in a PDU.
    ///
    /// # Panics
    /// When the server has closed the channel.
    pub fn send(&mut self, document: &str) {
        self.last_id += 1;
        let pdu = pdu(&format!("REQ MSCP/1.0 {}", self.last_id), &self.substituted(document));
        self.input.write_all(&pdu).unwrap();
        self.input.flush().unwrap();
    }

    /// The next thing the server says.
    ///
    /// # Panics
    /// When it says nothing more.
    pub fn receive(&mut self) -> Pdu {
        read_pdu(&mut self.output).expect("another PDU")
    }

    /// The next thing the server says, which must be the answer to what was sent last.
    ///
    /// # Panics
    /// When it is not.
    pub fn answer(&mut self) -> Shape {
        let pdu = self.receive();
        assert_eq!(pdu.start_line, format!("MSCP/1.0 200 OK {}", self.last_id), "{}", pdu.body);
        shape(&pdu.body)
    }

    /// The next thing the server says must be what the draft prints in `document`, a response.
    ///
    /// # Panics
    /// When it is not.
    pub fn expect(&mut self, document: &str) {
        let answer = self.answer();
        assert_eq!(answer, shape(&self.substituted(document)));
    }

    /// As [`Netcat::expect`], where the server assigns the attribute `id`, which is learnt.
    ///
    /// # Panics
    /// When the answer is another one.
    pub fn expect_new(&mut self, document: &str, id: &str) {
        let pdu = self.receive();
        let theirs = attribute(document, id).unwrap();
        let ours = attribute(&pdu.body, id).unwrap_or_else(|| panic!("{pdu:?}"));
        self.substitute(&theirs, &ours);
        assert_eq!(shape(&pdu.body), shape(&self.substituted(document)));
    }

    /// A document with the server's words for the draft's.
    #[must_use]
    pub fn substituted(&self, document: &str) -> String {
        let mut text = document.to_owned();
        for (theirs, ours) in &self.substitutions {
            text = text.replace(&format!("\"{theirs}\""), &format!("\"{ours}\""));
        }
        text
    }
}

/// The documents of a folder of `tests/flows/`, in their order.
///
/// # Panics
/// When there is no such folder.
#[must_use]
pub fn documents(section: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows").join(section);
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// The third element of a message: `<mscp>`, `<response>`, and this one.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn shape(message: &str) -> Shape {
    let tag = message.split('<').filter(|tag| !tag.starts_with(['/', '?', '!'])).nth(3);
    let tag = tag.unwrap_or_else(|| panic!("no element in {message}"));
    let (tag, _) = tag.split_once('>').unwrap();
    let tag = tag.trim_end_matches('/');
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut attributes = BTreeMap::new();
    while let Some((attribute, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap();
        attributes.insert(attribute.trim().to_owned(), value.to_owned());
        rest = after;
    }
    Shape { name: name.to_owned(), attributes }
}
