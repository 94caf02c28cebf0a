//! Denoising by RNNoise, as `nnnoiseless` has it: a small recurrent network that knows speech, and
//! turns down what of each band is none.
//!
//! It works at 48 kHz, so voices of other rates are brought there and back. It allocates only when
//! it is built, and once on each thread: [`warm_up`] is for the latter. Its state is 15 KiB and its
//! cost thirty times that of all other treatments, so it is for the legs that ask for it, a few
//! hundred on a core. It delays a voice by [`DELAY_MS`], and what other treatments say of a frame is
//! to be applied before.

mod rate;

use nnnoiseless::DenoiseState;

use rate::{Down, Up};

/// Rate of the network.
const RATE_HZ: u32 = 48_000;
/// Samples that it takes at once: 10 ms.
const BLOCK: usize = DenoiseState::FRAME_SIZE;
/// Samples of a frame of 20 ms.
const FRAME: usize = 2 * BLOCK;

/// By how much a voice is late at most: 10 ms of the network, and 4 to and from 48 kHz.
pub(crate) const DELAY_MS: usize = 14;

/// Takes the noise out of one voice.
pub(crate) struct Denoiser {
    network: Box<DenoiseState<'static>>,
    up: Up,
    down: Down,
}

impl Denoiser {
    /// For a voice at 8, 16 or 48 kHz. Allocates.
    pub(crate) fn new(rate_hz: u32) -> Denoiser {
        let factor = (RATE_HZ / rate_hz.max(1)).max(1) as usize;
        Denoiser { network: DenoiseState::new(), up: Up::new(factor), down: Down::new(factor) }
    }

    /// Cleans a frame of 20 ms.
    pub(crate) fn clean(&mut self, frame: &mut [i16]) {
        let (mut wide, mut cleaned) = ([0.0; FRAME], [0.0; FRAME]);
        self.up.convert(frame, &mut wide);
        for (input, output) in wide.chunks_exact(BLOCK).zip(cleaned.chunks_exact_mut(BLOCK)) {
            // Says how likely it is that this is speech, which the noise floor knows better.
            let _ = self.network.process_frame(output, input);
        }
        self.down.convert(&cleaned, frame);
    }
}

/// Makes what `nnnoiseless` keeps for each thread, so that it does not do so in a tick.
pub(crate) fn warm_up() {
    let mut output = [0.0; BLOCK];
    let _ = DenoiseState::new().process_frame(&mut output, &[0.0; BLOCK]);
}
