//! The store of encoders: one for each port that asked for one, in nobody's use at the moment.

use crate::encoder::{ENCODINGS_MAX, Encoder, EncodingId};

/// Encoders by what they make. Sized for the worst, so that nothing allocates.
#[derive(Debug)]
pub(super) struct Encoders {
    kinds: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    /// `None` as long as nobody asked for a further encoding.
    id: Option<EncodingId>,
    /// How many ports have brought one, those in use included.
    owned: usize,
    idle: Vec<Box<dyn Encoder>>,
}

impl Encoders {
    pub(super) fn new(ports: usize) -> Self {
        let kind = |_| Kind { id: None, owned: 0, idle: Vec::with_capacity(ports) };
        Self { kinds: (0..ENCODINGS_MAX).map(kind).collect() }
    }

    /// A port comes and brings an encoder, which is gone from `encoder` then. `false`, and it stays
    /// where it is, when there are too many different ones.
    pub(super) fn bring(&mut self, encoder: &mut Option<Box<dyn Encoder>>) -> bool {
        let Some(id) = encoder.as_ref().map(|encoder| encoder.id()) else { return true };
        let place = self.place(id).or_else(|| self.kinds.iter().position(|kind| kind.owned == 0));
        let Some(kind) = place.and_then(|place| self.kinds.get_mut(place)) else { return false };
        kind.id = Some(id);
        kind.owned += 1;
        kind.idle.extend(encoder.take());
        true
    }

    /// A port leaves and takes an encoder home.
    pub(super) fn leave(&mut self, id: EncodingId) -> Option<Box<dyn Encoder>> {
        let place = self.place(id)?;
        let kind = self.kinds.get_mut(place)?;
        let encoder = kind.idle.pop();
        kind.owned -= usize::from(encoder.is_some());
        encoder
    }

    /// An encoder for a mix.
    pub(super) fn lend(&mut self, id: EncodingId) -> Option<Box<dyn Encoder>> {
        let place = self.place(id)?;
        self.kinds.get_mut(place)?.idle.pop()
    }

    /// The mix needs it no longer.
    pub(super) fn take_back(&mut self, encoder: Box<dyn Encoder>) {
        if let Some(kind) = self.place(encoder.id()).and_then(|place| self.kinds.get_mut(place)) {
            kind.idle.push(encoder);
        }
    }

    fn place(&self, id: EncodingId) -> Option<usize> {
        self.kinds.iter().position(|kind| kind.id == Some(id) && kind.owned > 0)
    }
}
