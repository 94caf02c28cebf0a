//! How the program ends when it cannot do what was asked: one clear line, and exit code 2.

use std::fmt::Display;
use std::process::ExitCode;

use clap::error::ErrorKind;

/// The exit code for a bad flag, a bad file and a port that is in use.
pub const FAILURE: u8 = 2;

/// Prints `mediaserver: message` to standard error, each line of the message as a line of its own, and
/// gives the exit code to return.
#[allow(clippy::print_stderr)] // There is no log yet, or nobody reads it: this is for the person.
pub fn fail(message: impl Display) -> ExitCode {
    for line in message.to_string().lines() {
        eprintln!("mediaserver: {line}");
    }
    ExitCode::from(FAILURE)
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
            fail("say what to do: serve, demo, ctl or check (mediaserver --help tells more)")
        }
        _ => fail(one_line(error)),
    }
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
