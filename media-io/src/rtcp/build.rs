//! Compound packets, written without allocation (RFC 3550, 6.4 to 6.6).

use super::{ReportBlock, SenderInfo};

/// Bytes of the longest canonical name (6.5).
pub const CNAME_MAX: usize = 255;

/// Bytes of the longest compound packet we send: a sender report with one block, SDES with one
/// name, BYE.
pub const COMPOUND_MAX: usize = 52 + 4 + 268 + 8;

const VERSION: u8 = 2 << 6;
const SR: u8 = 200;
const RR: u8 = 201;
const SDES: u8 = 202;
const BYE: u8 = 203;

/// SDES item type of the canonical name.
const CNAME: u8 = 1;

/// A canonical name of at most [`CNAME_MAX`] bytes.
#[derive(Clone, Debug)]
pub struct Cname {
    bytes: [u8; CNAME_MAX],
    len: u8,
}

impl Cname {
    /// Keeps as many whole characters as fit.
    #[must_use]
    pub fn new(name: &str) -> Cname {
        let mut end = name.len().min(CNAME_MAX);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        let mut bytes = [0; CNAME_MAX];
        bytes[..end].copy_from_slice(&name.as_bytes()[..end]);
        Cname { bytes, len: end as u8 }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// A compound packet as it grows.
#[derive(Clone, Debug)]
pub struct Compound {
    bytes: [u8; COMPOUND_MAX],
    len: usize,
}

impl Compound {
    /// The compound packet of `ssrc`: a sender report if it has sent, else a receiver report; then
    /// its name; then its goodbye.
    #[must_use]
    pub fn new(
        ssrc: u32,
        sender: Option<SenderInfo>,
        block: Option<ReportBlock>,
        cname: &Cname,
        goodbye: bool,
    ) -> Compound {
        let mut compound = Compound { bytes: [0; COMPOUND_MAX], len: 0 };
        compound.report(ssrc, sender, block);
        compound.description(ssrc, cname);
        if goodbye {
            compound.header(1, BYE, 1);
            compound.put(&ssrc.to_be_bytes());
        }
        compound
    }

    /// The bytes on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn report(&mut self, ssrc: u32, sender: Option<SenderInfo>, block: Option<ReportBlock>) {
        let packet_type = if sender.is_some() { SR } else { RR };
        let words = 1 + sender.map_or(0, |_| 5) + block.map_or(0, |_| 6);
        self.header(u8::from(block.is_some()), packet_type, words);
        self.put(&ssrc.to_be_bytes());
        if let Some(info) = sender {
            self.put(&info.ntp.to_be_bytes());
            self.put(&info.rtp.to_be_bytes());
            self.put(&info.packets.to_be_bytes());
            self.put(&info.bytes.to_be_bytes());
        }
        if let Some(block) = block {
            self.put(&block.ssrc.to_be_bytes());
            let [_, lost @ ..] = block.cumulative_lost.to_be_bytes();
            self.put(&[block.fraction_lost]);
            self.put(&lost);
            self.put(&block.highest_sequence.to_be_bytes());
            self.put(&block.jitter.to_be_bytes());
            self.put(&block.last_sr.to_be_bytes());
            self.put(&block.delay_since_last_sr.to_be_bytes());
        }
    }

    /// SDES with one chunk: the items end with one to four zero bytes (6.5).
    fn description(&mut self, ssrc: u32, cname: &Cname) {
        let items = 2 + usize::from(cname.len);
        let words = 1 + items / 4 + 1;
        self.header(1, SDES, words as u16);
        self.put(&ssrc.to_be_bytes());
        self.put(&[CNAME, cname.len]);
        self.put(cname.as_bytes());
        self.len += 4 - items % 4;
    }

    /// The first word; `words` is how many follow.
    fn header(&mut self, count: u8, packet_type: u8, words: u16) {
        let [high, low] = words.to_be_bytes();
        self.put(&[VERSION | count, packet_type, high, low]);
    }

    /// [`COMPOUND_MAX`] is the sum of all there can be, so there is always room.
    fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }
}
