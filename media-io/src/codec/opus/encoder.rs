//! The encoder: CELT at a constant kind of frame, so that any of its packets can follow any other.

use std::any::Any;

use mixer::encoder::{Encoder, EncodingId};
use opus_rs::Application;

use super::celt::{COMPLEXITY, Hush, SILENT_FRAMES, TOC};

/// What the encoder makes of silence that goes on.
pub(super) const SILENCE: [u8; 3] = super::celt::silence(TOC);

/// Samples of a tick.
const TICK: usize = 960;

/// Bytes of the longest frame. The bit reservoir lets single frames be longer than the rest.
const FRAME_MAX: usize = 320;

/// Ticks whose audio is kept for an encoder that is to follow. State cannot be copied; fed with
/// so many ticks the two agree well enough for a decoder not to tell.
const KEPT_TICKS: usize = 4;

/// An encoder of 20 ms frames.
pub(super) struct OpusEncoder {
    id: EncodingId,
    inner: opus_rs::OpusEncoder,
    /// The last ticks encoded, the oldest first, in a ring that begins at `oldest`.
    kept: Box<[[i16; TICK]; KEPT_TICKS]>,
    oldest: usize,
    hush: Hush,
}

impl OpusEncoder {
    pub(super) fn new(id: EncodingId, bitrate_bps: u32) -> OpusEncoder {
        // Fails for rates and channel counts that Opus does not have.
        #[expect(clippy::expect_used)]
        let mut inner = opus_rs::OpusEncoder::new(48_000, 1, Application::RestrictedLowDelay)
            .expect("Opus has 48 kHz mono");
        inner.bitrate_bps = bitrate_bps.cast_signed();
        inner.complexity = COMPLEXITY;
        OpusEncoder {
            id,
            inner,
            kept: Box::new([[0; TICK]; KEPT_TICKS]),
            oldest: 0,
            hush: Hush::default(),
        }
    }

    fn encode_tick(&mut self, tick: &[i16; TICK], payload: &mut [u8]) -> usize {
        let most = payload.len().min(FRAME_MAX);
        self.kept[self.oldest] = *tick;
        self.oldest = (self.oldest + 1) % KEPT_TICKS;
        let encoded = self.inner.encode_i16(tick, TICK, &mut payload[..most]);
        encoded.unwrap_or_else(|_| silence(payload))
    }
}

impl Encoder for OpusEncoder {
    fn id(&self) -> EncodingId {
        self.id
    }

    fn is_stateless(&self) -> bool {
        false
    }

    fn encode(&mut self, frame: &[i16], payload: &mut [u8]) -> usize {
        let Some(tick) = frame.first_chunk::<TICK>() else { return silence(payload) };
        if self.hush.falls(tick) {
            return silence(payload);
        }
        self.encode_tick(tick, payload)
    }

    fn reset(&mut self) {
        // What is left of the past is said into the void; then it is as after a long silence.
        let mut nowhere = [0; FRAME_MAX];
        for _ in 0..SILENT_FRAMES {
            self.encode(&[0; TICK], &mut nowhere);
        }
    }

    fn follow(&mut self, other: &dyn Encoder) {
        let other =
            other.as_any().downcast_ref::<OpusEncoder>().filter(|other| other.id == self.id);
        let Some(other) = other else { return self.reset() };
        let mut nowhere = [0; FRAME_MAX];
        for tick in 0..KEPT_TICKS {
            self.encode_tick(&other.kept[(other.oldest + tick) % KEPT_TICKS], &mut nowhere);
        }
        self.hush = other.hush;
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn silence(payload: &mut [u8]) -> usize {
    let count = payload.len().min(SILENCE.len());
    payload[..count].copy_from_slice(&SILENCE[..count]);
    count
}
