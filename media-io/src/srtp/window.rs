//! Which packets came already (RFC 3711, 3.3.2).

/// Indices below the highest one that are told apart; what is older counts as received. RFC 3711
/// asks for 64 at least: with 10 ms packets that is less than our deepest jitter buffer.
pub(super) const WINDOW: u64 = 128;

/// The highest index of a source and which of those below it have come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    highest: u64,
    /// Bit n is the index n below the highest.
    seen: u128,
}

impl Window {
    /// Begins with an index that has come.
    pub(super) fn new(index: u64) -> Window {
        Window { highest: index, seen: 1 }
    }

    pub(super) fn highest(&self) -> u64 {
        self.highest
    }

    /// Whether this index has not come, as far as can be told.
    pub(super) fn is_new(&self, index: u64) -> bool {
        match self.highest.checked_sub(index) {
            None => true,
            Some(age) => age < WINDOW && self.seen & (1 << age) == 0,
        }
    }

    /// This index has come, and was authentic.
    pub(super) fn accept(&mut self, index: u64) {
        if index <= self.highest {
            let age = self.highest - index;
            self.seen |=
                u32::try_from(age).ok().and_then(|age| 1u128.checked_shl(age)).unwrap_or(0);
            return;
        }
        let ahead = u32::try_from(index - self.highest).unwrap_or(u32::MAX);
        self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
        self.highest = index;
    }
}
