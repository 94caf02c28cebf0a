//! How large the tables and rings are for what the configuration promises.
//!
//! A server whose limits are raised grows as a whole. A small one keeps what fits the default limits:
//! that is little, and forgives a moment's stall.

use media_io::net::NetConfig;
use mixer::Capacities;

use crate::config::Config;

/// Streams of each port: it speaks into two rooms.
const STREAMS_PER_PORT: usize = 2;

/// Rooms of each conference: itself, and one in which its members hear the tones at its door.
const ROOMS_PER_CONFERENCE: usize = 2;

/// Talkers of each port: it is heard in two conferences and in one more from each of them, and as
/// often by those who hear tones there.
const TALKERS_PER_PORT: usize = 8;

/// Notices of each port: a digit in two successive ticks while the control core sleeps.
const NOTICES_PER_PORT: usize = 2;

/// Datagrams of each port in one tick: what clears a stall of 160 ms.
const DATAGRAMS_PER_PORT: usize = 8;

/// Slots of each call in the rings to and from the network: four ticks of one packet in, two ticks of
/// two packets out.
const SLOTS_PER_CALL: usize = 4;

pub(super) fn capacities(config: &Config) -> Capacities {
    let ports = config.engine.max_ports;
    let least = Capacities::default();
    Capacities {
        shards: 1,
        ports,
        rooms: ROOMS_PER_CONFERENCE * config.engine.max_conferences,
        // A room makes a sound when a port speaks into it, or into one that it hears.
        live_rooms: ROOMS_PER_CONFERENCE
            * config.engine.max_conferences.min(STREAMS_PER_PORT * ports),
        streams: STREAMS_PER_PORT * ports,
        talkers: least.talkers.max(TALKERS_PER_PORT * ports),
        // Plans follow the pace of the application servers, not the number of ports.
        plans: least.plans,
        notices: least.notices.max(NOTICES_PER_PORT * ports),
        datagrams_per_tick: least.datagrams_per_tick.max(DATAGRAMS_PER_PORT * ports),
    }
}

pub(super) fn network(config: &Config) -> NetConfig {
    let least = NetConfig::default();
    let slots = SLOTS_PER_CALL * config.sip.max_calls.min(config.engine.max_ports);
    NetConfig {
        ports: config.engine.max_ports,
        inbox_slots: least.inbox_slots.max(slots),
        outbox_slots: least.outbox_slots.max(slots),
        ..least
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;
    use crate::config::Written;

    fn config(toml: &str) -> Config {
        Config::resolve(&Written::from_text(Path::new("x.toml"), toml).unwrap()).unwrap()
    }

    #[test]
    fn everything_grows_with_what_is_configured() {
        let large = config("engine.max-ports = 20_000\nsip.max-calls = 5_000");
        let Capacities { ports, streams, talkers, notices, datagrams_per_tick, .. } =
            capacities(&large);
        assert_eq!((ports, streams, talkers), (20_000, 40_000, 160_000));
        assert_eq!((notices, datagrams_per_tick), (40_000, 160_000));
        let NetConfig { ports, inbox_slots, outbox_slots, .. } = network(&large);
        assert_eq!((ports, inbox_slots, outbox_slots), (20_000, 20_000, 20_000));
    }

    #[test]
    fn a_small_server_has_what_fits_the_defaults() {
        let small = config("engine.max-ports = 2\nsip.max-calls = 1");
        let least = Capacities::default();
        let Capacities { ports, talkers, notices, datagrams_per_tick, .. } = capacities(&small);
        assert_eq!((ports, talkers), (2, least.talkers));
        assert_eq!((notices, datagrams_per_tick), (least.notices, least.datagrams_per_tick));
        assert_eq!(network(&small).inbox_slots, NetConfig::default().inbox_slots);
    }
}
