//! Protecting what we send.

use super::Fault;
use super::cipher::Cipher;
use super::index::nearest;
use super::key::MasterKey;
use super::packet::{RtpHeader, rtcp_ssrc};
use super::suite::RTCP_LIFETIME;

/// Sources of ours under one key at most. A leg has one; it would take another only for a good
/// reason.
const OWN_SOURCES_MAX: usize = 8;

/// Protects packets under one master key. A key must have one sealer in its life: a second one
/// would begin to count anew, and use a key stream twice.
#[derive(Debug)]
pub struct Sealer {
    key: MasterKey,
    cipher: Cipher,
    /// SSRC and highest index of what was sent.
    sources: Vec<(u32, u64)>,
    /// RTP packets protected.
    sealed: u64,
    /// The index of the next RTCP packet, which is also how many were protected.
    rtcp_index: u64,
}

impl Sealer {
    /// Begins with a fresh key, all counters at zero (RFC 4568, 7.1.4).
    #[must_use]
    pub fn new(key: &MasterKey) -> Sealer {
        Sealer {
            key: key.clone(),
            cipher: Cipher::new(key),
            sources: Vec::new(),
            sealed: 0,
            rtcp_index: 0,
        }
    }

    /// The key it protects with.
    #[must_use]
    pub fn key(&self) -> &MasterKey {
        &self.key
    }

    /// Writes `plain`, an RTP packet, protected into `sealed`; returns its length.
    ///
    /// # Errors
    /// When the key is used up, or the packet is none or does not fit.
    pub fn rtp(&mut self, plain: &[u8], sealed: &mut [u8]) -> Result<usize, Fault> {
        let header = RtpHeader::parse(plain).ok_or(Fault::Malformed)?;
        if self.sealed >= self.key.lifetime() {
            return Err(Fault::KeyUsedUp);
        }
        let index = self.next_index(header)?;
        copy(plain, sealed)?;
        let len = self.cipher.seal_rtp(sealed, plain.len(), header, index);
        self.sealed += 1;
        len.ok_or(Fault::Malformed)
    }

    /// Writes `plain`, an RTCP packet, protected into `sealed`; returns its length.
    ///
    /// # Errors
    /// As [`rtp`](Self::rtp).
    pub fn rtcp(&mut self, plain: &[u8], sealed: &mut [u8]) -> Result<usize, Fault> {
        let ssrc = rtcp_ssrc(plain).ok_or(Fault::Malformed)?;
        if self.rtcp_index >= RTCP_LIFETIME {
            return Err(Fault::KeyUsedUp);
        }
        copy(plain, sealed)?;
        let len = self.cipher.seal_rtcp(sealed, plain.len(), ssrc, self.rtcp_index as u32);
        self.rtcp_index += 1;
        len.ok_or(Fault::Malformed)
    }

    /// The index of what is sent now. It grows with each packet: one that came again would take the
    /// key stream of the first.
    fn next_index(&mut self, header: RtpHeader) -> Result<u64, Fault> {
        let sequence = header.sequence;
        let known = self.sources.iter_mut().find(|(ssrc, _)| *ssrc == header.ssrc);
        if let Some((_, last)) = known {
            let index = nearest(*last, sequence);
            if index <= *last {
                return Err(Fault::Replayed);
            }
            *last = index;
            return Ok(index);
        }
        if self.sources.len() >= OWN_SOURCES_MAX {
            return Err(Fault::TooManySources);
        }
        self.sources.push((header.ssrc, u64::from(sequence)));
        Ok(u64::from(sequence))
    }
}

pub(super) fn copy(from: &[u8], to: &mut [u8]) -> Result<(), Fault> {
    to.get_mut(..from.len()).ok_or(Fault::Malformed)?.copy_from_slice(from);
    Ok(())
}
