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
    let sizes = Capacities {
        shards: config.engine.threads,
        ports,
        rooms: ROOMS_PER_CONFERENCE * config.engine.max_conferences,
        // A room makes a sound when a port speaks into it, or into one that it hears.
        live_rooms: ROOMS_PER_CONFERENCE
            * config.engine.max_conferences.min(STREAMS_PER_PORT * ports),
        streams: STREAMS_PER_PORT * ports,
        // A room may be heard at any engine, with talkers of all of them.
        talkers: least.talkers.max(TALKERS_PER_PORT * ports),
        // Plans follow the pace of the application servers, not the number of ports.
        plans: least.plans,
        ..least
    };
    // Each engine has rings of its own, for the ports that it holds.
    let share = sizes.share_of(ports);
    Capacities {
        notices: sizes.share_of(least.notices).max(NOTICES_PER_PORT * share),
        datagrams_per_tick: sizes
            .share_of(least.datagrams_per_tick)
            .max(DATAGRAMS_PER_PORT * share),
        ..sizes
    }
}

pub(super) fn network(config: &Config) -> NetConfig {
    let least = NetConfig::default();
    let capacities = capacities(config);
    // Calls are given to one engine until it is full.
    let calls = config.sip.max_calls.min(capacities.share_of(capacities.ports));
    let slots = |least| capacities.share_of(least).max(SLOTS_PER_CALL * calls);
    NetConfig {
        inbox_slots: slots(least.inbox_slots),
        outbox_slots: slots(least.outbox_slots),
        capacities,
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
        let NetConfig { capacities, inbox_slots, outbox_slots, .. } = network(&large);
        assert_eq!((capacities.ports, inbox_slots, outbox_slots), (20_000, 20_000, 20_000));
    }

    #[test]
    fn each_of_several_engines_has_rings_for_its_own_ports() {
        let five = config("engine.threads = 5\nengine.max-ports = 20_000\nsip.max-calls = 5_000");
        let Capacities { shards, ports, notices, datagrams_per_tick, .. } = capacities(&five);
        assert_eq!((shards, ports, notices, datagrams_per_tick), (5, 20_000, 8_000, 32_000));
        let NetConfig { inbox_slots, outbox_slots, .. } = network(&five);
        assert_eq!((inbox_slots, outbox_slots), (16_000, 16_000));
        let least = NetConfig::default();
        let small = network(&config("engine.threads = 4\nsip.max-calls = 100"));
        assert_eq!(small.inbox_slots, least.inbox_slots / 4);
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
