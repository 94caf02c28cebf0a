//! The agent over real sockets on loopback, against peers that write their messages by hand; one
//! file per behaviour.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // The peers are tasks with sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

mod answer;
mod bye;
mod cancel;
mod info;
mod lifetime;
mod malformed;
mod offerless;
mod options;
mod outgoing;
mod reinvite;
mod require;
mod retransmission;
mod tcp;
mod unknown_dialog;
