//! The framing of packets (RFC 6716, 3; sections below are that one's).
//!
//! ```text
//!  0 1 2 3 4 5 6 7
//! +-+-+-+-+-+-+-+-+
//! | config  |s| c |   the TOC byte: mode, bandwidth and frame length; stereo; count of frames
//! +-+-+-+-+-+-+-+-+
//! ```

/// Units of the 48 kHz clock in 2.5 ms, of which every frame is a multiple.
pub(super) const QUANTUM: usize = 120;

/// Units in the longest packet: 120 ms (3.2.5).
pub(super) const UNITS_MAX: usize = 5_760;

/// In the TOC byte: what all frames of a packet share.
const KIND: u8 = !COUNT;

/// In the TOC byte: the count of frames.
const COUNT: u8 = 0b11;

/// In the second byte of a packet of any number of frames: their number.
const NUMBER: u8 = 0b0011_1111;

/// In the second byte of a packet of any number of frames: they differ in length.
const VARIABLE: u8 = 0b1000_0000;

/// Lengths from here on take two bytes (3.2.1).
const LONG: usize = 252;

/// How many units of 48 kHz a packet holds; 0 if it is none.
pub(super) fn units_in(packet: &[u8]) -> usize {
    let Some(toc) = packet.first() else { return 0 };
    let count = match toc & COUNT {
        0 => 1,
        1 | 2 => 2,
        _ => usize::from(packet.get(1).map_or(0, |second| second & NUMBER)),
    };
    let units = count * frame_units(*toc);
    if units <= UNITS_MAX { units } else { 0 }
}

/// Units of one frame (table 2).
fn frame_units(toc: u8) -> usize {
    let config = usize::from(toc >> 3);
    match config {
        // SILK: 10, 20, 40 or 60 ms.
        0..12 => [4, 8, 16, 24][config % 4] * QUANTUM,
        // Hybrid: 10 or 20 ms.
        12..16 => [4, 8][config % 2] * QUANTUM,
        // CELT: 2.5, 5, 10 or 20 ms.
        _ => (1 << (config % 4)) * QUANTUM,
    }
}

/// Puts frames, each a packet of its own, into one packet; returns its length, 0 if there is too
/// little room. All go under the first one's TOC byte: a frame of another kind is left empty,
/// which a decoder takes for lost.
pub(super) fn join(frames: &[&[u8]], packet: &mut [u8]) -> usize {
    let Some(toc) = frames.first().and_then(|first| first.first()).copied() else { return 0 };
    let mut writer = Writer { packet, at: 0 };
    if let [frame] = frames {
        writer.put(frame);
        return writer.finish();
    }
    // Any number of frames of any length (3.2.5): the length of each but the last, then all.
    writer.put(&[toc | COUNT, VARIABLE | frames.len() as u8]);
    for frame in &frames[..frames.len() - 1] {
        let (bytes, count) = length(data(frame, toc).len());
        writer.put(&bytes[..count]);
    }
    for frame in frames {
        writer.put(data(frame, toc));
    }
    writer.finish()
}

/// What follows the TOC byte, if it is of this kind.
fn data(frame: &[u8], toc: u8) -> &[u8] {
    match frame.split_first() {
        Some((other, data)) if other & KIND == toc & KIND => data,
        _ => &[],
    }
}

/// The length of a frame (3.2.1) and how many bytes it takes.
fn length(len: usize) -> ([u8; 2], usize) {
    if len < LONG {
        return ([len as u8, 0], 1);
    }
    let first = LONG + (len & 3);
    ([first as u8, ((len - first) / 4) as u8], 2)
}

/// Counts on where there is no more room.
struct Writer<'a> {
    packet: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if let Some(room) = self.packet.get_mut(self.at..end) {
            room.copy_from_slice(bytes);
        }
        self.at = end;
    }

    fn finish(self) -> usize {
        if self.at <= self.packet.len() { self.at } else { 0 }
    }
}
