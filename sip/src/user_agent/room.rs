//! Room for new work. Whoever floods the agent, calls that stand can go on and end, and calls from
//! elsewhere can begin:
//!
//! - a request outside of dialogs that is refused, and every OPTIONS and CANCEL, is answered
//!   without state (RFC 3261, 8.2.7);
//! - of the transactions, one source may have no more than a share, and new calls take no more of
//!   that share, and of all, than leaves a reserve for requests within dialogs;
//! - the INVITEs without ACK are few, per source and altogether: the oldest one that was answered
//!   some time ago gives way to a new one, and its call ends.

use std::net::IpAddr;
use std::time::Duration;

use super::UserAgent;
use crate::io::TransactionKey;
use crate::transaction::Place;
use crate::{EndReason, Event};

/// One source may have one part in so many of all transactions.
const SOURCE_SHARE: usize = 2;
/// One part in so many, of all transactions and of each share, is left to requests within dialogs.
const RESERVE: usize = 4;
/// An answer that was not acknowledged for so many T1 may give way to a new call: the peer has
/// missed it twice, or is not there.
const ACK_GRACE_T1: u32 = 4;

impl UserAgent {
    /// Whether a request within a dialog may have a transaction.
    pub(super) fn has_room_inside(&self, source: IpAddr) -> bool {
        let all = self.config.limits.transactions;
        self.has_room(source, all, all.div_ceil(SOURCE_SHARE))
    }

    /// Whether an INVITE from this source may begin a call. Makes room for it if need be.
    pub(super) fn make_room(&mut self, source: IpAddr) -> bool {
        let all = self.config.limits.transactions;
        let but_reserve = |room: usize| room - room / RESERVE;
        if !self.has_room(source, but_reserve(all), but_reserve(all.div_ceil(SOURCE_SHARE))) {
            return false;
        }
        match self.servers.place(self.config.limits.unacked, source, self.io.now, self.ack_grace())
        {
            Place::Free => true,
            Place::None => false,
            Place::Overdue(key) => {
                self.displace(&key);
                true
            }
        }
    }

    fn has_room(&self, source: IpAddr, all: usize, share: usize) -> bool {
        self.servers.len() < all && self.servers.len_of(source) < share
    }

    fn ack_grace(&self) -> Duration {
        self.io.timers.t1 * ACK_GRACE_T1
    }

    /// Ends the call of an INVITE whose ACK never came, and forgets both.
    fn displace(&mut self, transaction: &TransactionKey) {
        let Some((key, _)) = self.servers.call(transaction) else { return };
        if self.calls.contains_key(&key) {
            self.report(&key, Event::Ended { call: key.clone(), reason: EndReason::NoAck });
            let reason = self.last_words(&key);
            self.say_bye_once(&key, &reason);
        }
        self.servers.remove(transaction, &mut self.io);
    }
}
