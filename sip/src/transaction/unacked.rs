//! The INVITEs that began a call, or wanted to, and whose ACK has not come. Each costs a call with
//! its media, or a refusal that is repeated, and whoever sends them need not even exist: so they
//! are counted, per source and altogether, and the oldest gives way when there are too many.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::io::TransactionKey;

/// One source may have one part in so many of all INVITEs without ACK.
const SOURCE_SHARE: usize = 4;

/// What awaits an ACK, in the order in which it came.
#[derive(Default)]
pub(crate) struct Unacked {
    rows: BTreeMap<u64, Row>,
    sources: HashMap<IpAddr, BTreeSet<u64>>,
    next: u64,
}

struct Row {
    key: TransactionKey,
    source: IpAddr,
    since: Instant,
}

/// Whether one more finds room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It does.
    Free,
    /// If this one gives way, which was answered and has waited for its ACK long enough.
    Overdue(TransactionKey),
    /// It does not.
    None,
}

impl Unacked {
    /// Adds one; the result names its row.
    pub(crate) fn insert(&mut self, key: TransactionKey, source: IpAddr, now: Instant) -> u64 {
        self.next += 1;
        self.rows.insert(self.next, Row { key, source, since: now });
        self.sources.entry(source).or_default().insert(self.next);
        self.next
    }

    /// Takes a row out.
    pub(crate) fn remove(&mut self, row: Option<u64>) {
        let Some(number) = row else { return };
        let Some(Row { source, .. }) = self.rows.remove(&number) else { return };
        let Some(numbers) = self.sources.get_mut(&source) else { return };
        numbers.remove(&number);
        if numbers.is_empty() {
            self.sources.remove(&source);
            self.sources.shrink_to(self.sources.len() * 2);
        }
    }

    /// Whether one more from this source finds room among `max`; `answered` tells which may give
    /// way.
    pub(crate) fn place(
        &self,
        max: usize,
        source: IpAddr,
        now: Instant,
        grace: Duration,
        answered: impl Fn(&str) -> bool,
    ) -> Place {
        let own = self.sources.get(&source);
        // They stand in the order of their age: behind the first young one all are young.
        let old = |row: &&Row| row.since + grace <= now;
        let answered = |row: &&Row| answered(&row.key);
        let found = if let Some(own) = own.filter(|own| own.len() >= max.div_ceil(SOURCE_SHARE)) {
            own.iter().filter_map(|row| self.rows.get(row)).take_while(old).find(answered)
        } else if self.rows.len() >= max {
            self.rows.values().take_while(old).find(answered)
        } else {
            return Place::Free;
        };
        found.map_or(Place::None, |row| Place::Overdue(row.key.clone()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.sources.is_empty()
    }
}
