//! The packet at the cursor.

use super::slots::{PACKET_SAMPLES_MAX, Stored};
use crate::rtp::Timestamp;

/// The packet that is being played, decoded.
#[derive(Debug)]
pub(super) struct Block {
    start: Timestamp,
    len: usize,
    samples: Box<[i16; PACKET_SAMPLES_MAX]>,
}

impl Block {
    pub(super) fn new() -> Block {
        Block { start: Timestamp(0), len: 0, samples: Box::new([0; PACKET_SAMPLES_MAX]) }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn decode(&mut self, stored: &Stored) {
        self.start = stored.timestamp;
        self.len = (stored.codec.decode)(stored.payload(), &mut self.samples[..]);
    }

    /// Copies what there is from the cursor on; returns the number of samples.
    pub(super) fn copy(&self, cursor: Timestamp, out: &mut [i16]) -> usize {
        let Ok(offset) = usize::try_from(cursor.since(self.start)) else { return 0 };
        let Some(rest) = self.samples[..self.len].get(offset..) else { return 0 };
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        count
    }
}
