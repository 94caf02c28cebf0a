//! The command line: what it takes, and one clear line for what it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::TcpListener;

use clap::{CommandFactory as _, Parser as _};
use mediaserver::cli::{Cli, Command, CtlVerb, Direction};
use mediaserver::config::keys;
use mediaserver::exit;

fn parse(line: &str) -> Result<Command, clap::Error> {
    Cli::try_parse_from(line.split(' ')).map(|cli| cli.command)
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn a_bad_flag_is_one_line_that_says_what_to_do() {
    for (line, told) in [
        (
            "mediaserver serve --sipp 127.0.0.1:5060",
            "unexpected argument '--sipp' found; a similar argument exists: '--sip'",
        ),
        (
            "mediaserver serve --sip",
            "a value is required for '--sip <ADDR:PORT>' but none was supplied",
        ),
        ("mediaserver check", "the following required arguments were not provided: <FILE>"),
        (
            "mediaserver sevre",
            "unrecognized subcommand 'sevre'; a similar subcommand exists: 'serve'",
        ),
        (
            "mediaserver demo --seconds 0",
            "invalid value '0' for '--seconds <SECONDS>': 0 is not in 8..=600",
        ),
    ] {
        assert_eq!(exit::one_line(&parse(line).unwrap_err()), told, "{line}");
    }
}

#[test]
fn a_join_flows_both_ways_unless_told() {
    let direction = |line| match parse(line).unwrap() {
        Command::Ctl(ctl) => match ctl.verb {
            CtlVerb::Join { direction, .. } => direction,
            verb => panic!("{verb:?}"),
        },
        command => panic!("{command:?}"),
    };
    assert_eq!(direction("mediaserver ctl join a b"), Direction::Both);
    assert_eq!(direction("mediaserver ctl join a b --direction receive"), Direction::Receive);
}

#[test]
fn a_port_in_use_is_one_line_that_names_the_flag() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = TcpListener::bind(address).unwrap_err();
    assert_eq!(
        exit::cannot_listen(&keys::MSCP_LISTEN, address, &error),
        format!(
            "{address} is in use by another program; stop it or set mscp.listen or --mscp to \
             another port"
        ),
    );
}
