//! Counters that the engine keeps and anyone may read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::signal::limiter::Outcome;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A reading of the engine's counters. All but `ports`, `rooms` and `live_rooms` only
        /// ever grow.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Stats {
            $($(#[$doc])* pub $name: u64,)+
        }

        impl Stats {
            fn sum(self, other: Stats) -> Stats {
                Stats { $($name: self.$name + other.$name,)+ }
            }
        }

        /// Where the engine publishes its counters at the end of each tick.
        #[derive(Debug, Default)]
        pub(super) struct Published {
            $($name: AtomicU64,)+
        }

        impl Published {
            /// Engine thread: one plain store for each counter.
            pub(super) fn store(&self, stats: &Stats) {
                $(self.$name.store(stats.$name, Relaxed);)+
            }

            /// Any thread. Counters of two neighbouring ticks may be mixed in one reading.
            pub(super) fn load(&self) -> Stats {
                Stats { $($name: self.$name.load(Relaxed),)+ }
            }
        }
    };
}

counters! {
    /// Ticks run.
    ticks,
    /// Plans carried out.
    plans,
    /// Steps that did not fit the engine's state and were left out. Always 0 unless there is an
    /// error in the control side.
    steps_refused,
    /// Datagrams handed to a port.
    datagrams,
    /// Datagrams for a port that is gone.
    datagrams_stale,
    /// Ticks that left datagrams in the inbox for the next one.
    inbox_overruns,
    /// Notices that found the ring full and were sent later, counted once for each attempt.
    notices_retried,
    /// Repeatable port events (digits, starvation) lost because nobody fetched notices for long.
    events_dropped,
    /// Key presses not passed on over a bridge because there were too many in one tick.
    digits_dropped,
    /// Talkers left out because `Capacities::talkers` was exhausted.
    talkers_dropped,
    /// Ports whose encoder found no place in the store, because there are too many different ones:
    /// they hear silence.
    encodings_refused,
    /// Distinct mixes made: one for all who hear the same, and one for each who talks.
    outlets_mixed,
    /// Payloads encoded, each for all who hear the same in the same encoding.
    payloads_encoded,
    /// Ticks of voices handed to another engine.
    relays_sent,
    /// Ticks of voices that were not handed to another engine because too many were under way, or
    /// because a room mixes more than can be handed over.
    relays_dropped,
    /// Ticks of voices from another engine that came when their time had passed.
    relays_late,
    /// Rooms left silent for a tick because `Capacities::live_rooms` was exhausted.
    rooms_dropped,
    /// Output frames whose level the limiter held down.
    frames_limited,
    /// Samples cut off at full scale, which the limiter exists to prevent.
    samples_clipped,
    /// Ports in the engine.
    ports,
    /// Rooms in the engine.
    rooms,
    /// Rooms that mixed in the last tick, counted at each engine that did.
    live_rooms,
}

impl Stats {
    /// The counters of two engines that work together. A room is at both of them.
    pub(super) fn together(self, other: Stats) -> Stats {
        let (ticks, rooms) = (self.ticks.max(other.ticks), self.rooms.max(other.rooms));
        Stats { ticks, rooms, ..self.sum(other) }
    }

    pub(super) fn count(&mut self, outcome: Outcome) {
        self.frames_limited += u64::from(outcome.limited);
        self.samples_clipped += u64::from(outcome.clipped);
    }
}
