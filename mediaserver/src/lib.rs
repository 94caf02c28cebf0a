//! The media server: control core, shell, and the `mediaserver` binary.
//!
//! An application server tells it over MSCP what to do, SIP brings it calls, and it plays, listens
//! and mixes in real time. Start reading at [`server`], which draws the threads and tasks, then at
//! [`control`], which decides everything that is not real time.
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`], [`run`] | the command line and its entry |
//! | [`serve`], [`demo`], [`ctl`], [`check`] | the subcommands of the same names |
//! | [`config`] | the configuration, as written and as resolved |
//! | [`server`] | the shell: sockets, tasks and threads |
//! | [`control`] | the control core, a value |
//! | [`engine`] | the engine thread: pace and privileges |
//! | [`client`] | an application server's end of MSCP over TCP |
//! | [`fetch`] | documents for dialogs: http(s), data, file |
//! | [`http`], [`metrics`], [`logging`] | what an operator sees |

pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod control;
pub mod ctl;
pub mod demo;
pub mod engine;
pub mod exit;
pub mod fetch;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod serve;
pub mod server;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

/// The program: reads the command line and does what it says.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return exit::after_clap(&error),
    };
    match cli.command {
        Command::Serve(args) => serve::serve(&args),
        Command::Demo(args) => demo::demo(&args),
        Command::Ctl(args) => ctl::ctl(args),
        Command::Check(args) => check::run(&args.file),
    }
}
