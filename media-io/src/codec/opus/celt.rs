//! What all that is encoded has in common: CELT over the whole band, in frames of 20 ms.

/// The TOC byte of a packet with one frame in mono (RFC 6716, table 2).
pub(crate) const TOC: u8 = 31 << 3;

/// In the TOC byte: two channels.
pub(crate) const TOC_STEREO: u8 = 1 << 2;

/// How hard the encoder tries, 0 to 10: more than 5 costs another third for no audible gain.
pub(crate) const COMPLEXITY: i32 = 5;

/// Frames of silence that are encoded: the first still holds the end of what was heard, the second
/// leaves the state in which every further one would.
pub(crate) const SILENT_FRAMES: usize = 2;

/// A packet of silence that goes on: nothing but the flag that says so.
pub(crate) const fn silence(toc: u8) -> [u8; 3] {
    [toc, 0xff, 0xfe]
}

/// Tells when silence need not be encoded any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hush {
    /// Frames of silence since anything was heard.
    frames: usize,
}

/// As after a long silence.
impl Default for Hush {
    fn default() -> Hush {
        Hush { frames: SILENT_FRAMES }
    }
}

impl Hush {
    /// Takes the next frame; true if it can be said by [`silence`].
    pub(crate) fn falls(&mut self, frame: &[i16]) -> bool {
        if frame.iter().any(|&sample| sample != 0) {
            self.frames = 0;
        } else if self.frames == SILENT_FRAMES {
            return true;
        } else {
            self.frames += 1;
        }
        false
    }
}
