//! What the application asks of the agent.

use std::net::SocketAddr;

use crate::event::Sdp;
use crate::{CallKey, Rejection};

/// Whether new calls are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// INVITE is reported, OPTIONS gets 200.
    Open,
    /// Every place is taken: INVITE and OPTIONS get 486.
    Full,
    /// Going down: INVITE and OPTIONS get 503 with Retry-After.
    Draining,
}

/// An outgoing call.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Where the INVITE is sent, over UDP.
    pub target: SocketAddr,
    /// The Request-URI and To, such as `sip:conference@192.0.2.1`.
    pub to: String,
    /// The URI of From.
    pub from: String,
    /// The offer; `None` leaves it to the peer's answer.
    pub offer: Option<Sdp>,
    /// The Call-ID; `None` makes one up. One that is no RFC 3261 `callid` is refused.
    pub call_id: Option<String>,
    /// The From tag; `None` makes one up. One that is no token is refused.
    pub from_tag: Option<String>,
}

/// What an [`Agent`](crate::Agent) hands to its task.
#[derive(Debug)]
pub(crate) enum Command {
    Ring(CallKey),
    Accept(CallKey, Sdp),
    Reject(CallKey, Rejection),
    Bye(CallKey, Option<String>),
    Call(CallKey, Box<NewCall>),
    Acknowledge(CallKey, Sdp),
    Change(CallKey, Sdp),
    Available(Availability),
    Shutdown,
}

/// An outgoing call whose names are settled.
#[derive(Debug)]
pub(crate) struct NewCall {
    pub(crate) call_id: String,
    pub(crate) from_tag: String,
    pub(crate) outgoing: Outgoing,
}
