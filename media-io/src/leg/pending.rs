//! Encoded audio that waits for its packet to be whole.

use crate::codec::{Framing, PACKET_TICKS_MAX, TICK_BYTES_MAX, TICK_MS};

/// Ticks that wait at most: one on top of a packet that is almost whole.
const TICKS_MAX: usize = PACKET_TICKS_MAX + 1;

/// Bytes that wait at most.
const BYTES_MAX: usize = TICKS_MAX * TICK_BYTES_MAX;

/// Payloads of ticks, one after the other.
#[derive(Debug)]
pub(super) struct Pending {
    bytes: [u8; BYTES_MAX],
    len: usize,
    /// The lengths of the frames, for a codec that has frames.
    frames: [usize; TICKS_MAX],
    grains: usize,
    units: u32,
}

impl Pending {
    pub(super) fn new() -> Pending {
        Pending { bytes: [0; BYTES_MAX], len: 0, frames: [0; TICKS_MAX], grains: 0, units: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.grains = 0;
        self.units = 0;
    }

    /// How much waits, in what the codec's framing cannot cut.
    pub(super) fn grains(&self) -> usize {
        self.grains
    }

    /// How much waits, in units of the RTP clock.
    pub(super) fn units(&self) -> u32 {
        self.units
    }

    /// Takes a tick of so many units; silence if the payload is empty. A stream of bytes must not
    /// come out of step: what is missing of a tick is silence, too.
    pub(super) fn push(&mut self, payload: &[u8], framing: Framing, units: u32) {
        let (payload, len) = match framing {
            Framing::Bytes { per_ms, .. } => (payload, per_ms * TICK_MS),
            Framing::Frames { silence, .. } if payload.is_empty() => (silence, silence.len()),
            Framing::Frames { .. } => (payload, payload.len()),
        };
        let Some(room) = self.bytes.get_mut(self.len..self.len + len) else { return };
        let count = payload.len().min(len);
        room[..count].copy_from_slice(&payload[..count]);
        match framing {
            Framing::Bytes { silence, .. } => {
                room[count..].fill(silence);
                self.grains += len;
            }
            Framing::Frames { .. } => {
                let Some(frame) = self.frames.get_mut(self.grains) else { return };
                *frame = len;
                self.grains += 1;
            }
        }
        self.len += len;
        self.units += units;
    }

    /// Writes the payload of a packet of so many grains and units; returns its length.
    pub(super) fn take(
        &mut self,
        grains: usize,
        framing: Framing,
        units: u32,
        packet: &mut [u8],
    ) -> usize {
        let grains = grains.min(self.grains);
        let (taken, written) = match framing {
            Framing::Bytes { .. } => {
                let count = grains.min(packet.len());
                packet[..count].copy_from_slice(&self.bytes[..count]);
                (grains, count)
            }
            Framing::Frames { join, .. } => self.join(grains, join, packet),
        };
        self.bytes.copy_within(taken..self.len, 0);
        self.len -= taken;
        self.grains -= grains;
        self.units = self.units.saturating_sub(units);
        written
    }

    fn join(
        &mut self,
        count: usize,
        join: fn(&[&[u8]], &mut [u8]) -> usize,
        packet: &mut [u8],
    ) -> (usize, usize) {
        let mut frames: [&[u8]; TICKS_MAX] = [&[]; TICKS_MAX];
        let mut at = 0;
        for (frame, len) in frames.iter_mut().zip(&self.frames[..count]) {
            *frame = &self.bytes[at..at + len];
            at += len;
        }
        let written = join(&frames[..count], packet);
        self.frames.copy_within(count..self.grains, 0);
        (at, written)
    }
}
