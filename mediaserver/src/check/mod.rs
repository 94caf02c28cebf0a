//! `mediaserver check FILE`: is it right, and if not, where is it wrong?
//!
//! What a file is meant to be is told by its name where that is plain (`.toml`) and by its content
//! otherwise: XML by its root element, anything else is taken for a configuration. Each fault is a line
//! `FILE:LINE:COLUMN: message`, which editors understand.

mod root;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use mscp_proto::{Limits, Message};

use crate::config::{Config, Written};
use crate::exit::FAILURE;

/// A file past this size is refused: nothing that is checked here may be as large.
const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// What a file was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A configuration of `mediaserver serve`.
    Configuration,
    /// An MSCP message: the XML, without the start line and headers of the TCP channel.
    Message,
}

/// A file that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// What it was recognised as.
    pub kind: Kind,
    /// What is unwise in it, one line each.
    pub warnings: Vec<String>,
}

impl From<Kind> for Examined {
    fn from(kind: Kind) -> Self {
        Self { kind, warnings: Vec::new() }
    }
}

/// Examines a file.
///
/// # Errors
/// One line per fault, in the order of the file.
pub fn examine(path: &Path) -> Result<Examined, Vec<String>> {
    let at_all = |message: &dyn std::fmt::Display| vec![format!("{}: {message}", path.display())];
    let bytes = read_bounded(path).map_err(|error| at_all(&error))?;
    if path.extension().is_some_and(|extension| extension == "toml") {
        return examine_configuration(path, &bytes);
    }
    match root::of(&bytes) {
        Some("mscp") => examine_message(path, &bytes),
        Some("vxml") => Err(at_all(&"checking VoiceXML documents is not supported yet")),
        Some("grammar") => Err(at_all(&"checking grammars is not supported yet")),
        Some(name) => Err(at_all(&format!(
            "the root element <{name}> is neither <mscp> nor anything else that is checked"
        ))),
        None if bytes.starts_with(b"#ABNF") => {
            Err(at_all(&"checking grammars is not supported yet"))
        }
        None if bytes.starts_with(b"MSCP/") => Err(vec![format!(
            "{}:1:1: begins with a start line; give the XML after the headers alone",
            path.display()
        )]),
        None => examine_configuration(path, &bytes),
    }
}

/// Examines a file and prints the result: `FILE: ok` to standard output, warnings to standard error
/// and exit code 0, or the faults to standard error and exit code 2.
#[allow(clippy::print_stdout, clippy::print_stderr)] // This is the command's whole purpose.
pub fn run(path: &Path) -> ExitCode {
    match examine(path) {
        Ok(Examined { kind, warnings }) => {
            warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
            println!("{}: ok ({})", path.display(), kind.name());
            ExitCode::SUCCESS
        }
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("{fault}"));
            ExitCode::from(FAILURE)
        }
    }
}

impl Kind {
    /// As it is shown to a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Message => "MSCP message",
        }
    }
}

fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= MAX_FILE_BYTES) {
        return Ok(bytes);
    }
    Err(std::io::Error::other(format!("larger than {MAX_FILE_BYTES} bytes")))
}

fn examine_configuration(path: &Path, bytes: &[u8]) -> Result<Examined, Vec<String>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line =
            bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        vec![format!("{}:{line}:1: this line is not UTF-8 text", path.display())]
    })?;
    let resolved = Written::from_text(path, text).and_then(|written| Config::resolve(&written));
    match resolved {
        Ok(config) => Ok(Examined {
            kind: Kind::Configuration,
            warnings: config.warnings.iter().map(ToString::to_string).collect(),
        }),
        Err(error) => Err(error.lines()),
    }
}

fn examine_message(path: &Path, bytes: &[u8]) -> Result<Examined, Vec<String>> {
    match Message::parse(bytes, &Limits::default().xml) {
        Ok(_) => Ok(Kind::Message.into()),
        Err(error) => {
            let place = format!("{}:{}:{}", path.display(), error.line, error.column);
            Err(vec![format!("{place}: {}", error.reason)])
        }
    }
}
