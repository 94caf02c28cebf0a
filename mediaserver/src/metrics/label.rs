//! The labels that split a count.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use std::fmt::{Error, Write as _};

/// Defines the values of one label: an enum, all of its values, and their words.
macro_rules! label_values {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $value,)+
        }

        impl $name {
            /// Every value, in the order of definition.
            pub const ALL: &[Self] = &[$(Self::$value,)+];

            /// The value as it is exported.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        impl EncodeLabelValue for $name {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), Error> {
                encoder.write_str(self.word())
            }
        }
    };
}

label_values! {
    /// What became of a call.
    CallResult {
        /// It was answered with 200, and the caller acknowledged or did not.
        Answered = "answered",
        /// It was refused because the server is full, drains or has too much to do (486, 503).
        Busy = "busy",
        /// It was refused for what it asked or offered (another 4xx).
        Refused = "refused",
        /// The caller gave up before the answer (CANCEL).
        Cancelled = "cancelled",
        /// The server could not serve it (another 5xx).
        Failed = "failed",
    }
}

label_values! {
    /// What an MSCP message asked for (draft, sections 4 and 5).
    RequestKind {
        /// `dialogprepare`.
        DialogPrepare = "dialogprepare",
        /// `dialogstart`.
        DialogStart = "dialogstart",
        /// `dialogterminate`, a notification.
        DialogTerminate = "dialogterminate",
        /// `createconference`.
        CreateConference = "createconference",
        /// `destroyconference`.
        DestroyConference = "destroyconference",
        /// `join`.
        Join = "join",
        /// `unjoin`.
        Unjoin = "unjoin",
        /// An element of the project's own namespace.
        Extension = "extension",
        /// Nothing that could be told: it could not be read.
        Unreadable = "unreadable",
    }
}

label_values! {
    /// How an MSCP request was answered.
    RequestOutcome {
        /// 200 with what was asked for.
        Done = "done",
        /// 200 with an error element: read and refused.
        Refused = "refused",
        /// 400: could not be read or breaks a rule.
        Malformed = "malformed",
        /// 500: the server failed.
        Failed = "failed",
    }
}

label_values! {
    /// Why an RTP packet was not accepted.
    RejectedPacket {
        /// It does not parse as RTP (RFC 3550 section 5.1).
        Malformed = "malformed",
        /// It came from another source than the one latched on.
        Source = "source",
        /// Its payload type was not negotiated.
        PayloadType = "payload_type",
        /// It came while its leg accepts no more: a flood, or a ring that is full.
        Overload = "overload",
    }
}

label_values! {
    /// A real-time privilege of an engine thread.
    Privilege {
        /// The scheduling class SCHED_FIFO.
        Fifo = "fifo",
        /// Memory locked against paging.
        Mlock = "mlock",
        /// Pinned to one core.
        Affinity = "affinity",
    }
}

label_values! {
    /// Why the network thread dropped a datagram.
    DroppedPacket {
        /// Received, but the engine's ring was full: the engine stood still.
        InboxFull = "inbox_full",
        /// Received, but its port had used up its rate.
        Flood = "flood",
        /// Received, but larger than any packet of a leg.
        Oversize = "oversize",
        /// To be sent, but the thread's ring was full.
        OutboxFull = "outbox_full",
        /// To be sent later, but too many others were waiting.
        ScheduleFull = "schedule_full",
        /// To be sent for a port without sockets.
        NoSocket = "no_socket",
        /// Before it was agreed whether the port is to be protected.
        Closed = "closed",
        /// SRTP that is not of the holder of the key.
        SrtpUnauthenticated = "srtp_unauthenticated",
        /// SRTP that came a second time, or too late to tell.
        SrtpReplayed = "srtp_replayed",
        /// SRTP that names another master key.
        SrtpUnknownKey = "srtp_unknown_key",
        /// Not SRTP where it must be, or not encrypted.
        SrtpMalformed = "srtp_malformed",
        /// SRTP under a key that has protected as many packets as it may.
        SrtpKeyUsedUp = "srtp_key_used_up",
        /// SRTP of one source more than are followed under one key.
        SrtpTooManySources = "srtp_too_many_sources",
        /// To be sent, but the key could not protect it.
        SrtpNotSealed = "srtp_not_sealed",
    }
}

label_values! {
    /// What the operating system refused the network thread.
    Operation {
        /// To send a datagram.
        Send = "send",
        /// To receive one; mostly the peer's port was unreachable.
        Receive = "receive",
        /// To watch a pair of sockets.
        Open = "open",
    }
}

label_values! {
    /// How a fetch ended.
    FetchOutcome {
        /// With a body.
        Done = "done",
        /// The server said no, or could not be reached.
        Failed = "failed",
        /// It took too long.
        Timeout = "timeout",
        /// The configuration forbids it: scheme, folder, network or size.
        Denied = "denied",
        /// It was given up: nobody waits for it any more.
        Cancelled = "cancelled",
    }
}

/// Label of `calls`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Call {
    /// What became of it.
    pub result: CallResult,
}

/// Labels of `mscp_requests`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Request {
    /// What was asked for.
    pub kind: RequestKind,
    /// How it was answered.
    pub outcome: RequestOutcome,
}

/// Label of `rtp_rejected`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Rejected {
    /// Why.
    pub reason: RejectedPacket,
}

/// Label of what engine threads measure.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct EngineLabel {
    /// The engine's number, from 0.
    pub engine: usize,
}

/// Labels of `engine_realtime`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PrivilegeLabel {
    /// The number of the thread's engine, from 0.
    pub engine: usize,
    /// Which privilege.
    pub kind: Privilege,
}

/// Label of `fetches`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Fetch {
    /// How it ended.
    pub outcome: FetchOutcome,
}

/// Label of `network_dropped_packets`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Dropped {
    /// Why.
    pub reason: DroppedPacket,
}

/// Label of `network_errors`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SocketFailure {
    /// What was refused.
    pub operation: Operation,
}
