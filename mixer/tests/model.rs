//! Whatever is done in whatever order, everyone hears exactly those they should: random
//! operations on a tiny reference model, on the topology and on the engine, compared in the audio
//! after each batch. What holds for one engine holds for several that work together.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::Studio;
use common::model::{Model, pair};
use mixer::room::Policy;
use mixer::topology::Directions;
use proptest::prelude::*;

const CALLERS: &str = "abcdef";
const ROOMS: &str = "RSTU";
/// Each caller is so much louder than the one before: 3.5 dB, more than the hysteresis of the
/// selection, whose outcome then does not depend on what was before.
const LOUDER: f64 = 1.5;
const SOFTEST: f64 = 400.0;

#[derive(Clone, Debug)]
enum Operation {
    /// Also mutes, unmutes and rejoins, whenever the two are joined already.
    Join(char, char, Directions, bool),
    Unjoin(char, char),
    /// Calls in or hangs up, opens or destroys: whichever is possible.
    Toggle(char),
    SetPolicy(char, Policy),
    GiveFloor(char, char, bool),
}

fn carry_out(operation: &Operation, studio: &mut Studio, model: &mut Model) {
    match *operation {
        Operation::Join(a, b, directions, preferred) => {
            let expected = model.join(a, b, directions, preferred);
            let joined =
                known(studio, a, b) && studio.try_join(a, b, directions, preferred).is_ok();
            assert_eq!(joined, expected, "{operation:?}");
        }
        Operation::Unjoin(a, b) => {
            let expected = model.unjoin(a, b);
            let unjoined = known(studio, a, b) && studio.unjoin(a, b).is_ok();
            assert_eq!(unjoined, expected, "{operation:?}");
        }
        Operation::Toggle(name) => {
            if model.present.contains(&name) {
                studio.remove(name);
            } else {
                come(studio, name);
            }
            model.toggle(name);
        }
        Operation::SetPolicy(room, policy) if model.present.contains(&room) => {
            studio.set_policy(room, policy);
            model.policies.insert(room, policy);
        }
        Operation::SetPolicy(..) => {}
        Operation::GiveFloor(caller, room, has_floor) => {
            let expected = model.give_floor(caller, room, has_floor);
            let given =
                known(studio, caller, room) && studio.give_floor(caller, room, has_floor).is_ok();
            assert_eq!(given, expected, "{operation:?}");
        }
    }
}

fn come(studio: &mut Studio, name: char) {
    match CALLERS.find(name) {
        Some(rank) => studio.call(name).hum_at(SOFTEST * LOUDER.powi(rank as i32)),
        None => studio.open(name, Policy::NBest(0)),
    }
}

fn everything() -> impl Iterator<Item = char> {
    CALLERS.chars().chain(ROOMS.chars())
}

fn complete(shards: usize) -> (Studio, Model) {
    let mut studio = Studio::sharded(shards);
    everything().for_each(|name| come(&mut studio, name));
    studio.run(common::STEADY_TICKS);
    (studio, Model::of(everything()))
}

fn known(studio: &Studio, a: char, b: char) -> bool {
    [a, b].iter().all(|name| studio.callers.contains_key(name) || studio.rooms.contains_key(name))
}

fn joins(studio: &Studio) -> BTreeSet<(char, char)> {
    let names: BTreeMap<_, _> = everything()
        .filter(|name| known(studio, *name, *name))
        .map(|name| (studio.end_point(name), name))
        .collect();
    studio.topology.joins().map(|joined| pair(names[&joined.a], names[&joined.b])).collect()
}

fn name() -> impl Strategy<Value = char> {
    prop_oneof![
        3 => one_of(CALLERS),
        2 => one_of(ROOMS),
    ]
}

fn one_of(names: &str) -> impl Strategy<Value = char> + use<> {
    proptest::sample::select(names.chars().collect::<Vec<_>>())
}

fn directions() -> impl Strategy<Value = Directions> {
    prop_oneof![
        4 => Just(Directions::Both),
        2 => Just(Directions::AToB),
        2 => Just(Directions::BToA),
        1 => Just(Directions::Neither),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        8 => (name(), name(), directions(), any::<bool>())
            .prop_map(|(a, b, directions, preferred)| Operation::Join(a, b, directions, preferred)),
        2 => (name(), name()).prop_map(|(a, b)| Operation::Unjoin(a, b)),
        1 => name().prop_map(Operation::Toggle),
        2 => (one_of(ROOMS), policy())
            .prop_map(|(room, policy)| Operation::SetPolicy(room, policy)),
        2 => (one_of(CALLERS), one_of(ROOMS), any::<bool>())
            .prop_map(|(caller, room, floor)| Operation::GiveFloor(caller, room, floor)),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![3 => (0..4u16).prop_map(Policy::NBest), 1 => Just(Policy::Manual)]
}

/// Operations that reach the engine in one tick.
fn batches() -> impl Strategy<Value = Vec<Vec<Operation>>> {
    let batch = prop_oneof![
        3 => proptest::collection::vec(operation(), 1),
        1 => proptest::collection::vec(operation(), 2..10),
    ];
    proptest::collection::vec(batch, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn everyone_hears_exactly_whom_they_should(batches in batches(), shards in 1..4usize) {
        let (mut studio, mut model) = complete(shards);
        for batch in &batches {
            for operation in batch {
                carry_out(operation, &mut studio, &mut model);
            }
            if batch.iter().any(|operation| matches!(operation, Operation::Toggle(_))) {
                studio.run(common::STEADY_TICKS);
            }
            prop_assert_eq!(joins(&studio), model.joined.clone());
            prop_assert_eq!(studio.audible(), model.audible());
            prop_assert_eq!(studio.hearing(), model.hearing());
            studio.check_soundness();
        }
    }

    #[test]
    fn whatever_is_removed_comes_home(batches in batches(), shards in 1..4usize) {
        let (mut studio, mut model) = complete(shards);
        for operation in batches.iter().flatten() {
            carry_out(operation, &mut studio, &mut model);
            studio.tick();
        }
        let lines: Vec<_> = studio.callers.values().map(|(_, line)| line.clone()).collect();
        for name in model.present {
            studio.remove(name);
        }
        studio.run(2);
        prop_assert!(lines.iter().all(|line| line.is_freed()));
        prop_assert_eq!((studio.stats().ports, studio.stats().rooms), (0, 0));
        prop_assert_eq!(studio.stats().steps_refused, 0);
        prop_assert_eq!(studio.topology.joins().count(), 0);
        for _ in 0..common::CAPACITIES.ports {
            prop_assert!(studio.handle.reserve_port().is_ok());
        }
        for _ in 0..common::CAPACITIES.rooms {
            prop_assert!(studio.handle.reserve_room().is_ok());
        }
    }
}
