//! Outlets: the distinct things that are heard, each made and encoded once in a tick.
//!
//! What a room says to those who do not talk is the same for all who listen at the same rate, in
//! the same encoding, levelled or not: they share an outlet. Who talks hears less than the others,
//! and who listens to another port hears that: each has an outlet alone. An ear keeps its outlet
//! from tick to tick, because everything in it has a memory; nothing is looked up while nothing
//! changes.

mod outlet;

pub(super) use outlet::{Form, Outlet, Part};

use super::encoders::Encoders;
use super::streams::NONE;

/// All outlets of an engine.
#[derive(Debug)]
pub(super) struct Outlets {
    table: Box<[Outlet]>,
    free: Vec<u32>,
    /// The first shared outlet of each room, by slot.
    first: Box<[u32]>,
    pub(super) encoders: Encoders,
}

impl Outlets {
    /// One for each port is enough: no ear has more.
    pub(super) fn new(ports: usize, rooms: usize) -> Self {
        Self {
            table: (0..ports).map(|_| Outlet::free()).collect(),
            free: (0..ports as u32).rev().collect(),
            first: vec![NONE; rooms].into(),
            encoders: Encoders::new(ports),
        }
    }

    /// The shared outlet of a room in this form, or [`NONE`].
    pub(super) fn find(&self, room: u32, form: Form) -> u32 {
        let mut id = self.first[room as usize];
        while id != NONE && self[id].form != form {
            id = self[id].next;
        }
        id
    }

    /// One more ear comes to a shared outlet.
    pub(super) fn share(&mut self, id: u32) {
        self[id].users += 1;
    }

    /// Lets others come to an outlet that one ear had for itself.
    pub(super) fn publish(&mut self, id: u32, room: u32) {
        let next = std::mem::replace(&mut self.first[room as usize], id);
        (self[id].room, self[id].next) = (room, next);
    }

    /// An outlet for one ear alone, which goes on where that at `like` is, if there is one of the
    /// same form. [`NONE`] when there are none left, which cannot be: each port has one ear.
    pub(super) fn open(&mut self, form: Form, like: u32) -> u32 {
        let Some(id) = self.free.pop() else { return NONE };
        let encoder = form.encoding.and_then(|encoding| self.encoders.lend(encoding));
        self[id].begin(form, encoder);
        if let Ok([outlet, like]) = self.table.get_disjoint_mut([id as usize, like as usize])
            && like.form == form
        {
            outlet.go_on_from(like);
        }
        id
    }

    /// Whether an ear can go over from the one to the other: see [`Outlet::meets`].
    pub(super) fn meet(&mut self, own: u32, shared: u32, tick: u64) -> bool {
        match self.table.get_disjoint_mut([own as usize, shared as usize]) {
            Ok([own, shared]) => own.meets(shared, tick),
            Err(_) => false,
        }
    }

    /// An ear that shared an outlet hears less than the others from now on: what it had goes with
    /// it. To be done before the outlet is made in this tick.
    pub(super) fn part(&mut self, id: u32) -> u32 {
        if self[id].users == 1 {
            self.unpublish(id);
            return id;
        }
        let own = self.open(self[id].form, id);
        self[id].users -= 1;
        own
    }

    /// One ear less is at it. The last one closes it.
    pub(super) fn leave(&mut self, id: u32) {
        if id == NONE {
            return;
        }
        self[id].users -= 1;
        if self[id].users > 0 {
            return;
        }
        self.unpublish(id);
        if let Some(encoder) = self[id].encoder.take() {
            self.encoders.take_back(encoder);
        }
        self.free.push(id);
    }

    fn unpublish(&mut self, id: u32) {
        let room = std::mem::replace(&mut self[id].room, NONE);
        if room == NONE {
            return;
        }
        let next = std::mem::replace(&mut self[id].next, NONE);
        let mut at = self.first[room as usize];
        if at == id {
            self.first[room as usize] = next;
            return;
        }
        while self[at].next != id {
            at = self[at].next;
        }
        self[at].next = next;
    }
}

impl std::ops::Index<u32> for Outlets {
    type Output = Outlet;

    fn index(&self, id: u32) -> &Outlet {
        &self.table[id as usize]
    }
}

impl std::ops::IndexMut<u32> for Outlets {
    fn index_mut(&mut self, id: u32) -> &mut Outlet {
        &mut self.table[id as usize]
    }
}
