//! What a port lets pass: nothing, everything, or what the holder of a key has sent.
//!
//! Protection is made and taken off here, on the network thread, so that the engine sees plain
//! packets and its ticks cost the same for every call. What is not authentic never reaches a leg:
//! it can neither be heard, nor latched, nor counted as a sign of life.

use std::sync::atomic::AtomicU64;

use mixer::port::Channel;

use super::counters::Counters;
use super::slot::{MAX_DATAGRAM, Slot};
use crate::srtp::{Fault, Keys, OVERHEAD_MAX, Protection};

/// Bytes of a datagram of ours with all that protects it.
pub(super) const SEALED_MAX: usize = MAX_DATAGRAM + OVERHEAD_MAX;

/// How the datagrams of a port pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Not at all: it is not agreed yet whether they are to be protected.
    Closed,
    /// As they are.
    Clear,
    /// Protected with these keys, both ways.
    Secured(Keys),
}

/// The gate of one port.
#[derive(Debug)]
pub(super) struct Gate {
    mode: Mode,
    /// Stays when it is not in use: keys that come back must go on where they were left.
    protection: Option<Box<Protection>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Closed,
    Clear,
    Secured,
}

impl Gate {
    pub(super) fn new(guard: Guard) -> Gate {
        let mut gate = Gate { mode: Mode::Closed, protection: None };
        gate.set(guard);
        gate
    }

    pub(super) fn set(&mut self, guard: Guard) {
        self.mode = match guard {
            Guard::Closed => Mode::Closed,
            Guard::Clear => Mode::Clear,
            Guard::Secured(keys) => {
                match &mut self.protection {
                    Some(protection) => protection.change(&keys),
                    None => self.protection = Some(Box::new(Protection::new(&keys))),
                }
                Mode::Secured
            }
        };
    }

    /// Puts what came into `slot`, without protection; `false`, and counted, if it may not pass.
    pub(super) fn admit(&mut self, bytes: &[u8], slot: &mut Slot, counters: &Counters) -> bool {
        let refused = match (self.mode, &mut self.protection) {
            (Mode::Clear, _) if slot.fill(bytes) => return true,
            (Mode::Clear, _) => &counters.dropped_oversize,
            (Mode::Secured, Some(protection)) if bytes.len() <= MAX_DATAGRAM => {
                let channel = slot.channel;
                match slot.fill_with(|room| protection.open(channel, bytes, room)) {
                    Ok(()) => return true,
                    Err(fault) => counter_of(fault, counters),
                }
            }
            (Mode::Secured, Some(_)) => &counters.dropped_oversize,
            (Mode::Closed, _) | (Mode::Secured, None) => &counters.dropped_closed,
        };
        Counters::add(refused, 1);
        false
    }

    /// What is to be sent in place of `plain`; `None`, and counted, if nothing may be.
    pub(super) fn dismiss<'a>(
        &mut self,
        channel: Channel,
        plain: &'a [u8],
        room: &'a mut [u8; SEALED_MAX],
        counters: &Counters,
    ) -> Option<&'a [u8]> {
        let refused = match (self.mode, &mut self.protection) {
            (Mode::Clear, _) => return Some(plain),
            (Mode::Secured, Some(protection)) => match protection.seal(channel, plain, room) {
                Ok(len) => return room.get(..len),
                Err(_) => &counters.srtp_not_sealed,
            },
            (Mode::Closed, _) | (Mode::Secured, None) => &counters.dropped_closed,
        };
        Counters::add(refused, 1);
        None
    }
}

fn counter_of(fault: Fault, counters: &Counters) -> &AtomicU64 {
    match fault {
        Fault::Malformed => &counters.srtp_malformed,
        Fault::Unauthenticated => &counters.srtp_unauthenticated,
        Fault::Replayed => &counters.srtp_replayed,
        Fault::UnknownKey => &counters.srtp_unknown_key,
        Fault::KeyUsedUp => &counters.srtp_key_used_up,
        Fault::TooManySources => &counters.srtp_too_many_sources,
    }
}
