//! Keys for the engine's tables, given out on the control side.

/// A table's keys: each slot is either free or reserved, and knows how often it was used.
#[derive(Debug)]
pub(super) struct Keys {
    /// The slot before which there is none.
    first: u32,
    generations: Vec<u32>,
    reserved: Vec<bool>,
    free: Vec<u32>,
}

impl Keys {
    /// So many keys, from `first` on.
    pub(super) fn new(first: usize, capacity: usize) -> Self {
        Self {
            first: first as u32,
            generations: vec![0; capacity],
            reserved: vec![false; capacity],
            free: (first as u32..(first + capacity) as u32).rev().collect(),
        }
    }

    /// A slot that is in nobody's use, with its generation.
    pub(super) fn reserve(&mut self) -> Option<(u32, u32)> {
        let slot = self.free.pop()?;
        let index = (slot - self.first) as usize;
        self.reserved[index] = true;
        Some((slot, self.generations[index]))
    }

    /// Gives a slot back. Keys that are not reserved are left alone.
    pub(super) fn release(&mut self, slot: u32, generation: u32) {
        if self.current(slot) != Some(generation) {
            return;
        }
        let index = (slot - self.first) as usize;
        self.reserved[index] = false;
        self.generations[index] = generation.wrapping_add(1);
        self.free.push(slot);
    }

    /// The generation under which a slot is reserved now.
    pub(super) fn current(&self, slot: u32) -> Option<u32> {
        let index = slot.checked_sub(self.first)? as usize;
        self.reserved.get(index)?.then(|| self.generations[index])
    }
}
