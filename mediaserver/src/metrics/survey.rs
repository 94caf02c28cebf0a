//! What the engine, the network thread and the SIP agent count by themselves, copied now and then.
//!
//! All count from their own start and never back, so a copy is a store and not an addition. Only the
//! calls that the agent refused go where others are counted too: of them what is new is added.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use media_io::net::Snapshot;
use mixer::engine::Stats;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use sip::Refused;

use super::label::{Call, CallResult, Dropped, DroppedPacket, Operation, SocketFailure};

/// One counter of the engine: name, help, and where it stands in [`Stats`].
type Row = (&'static str, &'static str, fn(&Stats) -> u64);

const ENGINE: [Row; 16] = [
    (
        "engine_limited_frames",
        "Frames (20 ms for one listener) whose level the limiter held down",
        |stats| stats.frames_limited,
    ),
    (
        "engine_clipped_samples",
        "Samples cut off at full scale, which the limiter exists to prevent",
        |stats| stats.samples_clipped,
    ),
    ("engine_stale_datagrams", "Datagrams for a leg that was gone already", |stats| {
        stats.datagrams_stale
    }),
    (
        "engine_inbox_overruns",
        "Ticks that left datagrams for the next one because there were too many",
        |stats| stats.inbox_overruns,
    ),
    (
        "engine_dropped_events",
        "Events of legs (digits, silence) lost because the control side was too slow",
        |stats| stats.events_dropped,
    ),
    (
        "engine_dropped_digits",
        "Key presses not passed on over a join because there were too many in one tick",
        |stats| stats.digits_dropped,
    ),
    (
        "engine_dropped_talkers",
        "Talkers left out of a mix because there were too many at once",
        |stats| stats.talkers_dropped,
    ),
    (
        "engine_dropped_rooms",
        "Conferences left silent for a tick because too many made a sound at once",
        |stats| stats.rooms_dropped,
    ),
    (
        "engine_dropped_relays",
        "Ticks (20 ms) of voices that were not handed to another engine because there were too many",
        |stats| stats.relays_dropped,
    ),
    (
        "engine_encoded_payloads",
        "Payloads encoded, each for all who hear the same in the same encoding",
        |stats| stats.payloads_encoded,
    ),
    (
        "engine_late_relays",
        "Ticks (20 ms) of voices from another engine that came too late to be heard",
        |stats| stats.relays_late,
    ),
    (
        "engine_mixed_outlets",
        "Distinct mixes made: one for all who hear the same, and one for each who talks",
        |stats| stats.outlets_mixed,
    ),
    (
        "engine_refused_encodings",
        "Legs that hear silence because there are too many different encodings",
        |stats| stats.encodings_refused,
    ),
    ("engine_sent_relays", "Ticks (20 ms) of voices handed to another engine", |stats| {
        stats.relays_sent
    }),
    (
        "engine_retried_notices",
        "Attempts to tell the control side something that found it too slow",
        |stats| stats.notices_retried,
    ),
    (
        "engine_refused_steps",
        "Commands of the control side that did not fit the engine's state; above 0 is an error in \
         the server",
        |stats| stats.steps_refused,
    ),
];

/// Counters of the engine.
#[derive(Default)]
pub(super) struct EngineCounters([Counter; ENGINE.len()]);

impl EngineCounters {
    pub(super) fn register(&self, own: &mut Registry) {
        for ((name, help, _), counter) in ENGINE.iter().zip(&self.0) {
            own.register(*name, *help, counter.clone());
        }
    }

    pub(super) fn copy(&self, stats: &Stats) {
        for ((_, _, read), counter) in ENGINE.iter().zip(&self.0) {
            counter.inner().store(read(stats), Relaxed);
        }
    }
}

/// Counters of the network thread.
#[derive(Default)]
pub(super) struct NetworkCounters {
    dropped: Family<Dropped, Counter>,
    errors: Family<SocketFailure, Counter>,
    sent_late: Counter,
    refused_orders: Counter,
}

impl NetworkCounters {
    pub(super) fn register(&self, own: &mut Registry) {
        own.register(
            "network_dropped_packets",
            "RTP and RTCP packets dropped between the network and the engine, by reason",
            self.dropped.clone(),
        );
        own.register(
            "network_errors",
            "What the operating system refused the sockets for media, by operation",
            self.errors.clone(),
        );
        own.register(
            "network_late_packets",
            "Packets that left more than 5 ms after they were due",
            self.sent_late.clone(),
        );
        own.register(
            "network_refused_orders",
            "Orders to open or close sockets for media that the network thread was too far behind to take",
            self.refused_orders.clone(),
        );
    }

    pub(super) fn copy(&self, snapshot: &Snapshot) {
        for reason in DroppedPacket::ALL {
            let counter = self.dropped.get_or_create(&Dropped { reason: *reason });
            counter.inner().store(dropped(snapshot, *reason), Relaxed);
        }
        for operation in Operation::ALL {
            let counter = self.errors.get_or_create(&SocketFailure { operation: *operation });
            counter.inner().store(failed(snapshot, *operation), Relaxed);
        }
        self.sent_late.inner().store(snapshot.sent_late, Relaxed);
        self.refused_orders.inner().store(snapshot.refused_orders, Relaxed);
    }
}

/// What was copied last of the calls that the SIP agent refused.
#[derive(Default)]
pub(super) struct RefusedCalls {
    busy: AtomicU64,
    unfit: AtomicU64,
    failed: AtomicU64,
}

impl RefusedCalls {
    pub(super) fn add(&self, refused: Refused, calls: &Family<Call, Counter>) {
        for (seen, now, result) in [
            (&self.busy, refused.busy, CallResult::Busy),
            (&self.unfit, refused.unfit, CallResult::Refused),
            (&self.failed, refused.failed, CallResult::Failed),
        ] {
            let new = now.saturating_sub(seen.swap(now, Relaxed));
            calls.get_or_create(&Call { result }).inc_by(new);
        }
    }
}

fn dropped(snapshot: &Snapshot, reason: DroppedPacket) -> u64 {
    match reason {
        DroppedPacket::InboxFull => snapshot.dropped_inbox_full,
        DroppedPacket::Flood => snapshot.dropped_flood,
        DroppedPacket::Oversize => snapshot.dropped_oversize,
        DroppedPacket::OutboxFull => snapshot.dropped_outbox_full,
        DroppedPacket::ScheduleFull => snapshot.dropped_schedule_full,
        DroppedPacket::NoSocket => snapshot.dropped_no_socket,
        DroppedPacket::Closed => snapshot.dropped_closed,
        DroppedPacket::SrtpUnauthenticated => snapshot.srtp_unauthenticated,
        DroppedPacket::SrtpReplayed => snapshot.srtp_replayed,
        DroppedPacket::SrtpUnknownKey => snapshot.srtp_unknown_key,
        DroppedPacket::SrtpMalformed => snapshot.srtp_malformed,
        DroppedPacket::SrtpKeyUsedUp => snapshot.srtp_key_used_up,
        DroppedPacket::SrtpTooManySources => snapshot.srtp_too_many_sources,
        DroppedPacket::SrtpNotSealed => snapshot.srtp_not_sealed,
    }
}

fn failed(snapshot: &Snapshot, operation: Operation) -> u64 {
    match operation {
        Operation::Send => snapshot.send_errors,
        Operation::Receive => snapshot.receive_errors,
        Operation::Open => snapshot.open_errors,
    }
}
