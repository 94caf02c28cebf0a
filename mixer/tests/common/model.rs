//! The reference model: what joins mean, as sets. Knows nothing of engines.

use std::collections::{BTreeMap, BTreeSet};

use mixer::room::Policy;
use mixer::topology::Directions;

/// Sets by name, and reachability over them. Later letters are louder.
#[derive(Debug, Default)]
pub struct Model {
    pub present: BTreeSet<char>,
    pub joined: BTreeSet<(char, char)>,
    streams: BTreeSet<(char, char)>,
    /// Callers that are preferred in a room.
    preferred: BTreeSet<(char, char)>,
    /// Callers that have the floor of a room.
    floor: BTreeSet<(char, char)>,
    /// How each room selects; everyone when nothing is said.
    pub policies: BTreeMap<char, Policy>,
}

impl Model {
    pub fn of(names: impl Iterator<Item = char>) -> Self {
        Self { present: names.collect(), ..Self::default() }
    }

    pub fn join(&mut self, a: char, b: char, directions: Directions, preferred: bool) -> bool {
        if a == b || !self.present.contains(&a) || !self.present.contains(&b) {
            return false;
        }
        self.streams.retain(|stream| pair(stream.0, stream.1) != pair(a, b));
        self.joined.insert(pair(a, b));
        // Upper case sorts first: the pair reads room, caller.
        self.preferred.remove(&pair(a, b));
        self.preferred.extend(preferred.then_some(pair(a, b)));
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
                    self.part(pair(stream.0, stream.1));
                }
            }
        }
        self.streams.insert((from, to));
    }

    pub fn unjoin(&mut self, a: char, b: char) -> bool {
        self.streams.retain(|stream| pair(stream.0, stream.1) != pair(a, b));
        self.part(pair(a, b))
    }

    fn part(&mut self, pair: (char, char)) -> bool {
        self.floor.remove(&pair);
        self.joined.remove(&pair)
    }

    pub fn give_floor(&mut self, caller: char, room: char, has_floor: bool) -> bool {
        let pair = pair(caller, room);
        if !self.joined.contains(&pair) {
            return false;
        }
        self.floor.remove(&pair);
        self.floor.extend(has_floor.then_some(pair));
        true
    }

    pub fn toggle(&mut self, name: char) {
        if !self.present.remove(&name) {
            self.present.insert(name);
        }
        self.policies.remove(&name);
        self.floor.retain(|pair| pair.0 != name && pair.1 != name);
        self.streams.retain(|stream| stream.0 != name && stream.1 != name);
        self.joined.retain(|pair| pair.0 != name && pair.1 != name);
    }

    /// Who hears whom.
    pub fn hearing(&self) -> String {
        self.rows(|room| self.mixed_in(room))
    }

    /// Who would hear whom if every room mixed everyone.
    pub fn audible(&self) -> String {
        self.rows(|room| {
            self.upstream(room).into_iter().flat_map(|room| self.speakers(room)).collect()
        })
    }

    fn rows(&self, heard_in: impl Fn(char) -> BTreeSet<char>) -> String {
        let callers = self.present.iter().filter(|name| name.is_lowercase());
        let rows = callers.map(|listener| {
            let mut heard = match self.sources(*listener).next() {
                None => BTreeSet::new(),
                Some(room) if room.is_uppercase() => heard_in(room),
                Some(caller) => BTreeSet::from([caller]),
            };
            heard.remove(listener);
            format!("{listener}:{}", heard.into_iter().collect::<String>())
        });
        rows.collect::<Vec<_>>().join(" ")
    }

    fn mixed_in(&self, room: char) -> BTreeSet<char> {
        let upstream = self.upstream(room);
        let chosen: BTreeSet<char> =
            upstream.into_iter().flat_map(|room| self.choose(room, self.speakers(room))).collect();
        match self.policies.get(&room) {
            // What other rooms chose needs no floor here.
            Some(Policy::Manual) => chosen,
            _ => self.choose(room, chosen),
        }
    }

    fn choose(&self, room: char, candidates: BTreeSet<char>) -> BTreeSet<char> {
        let n = match self.policies.get(&room) {
            None | Some(Policy::NBest(0)) => candidates.len(),
            Some(Policy::NBest(n)) => usize::from(*n),
            Some(Policy::Manual) => {
                let named = |pair: &(char, char)| {
                    self.floor.contains(pair) || self.preferred.contains(pair)
                };
                return candidates.into_iter().filter(|name| named(&(room, *name))).collect();
            }
        };
        let speakers = self.speakers(room);
        let (preferred, others): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|name| speakers.contains(name) && self.preferred.contains(&(room, *name)));
        preferred.into_iter().chain(others.into_iter().rev().take(n)).collect()
    }

    fn speakers(&self, room: char) -> BTreeSet<char> {
        self.sources(room).filter(|name| name.is_lowercase()).collect()
    }

    fn upstream(&self, room: char) -> BTreeSet<char> {
        let mut seen = BTreeSet::from([room]);
        let mut open = vec![room];
        while let Some(room) = open.pop() {
            let rooms = self.sources(room).filter(|name| name.is_uppercase());
            open.extend(rooms.filter(|name| seen.insert(*name)));
        }
        seen
    }

    fn sources(&self, name: char) -> impl Iterator<Item = char> {
        self.streams.iter().filter(move |stream| stream.1 == name).map(|stream| stream.0)
    }
}

pub fn pair(a: char, b: char) -> (char, char) {
    (a.min(b), a.max(b))
}
