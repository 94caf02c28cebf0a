//! WAVE files, block by block.

use super::{Document, Limits, SoundFault, Source};
use crate::wav::Blocks;

/// A WAVE file.
pub(super) struct Wave {
    document: Document,
    blocks: Blocks,
}

impl Wave {
    pub(super) fn open(document: &Document, limits: &Limits) -> Result<Wave, SoundFault> {
        let blocks = Blocks::open(document.bytes(), limits)?;
        Ok(Wave { document: document.clone(), blocks })
    }
}

impl Source for Wave {
    fn rate_hz(&self) -> u32 {
        self.blocks.format().rate_hz
    }

    fn samples(&self) -> Option<u64> {
        Some(self.blocks.samples())
    }

    fn next(&mut self, block: &mut Vec<f32>) -> Result<bool, SoundFault> {
        Ok(self.blocks.next(self.document.bytes(), block)?)
    }

    fn seek(&mut self, sample: u64) -> Result<(), SoundFault> {
        self.blocks.seek(sample);
        Ok(())
    }
}
