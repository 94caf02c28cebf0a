//! What is held of one call.

use std::time::Duration;

use super::Incoming;
use crate::dialog::Dialog;
use crate::hop::Hop;
use crate::io::{Deadline, Packet, TransactionKey};

/// One call, from its INVITE to its last message but one: the transactions live longer.
pub(crate) struct Call {
    pub(crate) dialog: Dialog,
    /// The request that awaits the application's answer.
    pub(crate) asked: Option<Asked>,
    /// Our 2xx that awaits its ACK.
    pub(crate) unacked: Option<Unacked>,
    /// Our INVITE that awaits its answer, or the ACK it still owes.
    pub(crate) calling: Option<Calling>,
    /// Whether the first ACK has passed, after which the callee may say BYE.
    pub(crate) confirmed: bool,
    /// The Reason of a BYE that has to wait for the ACK.
    pub(crate) farewell: Option<Option<String>>,
    /// When the peer is asked whether it still knows the call.
    pub(crate) probe: Option<Deadline>,
    /// Whether the application knows that the call is over.
    pub(crate) reported: bool,
}

/// A request that the application has to answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) kind: Kind,
    pub(crate) incoming: Incoming,
}

/// What kind of offer, or of request for one, it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The INVITE that begins the call.
    First,
    /// A re-INVITE.
    Again,
    /// An UPDATE.
    Update,
}

/// A 2xx to an INVITE on its way to its ACK.
pub(crate) struct Unacked {
    pub(crate) cseq: u32,
    pub(crate) transaction: TransactionKey,
    pub(crate) packet: Packet,
    pub(crate) hop: Hop,
    pub(crate) interval: Duration,
    pub(crate) repeat: Option<Deadline>,
    pub(crate) end: Option<Deadline>,
}

/// An INVITE of ours.
#[derive(Clone, Debug)]
pub(crate) struct Calling {
    pub(crate) cseq: u32,
    pub(crate) branch: String,
    /// Where it was sent; CANCEL and the ACK to a refusal follow it.
    pub(crate) hop: Hop,
    /// It is a re-INVITE.
    pub(crate) again: bool,
    pub(crate) offered: bool,
    /// A provisional response came: a CANCEL may go out.
    pub(crate) proceeding: bool,
    pub(crate) cancelled: bool,
    /// The 2xx came and the application owes its answer.
    pub(crate) answered: bool,
}

impl Call {
    pub(crate) fn new(dialog: Dialog) -> Self {
        Self {
            dialog,
            asked: None,
            unacked: None,
            calling: None,
            confirmed: false,
            farewell: None,
            probe: None,
            reported: false,
        }
    }

    /// Whether no INVITE is under way in either direction.
    pub(crate) fn is_settled(&self) -> bool {
        let open = self.asked.is_some() || self.unacked.is_some() || self.calling.is_some();
        self.confirmed && !open
    }

    /// Whether the INVITE by which this side makes the call is not settled.
    pub(crate) fn is_being_made(&self) -> bool {
        self.calling.as_ref().is_some_and(|calling| !calling.again)
    }

    /// Whether the application has yet to answer the INVITE that began the call.
    pub(crate) fn asked_first(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.kind == Kind::First)
    }
}
