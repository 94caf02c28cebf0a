//! What the agent tells its application.

use std::net::SocketAddr;

use crate::CallKey;

/// A session description as it travelled in a message, not looked into by this crate.
pub type Sdp = Vec<u8>;

/// Something that happened to a call. The events of one call arrive in the order in which they
/// happened; a call that was reported with [`Event::Invited`] or started with
/// [`Agent::call`](crate::Agent::call) gets exactly one final event, which
/// [`Event::is_final`] recognises. A rejected call is over with its rejection and gets none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new call. Answer with `ring`, `accept` or `reject`.
    Invited(Invitation),
    /// The caller confirmed our 2xx to its INVITE or re-INVITE. `answer` is there when the
    /// offer was in our 2xx (third-party call control, RFC 3725).
    Acked {
        /// The call.
        call: CallKey,
        /// The answer carried by the ACK.
        answer: Option<Sdp>,
    },
    /// A re-INVITE, or an UPDATE with an offer. Answer with `accept` or `reject`; a rejection
    /// leaves the session as it was. Without an offer the application puts its own into
    /// `accept` and gets the answer with [`Event::Acked`].
    Reinvited {
        /// The call.
        call: CallKey,
        /// The new offer, if any.
        offer: Option<Sdp>,
    },
    /// The re-INVITE reported last was cancelled before it was answered: the session stays as
    /// it was.
    Withdrawn {
        /// The call.
        call: CallKey,
    },
    /// The peer of an outgoing call is being alerted (180, 183 …). Not told to an application that
    /// is far behind with its events.
    Ringing {
        /// The call.
        call: CallKey,
        /// The provisional status, 180 to 199.
        status: u16,
    },
    /// An outgoing call was answered; the ACK is sent already if the INVITE carried an offer,
    /// otherwise the application owes [`Agent::acknowledge`](crate::Agent::acknowledge).
    Answered {
        /// The call.
        call: CallKey,
        /// `Call-ID;from-tag;to-tag`, the name by which the other side knows the call.
        connection_id: String,
        /// The answer, or the offer if we made none.
        sdp: Option<Sdp>,
    },
    /// The peer took the offer of [`Agent::change`](crate::Agent::change).
    Changed {
        /// The call.
        call: CallKey,
        /// The answer.
        answer: Option<Sdp>,
    },
    /// The peer did not take that offer: the session stays as it was.
    Unchanged {
        /// The call.
        call: CallKey,
        /// The final status, 300 to 699; 491 when another offer was under way and the change
        /// should be tried again a little later (RFC 3261, 14.1).
        status: u16,
    },
    /// Final: an outgoing call was refused, timed out (408) or was cancelled (487).
    Failed {
        /// The call.
        call: CallKey,
        /// The final status, 300 to 699.
        status: u16,
    },
    /// Final: the caller gave up before the call was accepted.
    Cancelled {
        /// The call.
        call: CallKey,
    },
    /// Final: the call is over.
    Ended {
        /// The call.
        call: CallKey,
        /// Why.
        reason: EndReason,
    },
}

impl Event {
    /// The call it is about.
    pub fn call(&self) -> &CallKey {
        match self {
            Self::Invited(invitation) => &invitation.call,
            Self::Acked { call, .. }
            | Self::Reinvited { call, .. }
            | Self::Withdrawn { call }
            | Self::Ringing { call, .. }
            | Self::Answered { call, .. }
            | Self::Changed { call, .. }
            | Self::Unchanged { call, .. }
            | Self::Failed { call, .. }
            | Self::Cancelled { call }
            | Self::Ended { call, .. } => call,
        }
    }

    /// Whether it is the last event of its call.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Cancelled { .. } | Self::Ended { .. })
    }
}

/// A new call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its name.
    pub call: CallKey,
    /// The caller's offer. `None`: the application puts its own offer into `accept` and gets
    /// the answer with [`Event::Acked`].
    pub offer: Option<Sdp>,
    /// The URI of From, without display name and parameters of the header.
    pub from: String,
    /// The URI of To.
    pub to: String,
    /// The Request-URI: what the caller wants of this server (RFC 4240).
    pub request_uri: String,
    /// Where the INVITE came from.
    pub remote: SocketAddr,
    /// Whether it came over UDP or TCP.
    pub transport: Transport,
}

/// What carries the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// UDP: messages are repeated until answered.
    Udp,
    /// TCP: no repetition below the dialog.
    Tcp,
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The peer said BYE.
    Bye,
    /// The application said `bye`.
    LocalBye,
    /// No ACK came within 64 · T1 of the answer; a BYE has been sent (RFC 3261, 13.3.1.4).
    NoAck,
    /// The peer did not know the call any more when it was asked (481), or did not answer.
    PeerLost,
    /// The agent was shut down.
    Shutdown,
}
