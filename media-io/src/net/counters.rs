//! What the network thread has counted, for the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counters of one network thread. Written there and by its rings' ends, read anywhere.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: AtomicU64,)*
        }

        /// The counters at one moment.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Snapshot {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counters {
            /// Reads every counter; each by itself, not all at one instant.
            #[must_use]
            pub fn snapshot(&self) -> Snapshot {
                Snapshot { $($name: self.$name.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counters! {
    /// Datagrams handed to the engines.
    received,
    /// Bytes in them.
    received_bytes,
    /// Datagrams sent.
    sent,
    /// Bytes in them.
    sent_bytes,
    /// Received, but its engine's ring was full: the engine stands still.
    dropped_inbox_full,
    /// Received, but its port had used up its rate: a flood.
    dropped_flood,
    /// Received, but larger than a slot.
    dropped_oversize,
    /// To be sent, but the ring to the thread was full.
    dropped_outbox_full,
    /// To be sent later, but too many others were waiting.
    dropped_schedule_full,
    /// To be sent for a port that has no sockets (any more).
    dropped_no_socket,
    /// Received or to be sent while it was not agreed yet whether the port is to be protected.
    dropped_closed,
    /// Received on a protected port, but not of the holder of the key.
    srtp_unauthenticated,
    /// Received on a protected port a second time, or too late to tell.
    srtp_replayed,
    /// Received on a protected port and naming another master key.
    srtp_unknown_key,
    /// Received on a protected port, but too short to be protected, or not encrypted.
    srtp_malformed,
    /// Received under a key that has protected as many packets as it may.
    srtp_key_used_up,
    /// Received from one source more than are followed under one key.
    srtp_too_many_sources,
    /// To be sent, but its key has protected as many packets as it may, or it does not fit.
    srtp_not_sealed,
    /// The operating system refused to send: no buffer, no route, refused by the peer.
    send_errors,
    /// The operating system refused to receive; mostly the peer's port unreachable.
    receive_errors,
    /// Pairs that the operating system refused to watch.
    open_errors,
    /// Orders to open or to close a pair that found too many waiting: the thread stands still.
    refused_orders,
    /// Packets that left more than 5 ms after they were due.
    sent_late,
    /// Socket pairs open now.
    open_pairs,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Ordering::Relaxed);
    }
}
