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
        /// It was answered with 200.
        Answered = "answered",
        /// It was refused because the server is full or drains (486, 503).
        Busy = "busy",
        /// It was refused for what it offered (4xx).
        Refused = "refused",
        /// The caller gave up before the answer (CANCEL).
        Cancelled = "cancelled",
        /// It was answered and the caller never acknowledged, or the server failed (5xx).
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
    /// A real-time privilege of the engine thread.
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

/// Label of `engine_realtime`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PrivilegeLabel {
    /// Which privilege.
    pub kind: Privilege,
}

/// Label of `fetches`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Fetch {
    /// How it ended.
    pub outcome: FetchOutcome,
}
