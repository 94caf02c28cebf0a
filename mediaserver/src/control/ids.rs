//! Fresh identifiers for what the media server creates: conferences and dialogs.
//!
//! The draft wants them globally unique (4.1, 5.1). A counter makes them unique in one server, the
//! instance, drawn anew at each start, among all servers and restarts: `conf1-k7f2q9`.

use std::sync::atomic::{AtomicU64, Ordering};

use mscp_proto::id::{ConferenceId, DialogId};

/// Letters and digits that cannot be mistaken for one another when read aloud.
const ALPHABET: [u8; 32] = *b"abcdefghjkmnpqrstuvwxyz023456789";

/// Letters of an instance: 2^30 of them, so that two servers never share one by accident.
const INSTANCE_LETTERS: u32 = 6;

/// Hands out identifiers, each once.
#[derive(Debug)]
pub(super) struct Ids {
    instance: String,
    conferences: u64,
    dialogs: u64,
    nothings: u64,
}

impl Ids {
    /// The identifiers of the server instance that `seed` names.
    pub(super) fn new(seed: u64) -> Ids {
        Ids { instance: instance(seed), conferences: 0, dialogs: 0, nothings: 0 }
    }

    pub(super) fn conference(&mut self) -> ConferenceId {
        self.conferences += 1;
        ConferenceId::new(format!("conf{}-{}", self.conferences, self.instance))
    }

    pub(super) fn dialog(&mut self) -> DialogId {
        self.dialogs += 1;
        DialogId::new(format!("dialog{}-{}", self.dialogs, self.instance))
    }

    /// An identifier for an error element that needs one although nothing was created: it refers
    /// to nothing, and never will.
    pub(super) fn nothing(&mut self) -> String {
        self.nothings += 1;
        format!("none{}-{}", self.nothings, self.instance)
    }
}

/// Identifiers for error elements about what a channel could not read: they refer to nothing, and
/// never will. The channels share them.
#[derive(Debug)]
pub(crate) struct UnreadIds {
    instance: String,
    count: AtomicU64,
}

impl UnreadIds {
    /// The identifiers of the server instance that `seed` names.
    pub(crate) fn new(seed: u64) -> UnreadIds {
        UnreadIds { instance: instance(seed), count: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        format!("unread{number}-{}", self.instance)
    }
}

fn instance(seed: u64) -> String {
    let letter = |place: u32| char::from(ALPHABET[(seed >> (5 * place)) as usize % 32]);
    (0..INSTANCE_LETTERS).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_identifier_comes_back_after_a_restart() {
        let (before, after) = (UnreadIds::new(1), UnreadIds::new(2));
        let ids = [before.next(), before.next(), after.next(), after.next()];
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{ids:?}");
        }
    }
}
