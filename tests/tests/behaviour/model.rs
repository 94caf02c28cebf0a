//! The rules of draft 5.3 in their simplest form: a set of directed streams, searched as a graph.

use std::collections::{BTreeMap, BTreeSet};

/// Which way media flows on a join: `both`, `receive` (id1 to id2) or `transmit`.
pub(crate) const DIRECTIONS: [&str; 3] = ["both", "receive", "transmit"];

/// What exists, and what flows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) exists: BTreeSet<char>,
    pub(crate) streams: BTreeSet<(char, char)>,
    /// What each dialog stands on.
    pub(crate) stands_on: BTreeMap<char, char>,
}

impl Model {
    /// Whether the join is granted.
    pub(crate) fn join(&mut self, a: char, b: char, direction: &str) -> bool {
        if a == b || !self.exists.contains(&a) || !self.exists.contains(&b) {
            return false;
        }
        self.streams.retain(|stream| *stream != (a, b) && *stream != (b, a));
        if matches!(direction, "both" | "receive") {
            self.lay(a, b);
        }
        if matches!(direction, "both" | "transmit") {
            self.lay(b, a);
        }
        true
    }

    /// Whether there was something to unjoin.
    pub(crate) fn unjoin(&mut self, a: char, b: char) -> bool {
        let before = self.streams.len();
        self.streams.retain(|stream| *stream != (a, b) && *stream != (b, a));
        self.streams.len() < before
    }

    /// Whether the dialog is started.
    pub(crate) fn start(&mut self, dialog: char, on: char, direction: &str) -> bool {
        if !self.exists.contains(&on) || is_dialog(on) {
            return false;
        }
        self.exists.insert(dialog);
        self.stands_on.insert(dialog, on);
        // A dialog transmits to its end point, a join transmits to its first (draft 5.3, 6.3).
        self.join(on, dialog, direction)
    }

    /// Whether there was something to remove. Dialogs go with what they stand on.
    pub(crate) fn remove(&mut self, name: char) -> bool {
        if !self.exists.remove(&name) {
            return false;
        }
        self.streams.retain(|(from, to)| *from != name && *to != name);
        self.stands_on.remove(&name);
        let standing: Vec<char> =
            self.stands_on.iter().filter(|(_, on)| **on == name).map(|(d, _)| *d).collect();
        for dialog in standing {
            self.remove(dialog);
        }
        true
    }

    /// Who hears whom, written as the simulator does.
    pub(crate) fn hearing(&self) -> String {
        let callers = self.exists.iter().filter(|name| name.is_lowercase());
        let rows = callers.map(|caller| {
            let heard = self.heard_by(*caller);
            let (letters, digits): (Vec<char>, Vec<char>) =
                heard.into_iter().partition(|name| name.is_lowercase());
            format!("{caller}:{}", letters.iter().chain(&digits).collect::<String>())
        });
        rows.collect::<Vec<_>>().join(" ")
    }

    fn heard_by(&self, listener: char) -> BTreeSet<char> {
        let mut reached = BTreeSet::new();
        let mut from: Vec<char> = self.sources_of(listener).collect();
        while let Some(name) = from.pop() {
            if reached.insert(name) && name.is_uppercase() {
                from.extend(self.sources_of(name));
            }
        }
        reached.retain(|name| !name.is_uppercase() && *name != listener);
        reached
    }

    fn sources_of(&self, listener: char) -> impl Iterator<Item = char> + '_ {
        self.streams.iter().filter(move |(_, to)| *to == listener).map(|(from, _)| *from)
    }

    /// A connection or a dialog listens to one source, a conference to any number.
    fn lay(&mut self, from: char, to: char) {
        if !to.is_uppercase() {
            self.streams.retain(|(_, listener)| *listener != to);
        }
        self.streams.insert((from, to));
    }
}

pub(crate) fn is_dialog(name: char) -> bool {
    name.is_ascii_digit()
}
