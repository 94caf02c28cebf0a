//! How the program ends when it cannot do what was asked: one clear line, and exit code 2.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::config::AnyKey;

/// The exit code for a bad flag, a bad file and a port that is in use.
pub const FAILURE: u8 = 2;

/// The exit code for what could be tried, and did not work: a request that was refused.
pub const REFUSED: u8 = 1;

/// Prints `mediaserver: message` to standard error, each line of the message as a line of its own, and
/// gives the exit code to return: [`FAILURE`].
pub fn fail(message: impl Display) -> ExitCode {
    complain(message, FAILURE)
}

/// The same with [`REFUSED`].
pub fn refuse(message: impl Display) -> ExitCode {
    complain(message, REFUSED)
}

#[allow(clippy::print_stderr)] // There is no log yet, or nobody reads it: this is for the person.
fn complain(message: impl Display, code: u8) -> ExitCode {
    for line in message.to_string().lines() {
        eprintln!("mediaserver: {line}");
    }
    ExitCode::from(code)
}

/// Why there is no listening at `address`, as a line that says what to do.
#[must_use]
pub fn cannot_listen(key: &dyn AnyKey, address: SocketAddr, error: &io::Error) -> String {
    let name = key.name();
    let flag = or_flag(key);
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{address} is in use by another program; stop it or set {name}{flag} to another port"
        ),
        io::ErrorKind::AddrNotAvailable => not_ours(key, address),
        io::ErrorKind::PermissionDenied => format!(
            "{address} may not be opened by this user; set {name}{flag} to a port above 1023"
        ),
        _ => format!("{address} ({name}) cannot be listened at: {error}"),
    }
}

/// What to do about an address that another machine has, or none.
#[must_use]
pub fn not_ours(key: &dyn AnyKey, address: impl Display) -> String {
    let (name, flag) = (key.name(), or_flag(key));
    format!("{address} is no address of this machine; set {name}{flag} to one that is")
}

fn or_flag(key: &dyn AnyKey) -> String {
    key.flag().map_or_else(String::new, |flag| format!(" or {flag}"))
}

/// Ends after clap could not or need not go on: help and version are printed and are a success, a bad
/// flag is one line.
pub fn after_clap(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe (`--help | head`) is nothing to complain about.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            fail(what_is_missing(&error.to_string()))
        }
        _ => fail(one_line(error)),
    }
}

/// What to give, after nothing was: a subcommand, or a verb of `ctl`.
fn what_is_missing(help: &str) -> &'static str {
    let is_ctl = |line: &str| line.starts_with("Usage:") && line.contains(" ctl ");
    if help.lines().any(is_ctl) {
        return "say what to ask for: create, join, play, list … (mediaserver ctl --help tells more)";
    }
    "say what to do: serve, demo, ctl or check (mediaserver --help tells more)"
}

/// Clap writes paragraphs: the error, tips, the usage and where help is. The first two are kept.
#[must_use]
pub fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let told = text.split("\n\nUsage:").next().unwrap_or(&text);
    let told = told.split("\n\nFor more information").next().unwrap_or(told);
    let told = told.trim().trim_start_matches("error: ");
    let sentences: Vec<String> = told.split("\n\n").map(joined).collect();
    sentences.join("; ").replace("  tip: ", "").replace("tip: ", "")
}

fn joined(paragraph: &str) -> String {
    paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
