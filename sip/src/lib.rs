//! A SIP user agent for a media server: it answers calls over UDP and TCP, holds and ends them,
//! and makes calls over UDP, behind one [`Agent`] and one stream of [`Event`]s.
//!
//! ```no_run
//! # async fn run() -> Result<(), sip::BindError> {
//! let (sender, mut events) = tokio::sync::mpsc::channel(1_024);
//! let agent = sip::Agent::bind(sip::Config::new(([127, 0, 0, 1], 5060).into()), sender).await?;
//! while let Some(event) = events.recv().await {
//!     if let sip::Event::Invited(invitation) = event {
//!         agent.accept(&invitation.call, "v=0\r\n…");
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # The parts
//!
//! ```text
//!   application ── Agent ──▶ commands ─▶ ┌────────────── shell ──────────────┐ ◀─▶ UDP socket
//!               ◀─ Event ◀── events ◀─── │  one task, the sockets, the clock │ ◀─▶ TCP, a task each
//!                                        │  ┌──────── user_agent ─────────┐  │
//!                                        │  │ a value: messages, commands │  │
//!                                        │  │ and time in; messages and   │  │
//!                                        │  │ events out                  │  │
//!                                        │  └─ dialog · transaction · io ─┘  │
//!                                        └──────── message (rsipstack) ──────┘
//! ```
//!
//! - `agent`, `config`, `command`, `event`, `call`, `rejection`, `figures`: what the application
//!   sees.
//! - `user_agent`: the decisions, one file per request (`invite`, `ack`, `bye`, `cancel`,
//!   `options`, `info`, `update`), `screen` for what precedes them all, `answer` for what the
//!   application says, `outgoing` and `reinvite` for INVITEs from here, `probe` for silent peers.
//! - `dialog`: RFC 3261 section 12. `transaction`: section 17 with RFC 6026.
//! - `io`: the deadline table and the outputs that all of these share.
//! - `message`: bytes to messages and back; the faults and their statuses.
//! - `shell`: sockets, stream framing, tokio.
//! - `fuzz`: what must hold for any bytes, run by `fuzz/` and by the tests.
//!
//! # Why the dialogs and transactions stand here
//!
//! rsipstack reads the messages: start lines, header fields (compact, folded, in any case), URIs
//! and status codes. Its transaction and dialog layers are left aside,
//! after measurement, for reasons that a media server cannot work around from above: a request
//! that does not parse is dropped before anyone can answer it with 400, 501 or 505; a request
//! out of order within a dialog is dropped instead of getting 500; `Require` is not looked at;
//! everything between its socket and its user is an unbounded queue; and its timers need a real
//! clock. What a user agent *server* needs beyond the grammar is small, and as a value without
//! socket and clock it can be shown to be right: `user_agent/tests` replays whole histories of
//! messages, commands and waiting in virtual time and finds each call with exactly one final event
//! and not one transaction, deadline or call left behind.
//!
//! # What holds
//!
//! - A call that was reported gets one final event ([`Event::is_final`]) or was rejected,
//!   whatever the order of CANCEL, BYE, time-outs and closed connections. A call made with
//!   [`Agent::call`] always gets one.
//! - Nothing grows without bound: calls, transactions, connections, message sizes and what waits
//!   for a slow peer or a slow application have limits ([`Limits`]). What is refused outside of
//!   calls keeps no state, nor does OPTIONS; INVITEs that nobody acknowledges give way to new ones
//!   (`user_agent/room.rs`). A flood shuts nobody out of a call that stands.
//! - A 2xx is repeated until its ACK, at most 64 · T1, then the call ends with BYE.
//! - A peer that vanished is found out by OPTIONS within the dialog ([`Config::probe`]).
//! - No value from a peer or the application can begin a new header field.
//!
//! # What is not here
//!
//! TLS and WebSocket; reliable provisional responses (RFC 3262) and session timers (RFC 4028),
//! which are neither offered nor accepted: `Require` of either gets 420; authentication;
//! DNS, for a next hop that is named by domain is taken to be where the
//! peer's first message came from.

mod agent;
mod call;
mod command;
mod config;
mod dialog;
mod event;
mod figures;
#[doc(hidden)]
pub mod fuzz;
mod hop;
mod io;
mod message;
mod rejection;
mod shell;
mod transaction;
mod user_agent;

pub use agent::{Agent, BindError, CallError};
pub use call::CallKey;
pub use command::{Availability, Outgoing};
pub use config::{Config, Limits, Timers};
pub use event::{EndReason, Event, Invitation, Sdp, Transport};
pub use figures::Refused;
pub use rejection::Rejection;
