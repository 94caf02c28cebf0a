//! What a tick of the engine costs, by the number of members and of talkers.
//!
//! `README.md` lists the commands. Times are those of this thread on a processor, the fastest of many
//! and the median: everything that disturbs a measurement makes it slower, and the two tell how much
//! it was. Instructions are counted by valgrind and hardly disturbed by anything.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a benchmark is for"
)]

mod churn;
mod hall;
mod idle;
mod instructions;
mod kernel;
mod legs;
mod measure;
mod rooms;
mod scenes;
mod treatment;

use std::process::ExitCode;

const USAGE: &str =
    "usage: antiphon-benches [kernel | treatment | rooms | legs | idle | churn | instructions]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => {
            // Memory first: what the others leave behind would be used again.
            idle::run();
            kernel::run();
            treatment::run();
            rooms::run();
            legs::run();
        }
        ["kernel"] => kernel::run(),
        ["treatment"] => treatment::run(),
        ["rooms"] => rooms::run(),
        ["legs"] => legs::run(),
        ["idle"] => idle::run(),
        ["churn"] => churn::run(),
        ["instructions"] => return instructions::compare(),
        // What `instructions` has valgrind run.
        ["scene", scene] => return instructions::play(scene),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
