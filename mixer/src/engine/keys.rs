//! Keys for the engine's tables, given out on the control side.

/// A table's keys: each slot is either free or reserved, and knows how often it was used.
#[derive(Debug)]
pub(super) struct Keys {
    generations: Vec<u32>,
    reserved: Vec<bool>,
    free: Vec<u32>,
}

impl Keys {
    pub(super) fn new(capacity: usize) -> Self {
        let slots = u32::try_from(capacity).unwrap_or(u32::MAX);
        Self {
            generations: vec![0; slots as usize],
            reserved: vec![false; slots as usize],
            free: (0..slots).rev().collect(),
        }
    }

    /// A slot that is in nobody's use, with its generation.
    pub(super) fn reserve(&mut self) -> Option<(u32, u32)> {
        let slot = self.free.pop()?;
        self.reserved[slot as usize] = true;
        Some((slot, self.generations[slot as usize]))
    }

    /// Gives a slot back. Keys that are not reserved are left alone.
    pub(super) fn release(&mut self, slot: u32, generation: u32) {
        if self.current(slot) != Some(generation) {
            return;
        }
        self.reserved[slot as usize] = false;
        self.generations[slot as usize] = generation.wrapping_add(1);
        self.free.push(slot);
    }

    /// The generation under which a slot is reserved now.
    pub(super) fn current(&self, slot: u32) -> Option<u32> {
        let index = slot as usize;
        self.reserved.get(index)?.then(|| self.generations[index])
    }
}
