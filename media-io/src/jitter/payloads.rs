//! The payloads of the packets that wait or were played, one after the other in a ring of bytes:
//! the newest take the place of the oldest.

use std::time::Duration;

/// Bytes for each ms of audio: L16 at 16 kHz, or Opus at 256 kbit/s. Of a stream that has more,
/// less time is kept than [`Config::bound`](super::Config::bound) and what was played.
const BYTES_PER_MS: usize = 32;

/// Audio that was played and is still kept, in ms: see `KEPT_MAX` in `slots`.
const PLAYED_MS: usize = 150;

/// Where a payload lies: how many bytes were written before it since the beginning, and how many
/// it has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    begin: u64,
    len: usize,
}

/// The ring.
#[derive(Debug)]
pub(super) struct Payloads {
    bytes: Box<[u8]>,
    /// Bytes written since the beginning, those left out at the ring's end among them.
    written: u64,
}

impl Payloads {
    /// Room for so much audio that waits, and that which was played.
    pub(super) fn new(bound: Duration) -> Payloads {
        let ms = bound.as_millis() as usize + PLAYED_MS;
        Payloads { bytes: vec![0; ms * BYTES_PER_MS].into(), written: 0 }
    }

    /// Copies a payload in; `None` if it is larger than the ring.
    pub(super) fn put(&mut self, payload: &[u8]) -> Option<Place> {
        if payload.len() > self.bytes.len() {
            return None;
        }
        let mut begin = self.position();
        if begin + payload.len() > self.bytes.len() {
            // A payload is one piece, so that it can be lent.
            self.written += (self.bytes.len() - begin) as u64;
            begin = 0;
        }
        self.bytes.get_mut(begin..begin + payload.len())?.copy_from_slice(payload);
        let place = Place { begin: self.written, len: payload.len() };
        self.written += payload.len() as u64;
        Some(place)
    }

    /// The payload at a place; none if newer ones lie there.
    pub(super) fn get(&self, place: Place) -> Option<&[u8]> {
        let size = self.bytes.len() as u64;
        if self.written - place.begin > size {
            return None;
        }
        let begin = (place.begin % size) as usize;
        self.bytes.get(begin..begin + place.len)
    }

    fn position(&self) -> usize {
        (self.written % self.bytes.len() as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_newest_take_the_place_of_the_oldest() {
        let mut payloads = Payloads::new(Duration::ZERO);
        let size = payloads.bytes.len();
        let payload = |index: usize| vec![index as u8; 100 + index % 7];
        let places: Vec<Place> =
            (0..500).map(|index| payloads.put(&payload(index)).unwrap()).collect();
        let kept = size / 106 - 1;
        for (index, place) in places.iter().enumerate() {
            let found = payloads.get(*place);
            assert!(found.is_none_or(|found| found == payload(index)), "payload {index}");
            assert!(index + kept < places.len() || found.is_some(), "payload {index} is gone");
        }
        assert!(payloads.get(places[0]).is_none());
    }

    #[test]
    fn what_is_larger_than_the_ring_is_refused() {
        let mut payloads = Payloads::new(Duration::ZERO);
        let size = payloads.bytes.len();
        let whole = payloads.put(&vec![1; size]).unwrap();
        assert!(payloads.put(&vec![2; size + 1]).is_none());
        assert!(payloads.get(whole).is_some_and(|whole| whole == vec![1; size]));
    }
}
