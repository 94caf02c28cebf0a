//! Whatever is done in whatever order, everyone hears exactly those they should: random
//! operations on a tiny reference model, on the topology and on the engine, compared in the
//! audio after each batch.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::Studio;
use mixer::room::Policy;
use mixer::topology::Directions;
use proptest::prelude::*;

const CALLERS: [char; 6] = ['a', 'b', 'c', 'd', 'e', 'f'];
const ROOMS: [char; 4] = ['R', 'S', 'T', 'U'];
const EVERYTHING: &str = "abcdefRSTU";

#[derive(Clone, Debug)]
enum Operation {
    /// Also mutes, unmutes and rejoins, whenever the two are joined already.
    Join(char, char, Directions, bool),
    Unjoin(char, char),
    /// Calls in or hangs up, opens or destroys: whichever is possible.
    Toggle(char),
}

/// Sets of streams and joins by name, and reachability over them. Knows nothing of engines.
#[derive(Debug, Default)]
struct Model {
    present: BTreeSet<char>,
    joined: BTreeSet<(char, char)>,
    streams: BTreeSet<(char, char)>,
}

impl Model {
    fn join(&mut self, a: char, b: char, directions: Directions) -> bool {
        if a == b || !self.present.contains(&a) || !self.present.contains(&b) {
            return false;
        }
        self.streams.retain(|stream| pair(stream.0, stream.1) != pair(a, b));
        self.joined.insert(pair(a, b));
        if matches!(directions, Directions::Both | Directions::AToB) {
            self.lay(a, b);
        }
        if matches!(directions, Directions::Both | Directions::BToA) {
            self.lay(b, a);
        }
        true
    }

    fn lay(&mut self, from: char, to: char) {
        if to.is_lowercase() {
            let torn: Vec<_> =
                self.streams.iter().filter(|stream| stream.1 == to).copied().collect();
            for stream in torn {
                self.streams.remove(&stream);
                if !self.streams.contains(&(stream.1, stream.0)) {
                    self.joined.remove(&pair(stream.0, stream.1));
                }
            }
        }
        self.streams.insert((from, to));
    }

    fn unjoin(&mut self, a: char, b: char) -> bool {
        self.streams.retain(|stream| pair(stream.0, stream.1) != pair(a, b));
        self.joined.remove(&pair(a, b))
    }

    fn toggle(&mut self, name: char) {
        if !self.present.remove(&name) {
            self.present.insert(name);
        }
        self.streams.retain(|stream| stream.0 != name && stream.1 != name);
        self.joined.retain(|pair| pair.0 != name && pair.1 != name);
    }

    fn hearing(&self) -> String {
        let callers = CALLERS.iter().filter(|name| self.present.contains(name));
        let rows = callers.map(|listener| {
            let mut heard = self.heard_by(*listener);
            heard.remove(listener);
            format!("{listener}:{}", heard.into_iter().collect::<String>())
        });
        rows.collect::<Vec<_>>().join(" ")
    }

    /// Walks against the streams; a caller ends the walk.
    fn heard_by(&self, listener: char) -> BTreeSet<char> {
        let mut open = vec![listener];
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            for (from, _) in self.streams.iter().filter(|stream| stream.1 == name) {
                if seen.insert(*from) && from.is_uppercase() {
                    open.push(*from);
                }
            }
        }
        seen.retain(|name| name.is_lowercase());
        seen
    }
}

fn pair(a: char, b: char) -> (char, char) {
    (a.min(b), a.max(b))
}

fn carry_out(operation: &Operation, studio: &mut Studio, model: &mut Model) {
    match *operation {
        Operation::Join(a, b, directions, preferred) => {
            let expected = model.join(a, b, directions);
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
            } else if name.is_uppercase() {
                studio.open(name, Policy::NBest(0));
            } else {
                studio.call(name);
            }
            model.toggle(name);
        }
    }
}

fn known(studio: &Studio, a: char, b: char) -> bool {
    [a, b].iter().all(|name| studio.callers.contains_key(name) || studio.rooms.contains_key(name))
}

fn joins(studio: &Studio) -> BTreeSet<(char, char)> {
    let names: BTreeMap<_, _> = EVERYTHING
        .chars()
        .filter(|name| known(studio, *name, *name))
        .map(|name| (studio.end_point(name), name))
        .collect();
    studio.topology.joins().map(|joined| pair(names[&joined.a], names[&joined.b])).collect()
}

fn name() -> impl Strategy<Value = char> {
    prop_oneof![
        3 => proptest::sample::select(CALLERS.to_vec()),
        2 => proptest::sample::select(ROOMS.to_vec()),
    ]
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
    ]
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
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn everyone_hears_exactly_whom_they_should(batches in batches()) {
        let mut studio = Studio::with_all(EVERYTHING);
        let mut model = Model { present: EVERYTHING.chars().collect(), ..Model::default() };
        for batch in &batches {
            for operation in batch {
                carry_out(operation, &mut studio, &mut model);
            }
            prop_assert_eq!(joins(&studio), model.joined.clone());
            prop_assert_eq!(studio.audible(), model.hearing());
            prop_assert_eq!(studio.hearing(), model.hearing());
            studio.check_soundness();
        }
    }

    #[test]
    fn whatever_is_removed_comes_home(batches in batches()) {
        let mut studio = Studio::with_all(EVERYTHING);
        let mut model = Model { present: EVERYTHING.chars().collect(), ..Model::default() };
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
