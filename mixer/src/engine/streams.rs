//! The streams from ports into rooms.
//!
//! Each port's streams form a list through the table, so that joining and leaving cost the same
//! in any room, and a room that nobody speaks in is never looked at. Streams whose port makes a
//! sound in a tick form a second list, one for each room.

use super::NEVER;
use crate::plan::StreamId;
use crate::topology::Treatment;

/// Ends a list.
pub(super) const NONE: u32 = u32::MAX;

/// A port speaking into a room: one line of the cache, looked at for each who makes a sound.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Stream {
    pub(super) port: u32,
    pub(super) room: u32,
    pub(super) preferred: bool,
    pub(super) has_floor: bool,
    pub(super) treatment: Treatment,
    /// The tick in which it began to exist.
    pub(super) since: u64,
    in_use: bool,
    /// The last tick in which it was among those its room chose of its own, and the first one of
    /// that time.
    pub(super) chosen: u64,
    pub(super) chosen_since: u64,
    /// Neighbours in the list of the port's streams.
    next: u32,
    previous: u32,
    /// The next candidate of the same room, in this tick.
    pub(super) next_candidate: u32,
}

const UNUSED: Stream = Stream {
    port: NONE,
    room: NONE,
    preferred: false,
    has_floor: false,
    treatment: Treatment { gain: false, dtmf_clamp: false, tone_clamp: false },
    since: NEVER,
    in_use: false,
    chosen: NEVER,
    chosen_since: NEVER,
    next: NONE,
    previous: NONE,
    next_candidate: NONE,
};

#[derive(Debug)]
pub(super) struct Streams {
    table: Box<[Stream]>,
    /// The first stream of each port, by slot.
    first: Box<[u32]>,
}

impl Streams {
    pub(super) fn new(streams: usize, ports: usize) -> Self {
        Self { table: vec![UNUSED; streams].into(), first: vec![NONE; ports].into() }
    }

    /// Adds a stream in front of its port's list; `false` when the place is taken or does not
    /// exist.
    pub(super) fn insert(
        &mut self,
        id: StreamId,
        (port, room): (u32, u32),
        (preferred, treatment): (bool, Treatment),
        since: u64,
    ) -> bool {
        let Some(stream) = self.table.get_mut(id.0 as usize).filter(|stream| !stream.in_use) else {
            return false;
        };
        let next = std::mem::replace(&mut self.first[port as usize], id.0);
        *stream = Stream { port, room, preferred, treatment, since, in_use: true, next, ..UNUSED };
        if let Some(next) = self.table.get_mut(next as usize) {
            next.previous = id.0;
        }
        true
    }

    pub(super) fn remove(&mut self, id: StreamId) -> bool {
        let Some(stream) = self.get_mut(id) else { return false };
        let Stream { port, next, previous, .. } = std::mem::replace(stream, UNUSED);
        match self.table.get_mut(previous as usize) {
            Some(previous) => previous.next = next,
            None => self.first[port as usize] = next,
        }
        if let Some(next) = self.table.get_mut(next as usize) {
            next.previous = previous;
        }
        true
    }

    pub(super) fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.table.get_mut(id.0 as usize).filter(|stream| stream.in_use)
    }

    /// The first of a port's streams, or [`NONE`].
    pub(super) fn first_of(&self, port: u32) -> u32 {
        self.first[port as usize]
    }

    pub(super) fn next_of(&self, stream: u32) -> u32 {
        self.table[stream as usize].next
    }
}

impl std::ops::Index<u32> for Streams {
    type Output = Stream;

    fn index(&self, stream: u32) -> &Stream {
        &self.table[stream as usize]
    }
}

impl std::ops::IndexMut<u32> for Streams {
    fn index_mut(&mut self, stream: u32) -> &mut Stream {
        &mut self.table[stream as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: (bool, Treatment) = (false, UNUSED.treatment);

    fn rooms_of(streams: &Streams, port: u32) -> Vec<u32> {
        let some = |stream| (stream != NONE).then_some(stream);
        let list = std::iter::successors(some(streams.first_of(port)), |stream| {
            some(streams.next_of(*stream))
        });
        list.map(|stream| streams[stream].room).collect()
    }

    #[test]
    fn a_port_keeps_the_list_of_its_streams() {
        let mut streams = Streams::new(4, 2);
        for (id, room) in [(0, 10), (1, 11), (2, 12)] {
            assert!(streams.insert(StreamId(id), (1, room), PLAIN, 1));
        }
        assert_eq!(rooms_of(&streams, 1), [12, 11, 10]);
        assert!(streams.remove(StreamId(1)));
        assert_eq!(rooms_of(&streams, 1), [12, 10]);
        assert!(streams.remove(StreamId(2)));
        assert!(streams.remove(StreamId(0)));
        assert_eq!(rooms_of(&streams, 1), []);
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        let mut streams = Streams::new(1, 1);
        assert!(!streams.remove(StreamId(0)));
        assert!(!streams.insert(StreamId(1), (0, 0), PLAIN, 1));
        assert!(streams.insert(StreamId(0), (0, 0), PLAIN, 1));
        assert!(!streams.insert(StreamId(0), (0, 0), PLAIN, 1));
    }
}
